"""The one place that commits: a block is written whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.orm import Session

from app.extensions import db

_depth: ContextVar[int] = ContextVar("esito_transaction_depth", default=0)


def writing() -> bool:
    """Tell whether the running code is inside an `atomic` block."""
    return _depth.get() > 0


@contextmanager
def atomic() -> Iterator[Session]:
    """Commit what the block wrote, or nothing; a block inside joins the outer one.

    The outermost block starts a write transaction of its own: a read transaction that
    is open is ended first, because SQLite cannot turn one into the other safely.
    """
    session: Session = db.session()
    if writing():
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside transactions.atomic()")
    session.commit()
    token = _depth.set(1)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        _depth.reset(token)


def end_read() -> None:
    """End an open read transaction, so that slow work (a hash, a PDF) holds no lock."""
    if not writing():
        db.session.commit()
