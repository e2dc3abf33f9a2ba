"""Checks that the story's people have asked for, in every state there is."""

from datetime import timedelta

from sqlalchemy import update

from app.extensions import db
from app.models import Release
from app.services import enquiries, publication
from app.services.demo.cast import Cast
from app.services.demo.story import scores_of
from app.services.enquiries import outcomes
from app.values import EnquiryKind

RECHECK, REMARK = EnquiryKind.recheck, EnquiryKind.remark


def happen(cast: Cast) -> None:
    """Let them be asked for, passed on, declined and decided."""
    _of_davide(cast)
    _of_livia(cast)
    _of_noemi(cast)


def _of_davide(cast: Cast) -> None:
    """A mark had not been added: a grade better, out with two signatures."""
    entry, account = cast.entry("davide"), cast.account("davide")
    words = "My writing is much lower than in every test at school."
    asked = enquiries.request(entry, RECHECK, words, by=account, at=cast.ago(14))
    enquiries.accept(asked, by=cast.team["clerk"], at=cast.ago(13))
    officer, at = cast.team["officer"], cast.ago(9)
    enquiries.decide_changed(
        asked,
        scores_of(entry.session, (191, 188, 198, 195, 194)),
        "One answer had not been counted.",
        by=officer,
        at=at,
    )
    instant = at + timedelta(hours=20)
    release = publication.propose(
        entry.session, None, instant, entry=entry, by=officer, at=at
    )
    approver = cast.team["approver"]
    publication.approve(release, by=approver, at=at + timedelta(hours=3))
    outcomes.tell_due(at=instant)
    # He was told with the outcome of his enquiry.
    told = update(Release).where(Release.id == release.id)
    db.session.execute(told.values(announced_at=instant))


def _of_livia(cast: Cast) -> None:
    """The re-check found nothing; now her writing is marked again."""
    entry, account = cast.entry("livia"), cast.account("livia")
    clerk, officer = cast.team["clerk"], cast.team["officer"]
    asked = enquiries.request(entry, RECHECK, "", by=account, at=cast.ago(8))
    enquiries.accept(asked, by=clerk, at=cast.ago(7))
    words = "All marks were added correctly."
    enquiries.decide_unchanged(asked, words, by=officer, at=cast.ago(4))
    words = "I am two points below the grade that I need."
    asked = enquiries.request(entry, REMARK, words, by=account, at=cast.ago(3))
    enquiries.accept(asked, by=clerk, at=cast.ago(2))


def _of_noemi(cast: Cast) -> None:
    """Declined once and cancelled once; her third request waits for the centre."""
    entry, account = cast.entry("noemi"), cast.account("noemi")
    asked = enquiries.request(entry, RECHECK, "", by=account, at=cast.ago(8))
    why = "We have not received the fee. Please ask again when you have paid it."
    enquiries.refuse(asked, why, by=cast.team["clerk"], at=cast.ago(6))
    asked = enquiries.request(entry, RECHECK, "", by=account, at=cast.ago(5))
    enquiries.cancel(asked, by=account, at=cast.ago(4.9))
    words = "One more point would be a grade B. The fee is paid now."
    enquiries.request(entry, RECHECK, words, by=account, at=cast.ago(1))
