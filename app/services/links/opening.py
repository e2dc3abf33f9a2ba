"""How a link is opened: with the date of birth, and its candidate hears of each look.

An unknown, forged, ended or expired link, a wrong date and a result that is not out are
answered alike: from outside nobody can tell which it was.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, time

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import joinedload

from app.errors import NotFound, Refused
from app.extensions import db
from app.models import Entry, Result, ShareLink, ShareLinkLook
from app.services import access, ages, audit, consent, localtime, publication, throttle
from app.services.doors import Door
from app.services.links import addressing, letters
from app.transactions import atomic
from app.values import AuditAction, ResultStatus

Opened = tuple[ShareLink, Entry, Result]

# Messages about one link in a day; every look is on its candidate's page.
MAILS_A_DAY = 20
# Wrong dates that a link stands in its life. A year of classmates has some hundreds of
# birthdays; holders who write the month first mistype now and then.
MOST_WRONG = 50
LOOKS_ROWS = 50
LAST_PAGE = 1_000_000
# Compared where there is nobody to compare with.
NOBODYS = date(1900, 1, 1)


@dataclass(frozen=True)
class LooksPage:
    """A page of the looks at one link, newest first."""

    rows: list[ShareLinkLook]
    number: int
    has_next: bool


def opened(
    token: str, date_of_birth: date, *, address: str, browser: str, at: datetime
) -> Opened:
    """Open a link with its candidate's date of birth, and write the look down.

    Each try is charged to the link before anything is looked at. Raises Refused with
    one sentence, whatever is not right; TooManyTries when there were too many.
    """
    token = addressing.plain(token)
    throttle.charge(Door.result_link, token, address, at=at)
    with atomic():
        found = _find(token, at, lock=True)
        known = found[1].date_of_birth if found else NOBODYS
        same = hmac.compare_digest(
            date_of_birth.isoformat().encode(), known.isoformat().encode()
        )
        if found is None or not same:
            _count_wrong(found[0] if found else None, at)
        else:
            _write_down(found[0], browser, at)
    if found is None or not same:
        raise Refused(NOT_OPENED, field="date_of_birth")
    throttle.give_back(Door.result_link, token, address)
    return found


def again(token: str, *, at: datetime) -> Opened:
    """Return what a link shows to a browser in which it was opened a moment ago.

    Everything is looked up anew: a link that has ended raises NotFound here, too.
    """
    found = _find(token, at)
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    return found


def open_to(entry: Entry, *, at: datetime) -> bool:
    """Tell whether a candidate may show a result by link: not before they are 18.

    Unless the board lets them; see ESITO_LINKS_FOR_MINORS.
    """
    if current_app.config["ESITO_LINKS_FOR_MINORS"]:
        return True
    return not ages.under(ages.ADULT, entry.date_of_birth, at=at)


def open_from(entry: Entry) -> date:
    """Return a candidate's 18th birthday; of 29 February, the first of March."""
    born = entry.date_of_birth
    try:
        return born.replace(year=born.year + ages.ADULT)
    except ValueError:
        return date(born.year + ages.ADULT, 3, 1)


def looks_at(link: ShareLink, page: int = 1) -> LooksPage:
    """Return one page of the looks at a link, newest first."""
    number = min(max(page, 1), LAST_PAGE)
    newest = (ShareLinkLook.at.desc(), ShareLinkLook.id.desc())
    query = select(ShareLinkLook).where(ShareLinkLook.link_id == link.id)
    query = query.order_by(*newest).offset((number - 1) * LOOKS_ROWS)
    found = list(db.session.scalars(query.limit(LOOKS_ROWS + 1)))
    return LooksPage(found[:LOOKS_ROWS], number, len(found) > LOOKS_ROWS)


def _find(token: str, at: datetime, *, lock: bool = False) -> Opened | None:
    query = _standing(addressing.reference_in(token), at)
    if lock:
        # Until the commit: no look slips in beside the end of the link.
        query = query.with_for_update(of=ShareLink)
    row = db.session.execute(query.execution_options(populate_existing=True)).first()
    if row is None or not open_to(row[1], at=at):
        return None
    return row[0], row[1], row[2]


def _standing(reference: str, at: datetime) -> Select[ShareLink, Entry, Result]:
    return (
        select(ShareLink, Entry, Result)
        .join(Entry, Entry.id == ShareLink.entry_id)
        .join(Result, Result.entry_id == Entry.id)
        .options(joinedload(Entry.session), joinedload(Entry.centre))
        .where(
            ShareLink.reference == reference,
            # Whoever made it is still the one whose result it is.
            ShareLink.account_id == Entry.account_id,
            consent.link_stands(at),
            publication.visible(at),
            Result.status == ResultStatus.graded,
        )
    )


def _write_down(link: ShareLink, browser: str, at: datetime) -> None:
    day = localtime.today(at)
    midnight = datetime.combine(day, time(), tzinfo=localtime.board_zone())
    before = select(func.count(ShareLinkLook.id)).where(
        ShareLinkLook.link_id == link.id, ShareLinkLook.at >= midnight
    )
    number = db.session.scalar(before) or 0
    db.session.add(ShareLinkLook(link_id=link.id, at=at, browser=browser[:200]))
    if number < MAILS_A_DAY:
        letters.looked(link, number, at=at)


def _count_wrong(link: ShareLink | None, at: datetime) -> None:
    """Count a wrong date; the last one that a link stands ends it."""
    one_more = update(ShareLink).where(ShareLink.id == (link.id if link else 0))
    one_more = one_more.values(wrong_dates=ShareLink.wrong_dates + 1)
    counted = db.session.scalar(one_more.returning(ShareLink.wrong_dates))
    if link is None or counted is None or counted < MOST_WRONG:
        return
    over = update(ShareLink).where(ShareLink.id == link.id)
    db.session.execute(over.values(revoked_at=at))
    subject, why = f"link:{link.reference}", "wrong dates of birth"
    audit.append(AuditAction.link_revoked, subject, by=None, at=at, why=why)
    letters.ended(link, at=at)


NOT_OPENED = _l(
    "This does not open a result. Check the date of birth and the address of the link."
    " If both are right, ask whoever gave it to you for a new one."
)
