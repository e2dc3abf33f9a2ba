"""What organisations took with them: made anew when the demonstration is loaded.

Files cannot be undone with the transaction, so they are made after it.
"""

from datetime import timedelta

from sqlalchemy import select

from app.extensions import db
from app.models import Member, Share
from app.services import consent, downloads
from app.services.demo.cast import Cast
from app.services.downloads import templates
from app.services.inbox import Selection, Wanted
from app.values import DownloadFormat, Language

# Files with the whole of a list, and with few statements: each of these is drawn.
ROWS, STATEMENTS = 60, 3
# Long enough ago for its file to be deleted.
EXPIRED = 40


def happen(cast: Cast) -> None:
    """Let them ask, make the files, and let the days of the first one pass."""
    rita, carlo = (
        cast.user(f"{who}@tirreno.example") for who in ("registrar", "colleague")
    )
    _taken(cast, carlo, DownloadFormat.csv, EXPIRED, ROWS)
    _taken(cast, rita, DownloadFormat.xlsx, 1.4, ROWS)
    _taken(cast, rita, DownloadFormat.statements_zip, 1.2, STATEMENTS)
    downloads.expire(at=cast.at)


def _taken(
    cast: Cast, by: Member, form: DownloadFormat, days: float, most: int
) -> None:
    """Ask for what had been shared by then, and make it at once."""
    at = cast.ago(days)
    chosen = tuple(
        db.session.scalars(
            select(Share.reference)
            .where(
                Share.organisation_id == by.organisation_id,
                Share.at < at,
                consent.stands(at),
                consent.stands(cast.at),
            )
            .order_by(Share.at.desc(), Share.id)
            .limit(most)
        )
    )
    downloads.ask(
        by,
        Selection(chosen, Wanted()),
        form,
        templates.default_of(by),
        language=Language.en,
        at=at,
    )
    downloads.make_due(at=at + timedelta(seconds=20))
