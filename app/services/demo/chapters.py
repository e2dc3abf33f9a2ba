"""What the story's people did, through the same services as everybody's pages."""

from datetime import timedelta

from sqlalchemy import delete, update

from app.extensions import db
from app.models import Mail
from app.services.demo import (
    story_cases,
    story_certificates,
    story_enquiries,
    story_sharing,
)
from app.services.demo.cast import Cast
from app.values import MailState

# What was written to people longer ago has been read and thrown away.
FRESH = timedelta(days=15)


def tell(cast: Cast) -> None:
    """Let everything happen, in the open transaction, and queue the fresh messages."""
    story_certificates.happen(cast)
    story_sharing.happen(cast)
    story_enquiries.happen(cast)
    story_cases.happen(cast)
    queued = Mail.state == MailState.queued
    db.session.execute(delete(Mail).where(queued, Mail.queued_at < cast.at - FRESH))
    db.session.execute(update(Mail).where(queued).values(due_at=cast.at))
