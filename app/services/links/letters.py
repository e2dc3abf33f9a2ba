"""What a candidate is told by e-mail of their links: never what the result is."""

from datetime import datetime

from app.models import ShareLink
from app.services import localtime, notices


def made(link: ShareLink, *, at: datetime) -> None:
    """Tell that a link was made: whoever did it, its candidate hears of it."""
    until = localtime.last_day(link.expires_at).isoformat()
    about, scope = link.reference, link.scope.value
    _tell("link_made", link, about=about, at=at, scope=scope, until=until)


def looked(link: ShareLink, number: int, *, at: datetime) -> None:
    """Tell that somebody looked: for the so manieth time on this day."""
    about = f"{link.reference}:{localtime.today(at):%Y-%m-%d}:{number}"
    _tell("link_looked", link, about=about, at=at)


def ended(link: ShareLink, *, at: datetime) -> None:
    """Tell that a link has ended because somebody guessed at the date of birth."""
    _tell("link_ended", link, about=link.reference, at=at)


def _tell(kind: str, link: ShareLink, *, about: str, at: datetime, **more: str) -> None:
    session = link.entry.session
    notices.tell(
        kind,
        link.entry,
        about=about,
        at=at,
        exam=session.exam.value,
        session=session.label,
        path=f"/candidate/links/{link.reference}",
        **more,
    )
