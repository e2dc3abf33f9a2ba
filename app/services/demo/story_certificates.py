"""Certificates of the story: sent, arrived, agreed, collected, nearly destroyed."""

from datetime import date, datetime, timedelta

from app.extensions import db
from app.models import Certificate, Entry
from app.services import calendar, certificates, publication
from app.services.certificates import arranging, collection
from app.services.certificates.arranging import Wish
from app.services.certificates.collection import months_after
from app.services.demo.board import State
from app.services.demo.cast import Cast
from app.values import DayPart, ExamCode

# The centre of the story keeps certificates for twelve months.
MONTHS = 12


def happen(cast: Cast) -> None:
    """Send them, let them arrive, and hand some over."""
    _of_the_children(cast)
    _of_elena(cast)
    _of_sara(cast)
    _of_tommaso(cast)


def _of_the_children(cast: Cast) -> None:
    """The newest ones: on the way to every centre."""
    session = cast.board.session(ExamCode.YLEF, State.released)
    officer, at = cast.team["officer"], cast.ago(6)
    certificates.send(session, None, at.date(), by=officer, at=at)


def _of_elena(cast: Cast) -> None:
    """The first one was posted, the second collected by herself."""
    clerk, account = cast.team["clerk"], cast.account("elena")
    one, at = _arrived(cast, cast.entry("elena", 0), date(2018, 7, 20))
    wish = Wish(post_to="Elena Marchetti, 7 Bridge Street, 56125 Pisa")
    arranging.arrange(one, wish, by=account, at=at)
    collection.post(one, "RR204817335IT", at.date(), by=clerk, at=at)
    other, at = _arrived(cast, cast.entry("elena", 1), date(2022, 5, 13))
    at += timedelta(days=11)
    collection.hand_over(other, "Elena Marchetti", at.date(), by=clerk, at=at)
    # Where to and by whom is forgotten after two years.
    one.post_to = one.handed_to = other.handed_to = ""


def _of_sara(cast: Cast) -> None:
    """Her mother comes for it, and the centre has agreed."""
    one, _ = _arrived(cast, cast.entry("sara"), cast.ago(120).date())
    day = calendar.working_days_after(cast.at.date(), 4)
    wish = Wish(day, DayPart.morning, collector="Paola Lombardi")
    arranging.arrange(one, wish, by=cast.account("sara"), at=cast.ago(3))
    clerk = cast.team["clerk"]
    collection.agree(one, day, DayPart.morning, by=clerk, at=cast.ago(2))


def _of_tommaso(cast: Cast) -> None:
    """Nobody has come for it, and its year is nearly over."""
    day = months_after((cast.at + timedelta(days=9)).date(), -MONTHS)
    _arrived(cast, cast.entry("tommaso"), day)


def _arrived(cast: Cast, entry: Entry, day: date) -> tuple[Certificate, datetime]:
    """Let the certificate of an older exam arrive; return when that was, too."""
    at = cast.at - (cast.at.date() - day)
    out = publication.published_result(entry, at=cast.at)
    assert out is not None
    sent_on = day - timedelta(days=12)
    one = Certificate(entry=entry, result_id=out.id, sent_on=sent_on)
    db.session.add(one)
    db.session.flush()
    collection.arrive([one], day, by=cast.team["clerk"], at=at)
    return one, at
