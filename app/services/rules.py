"""What a centre asks of its candidates and offers them, or the defaults."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models import Centre, CentreRules, User
from app.services import audit
from app.transactions import atomic
from app.values import AuditAction


def of(centre: Centre) -> CentreRules:
    """Return the rules of a centre: its own, or the defaults, which are not stored."""
    stored = db.session.get(CentreRules, centre.id)
    return stored or CentreRules(centre_id=centre.id, centre=centre, **defaults())


def centre_with(key: int) -> Centre | None:
    """Return the centre with this key."""
    return db.session.get(Centre, key)


def stored(centre: Centre) -> CentreRules | None:
    """Return the rules that a centre has written, if it has."""
    return db.session.get(CentreRules, centre.id)


def begin(centre: Centre, *, by: User, at: datetime) -> CentreRules:
    """Store the defaults as a centre's own rules, to be changed; or return its own."""
    with atomic() as tx:
        row = CentreRules(centre_id=centre.id, **defaults())
        try:
            with tx.begin_nested():
                if stored(centre) is None:
                    tx.add(row)
        except IntegrityError:
            # Somebody else began at the same moment.
            pass
        else:
            if row in tx:
                about = f"centre_rules:{centre.id}"
                audit.append(AuditAction.record_added, about, by=by, at=at)
    return of(centre)


def defaults() -> dict[str, Any]:
    """Return what holds for a centre that has said nothing else."""
    columns = CentreRules.__table__.columns
    return {c.name: c.default.arg for c in columns if c.default is not None}
