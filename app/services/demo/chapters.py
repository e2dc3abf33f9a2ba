"""What the story's people did, through the same services as everybody's pages."""

from datetime import timedelta

from sqlalchemy import delete, update

from app.extensions import db
from app.models import Mail
from app.services.demo import (
    story_applications,
    story_cases,
    story_certificates,
    story_downloads,
    story_enquiries,
    story_members,
    story_sharing,
    story_verification,
)
from app.services.demo.cast import Cast
from app.transactions import atomic
from app.values import MailState

# What was written to people longer ago has been read and thrown away.
FRESH = timedelta(days=15)


def tell(cast: Cast) -> None:
    """Let everything happen, in the open transaction, and queue the fresh messages."""
    story_certificates.happen(cast)
    story_sharing.happen(cast)
    story_enquiries.happen(cast)
    story_cases.happen(cast)
    story_applications.happen(cast)
    story_members.happen(cast)
    story_verification.happen(cast)
    _throw_away_old_mail(cast)


def tell_of_files(cast: Cast) -> None:
    """Let happen what makes files, which no transaction undoes: after all the rest."""
    story_downloads.happen(cast)
    with atomic():
        _throw_away_old_mail(cast)


def _throw_away_old_mail(cast: Cast) -> None:
    queued = Mail.state == MailState.queued
    db.session.execute(delete(Mail).where(queued, Mail.queued_at < cast.at - FRESH))
    db.session.execute(update(Mail).where(queued).values(due_at=cast.at))
