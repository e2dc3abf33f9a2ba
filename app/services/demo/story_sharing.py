"""What the story's people let others see: by share, by link, by invitation."""

from datetime import date, timedelta

from app.extensions import db
from app.models import Entry, Invitation, Share, ShareLink
from app.services import (
    confirmations,
    downloads,
    hosts,
    invitations,
    links,
    sharing,
    signins,
)
from app.services.demo import story
from app.services.demo.cast import Cast
from app.services.hosts import Invited
from app.services.inbox import Selection, Wanted
from app.values import (
    TERMS_VERSION,
    AccessKind,
    DownloadFormat,
    Language,
    ShareScope,
)

# Set aside for examples: nobody's.
ADDRESS = "192.0.2.44"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1"
LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36"


def happen(cast: Cast) -> None:
    """Let them share, read, expire, take back, link and invite."""
    _of_amina(cast)
    _of_elena(cast)
    _of_davide(cast)
    _of_dora(cast)
    _of_nina(cast)


def _of_amina(cast: Cast) -> None:
    """One of each kind: read, unread, expired, taken back, and one that waits."""
    entry, account = cast.entry("amina"), cast.account("amina")
    read = _shared(
        cast,
        "amina",
        "tirreno.example",
        7,
        scope=ShareScope.photo,
        purpose="Bachelor's in Physics",
        expires_on=cast.ago(-180).date(),
    )
    _read(cast, read, "tirreno.example", 5, 4.99, 1)
    last = cast.ago(2).date()
    scope = ShareScope.overall
    _shared(cast, "amina", "northgate.example", 7.2, scope=scope, expires_on=last)
    sharing.end_expired(at=cast.ago(0.9))
    back = _shared(cast, "amina", "golfo.example", 6, purpose="Summer job")
    _read(cast, back, "golfo.example", 5.5)
    _wanted_too_late(cast, back)
    sharing.withdraw(back, by=account, at=cast.ago(3))
    _shared(cast, "amina", "martesana.example", 0.12)
    invitations.invite(
        entry,
        Invited(
            "Accademia del Mare",
            "www.accademia-mare.example",
            "admissions@accademia-mare.example",
        ),
        by=account,
        at=cast.ago(2.5),
        address=ADDRESS,
        purpose="Scholarship",
    )
    signins.begin(account, address=ADDRESS, browser=PHONE, at=cast.ago(7))
    signins.begin(account, address=ADDRESS, browser=LAPTOP, at=cast.ago(2.6))


def _wanted_too_late(cast: Cast, share: Share) -> None:
    """Her statement is asked for, and she takes the share back before it is made."""
    downloads.ask(
        cast.member("golfo.example"),
        Selection((share.reference,), Wanted()),
        DownloadFormat.statements_pdf,
        language=Language.en,
        at=cast.ago(3) - timedelta(seconds=5),
    )


def _of_elena(cast: Cast) -> None:
    """Links that work, have ended and have expired; invitations that are over."""
    newest, account = cast.entry("elena", 2), cast.account("elena")
    purpose = "Master's degrees taught in English"
    kept = _shared(cast, "elena", "tirreno.example", 60, number=1, purpose=purpose)
    _read(cast, kept, "tirreno.example", 58)
    _linked(cast, newest, 10, cast.ago(-50).date(), "Teaching agency, Dublin", 8, 3)
    ended = _linked(cast, newest, 9, cast.ago(-20).date(), "Sent to the wrong address")
    links.revoke(ended, by=account, at=cast.ago(8.8))
    older = cast.entry("elena", 1)
    _linked(cast, older, 100, cast.ago(70).date(), "Holiday job", 99)
    _answered(cast, older)
    second = Invited(
        "Scuola Nuova", "scuola-nuova.example", "jobs@scuola-nuova.example"
    )
    back = invitations.invite(
        newest, second, by=account, at=cast.ago(6), address=ADDRESS
    )
    invitations.withdraw(back, by=account, at=cast.ago(5.9))


def _answered(cast: Cast, entry: Entry) -> None:
    """She invited an employer that joined a week later."""
    organisation, account = cast.organisation("golfo.example"), cast.account("elena")
    db.session.add(
        Invitation(
            entry_id=entry.id,
            account_id=account.id,
            name=organisation.name,
            email="people@golfo.example",
            website=organisation.website,
            host=hosts.of(organisation.website),
            terms_version=TERMS_VERSION,
            at=cast.ago(95),
        )
    )
    db.session.flush()
    invitations.answer(organisation, at=cast.ago(88))


def _of_davide(cast: Cast) -> None:
    """Two universities have read what a check changed later."""
    for domain in ("tirreno.example", "martesana.example"):
        share = _shared(cast, "davide", domain, 14.6)
        _read(cast, share, domain, 14.2)


def _of_nina(cast: Cast) -> None:
    """The university has read what the board takes back later."""
    share = _shared(cast, "nina", "tirreno.example", 8.4, purpose="Bachelor's degrees")
    _read(cast, share, "tirreno.example", 8)


def _of_dora(cast: Cast) -> None:
    """Whoever had registered with her paper shared her result; now it is hers."""
    entry = cast.entry("dora")
    _shared(cast, "dora", "martesana.example", 7)
    clerk, at = cast.team["clerk"], cast.ago(5)
    confirmations.reissue(entry, by=clerk, at=at, not_theirs=True)
    story.open_account([entry], cast.password_hash, at=at)


def _shared(
    cast: Cast,
    key: str,
    domain: str,
    days: float,
    *,
    number: int = -1,
    scope: ShareScope = ShareScope.components,
    purpose: str = "",
    expires_on: date | None = None,
) -> Share:
    return sharing.share(
        cast.entry(key, number),
        cast.organisation(domain),
        by=cast.account(key),
        at=cast.ago(days),
        scope=scope,
        purpose=purpose,
        expires_on=expires_on,
    )


def _read(cast: Cast, share: Share, domain: str, *days: float) -> None:
    """Let the primary user look at it, and take the statement the second time."""
    member = cast.member(domain)
    for number, ago in enumerate(days):
        kind = AccessKind.statement if number == 1 else AccessKind.viewed
        sharing.read(member, share.reference, kind, at=cast.ago(ago))


def _linked(
    cast: Cast, entry: Entry, days: float, last: date, purpose: str, *looks: float
) -> ShareLink:
    """Make a link, and let somebody who knows the date of birth open it."""
    link = links.make(
        entry,
        by=cast.account("elena"),
        expires_on=last,
        scope=ShareScope.components,
        purpose=purpose,
        at=cast.ago(days),
    )
    token = links.address(link).rpartition("/")[2]
    for number, ago in enumerate(looks):
        browser = (LAPTOP, PHONE)[number % 2]
        born, at = entry.date_of_birth, cast.ago(ago)
        links.opened(token, born, address=ADDRESS, browser=browser, at=at)
    return link
