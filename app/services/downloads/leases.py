"""Who makes a download: whoever holds its lease, and no two at once.

Whoever claims a download writes a file under a new name of its own, so that no two
ever write the same one, and so that what a process left that died is named by nobody.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, TypeAlias

from flask import current_app
from sqlalchemy import Select, or_, select, update

from app.models import Download, Member
from app.services import storage
from app.services.downloads import kinds
from app.transactions import atomic
from app.values import WorkState, new_reference

# A process that has not written a part for so long has died; the next one begins anew.
LEASE = timedelta(minutes=2)

Stop: TypeAlias = Callable[[], bool]


class Lost(Exception):
    """Another process has taken the download over, or it is gone."""


@dataclass(frozen=True)
class Lease:
    """A download that this process has claimed, and the file that it alone writes."""

    download: Download
    file: str

    @property
    def name(self) -> str:
        """Return the name of the file in the storage."""
        return kinds.stored_name(self.download, self.file)


@dataclass
class Work:
    """A download in the making; `now` goes on while it is made."""

    lease: Lease
    by: Member
    at: datetime
    stop: Stop = lambda: False
    # In the job process, where others want their turn.
    gently: bool = False
    done: int = 0
    left_out: int = 0
    started: float = field(default_factory=monotonic)

    @property
    def download(self) -> Download:
        """Return what is being made."""
        return self.lease.download

    @property
    def now(self) -> datetime:
        """Return the instant of this moment, counted from the one it began with.

        While somebody waits it is theirs: what was not out then is not out for them.
        """
        if not self.gently:
            return self.at
        return self.at + timedelta(seconds=monotonic() - self.started)


def waiting(now: datetime) -> Select[Download]:
    """Select the download that waits longest, or whose maker has died."""
    free = or_(Download.leased_until.is_(None), Download.leased_until <= now)
    return (
        select(Download)
        .where(Download.state.in_([WorkState.queued, WorkState.running]), free)
        .order_by(Download.asked_at, Download.id)
        .limit(1)
    )


def claim(query: Select[Download], now: datetime) -> Lease | None:
    """Take a download for this process: whoever changes its row has it."""
    with atomic() as tx:
        found = tx.scalars(
            query.with_for_update(skip_locked=True).execution_options(
                populate_existing=True
            )
        ).first()
        if found is None:
            return None
        before = kinds.stored_name(found) if found.file else ""
        found.tries += 1
        found.file = new_reference()
        found.state = WorkState.running
        found.leased_until = now + LEASE
        found.done = found.left_out = found.size = 0
    if before:
        # Half a file of somebody who died, or one that may not be given any more.
        forget_file(before)
    return Lease(found, found.file)


def settle(lease: Lease, **values: Any) -> None:
    """Write what became of a download; Lost if it is not this process's any more."""
    with atomic() as tx:
        changed = tx.execute(
            update(Download)
            .where(
                Download.id == lease.download.id,
                Download.file == lease.file,
                Download.state == WorkState.running,
            )
            .values(**values)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Lost


def give_up(lease: Lease, **values: Any) -> None:
    """Put a download back, or away; what was written of it goes."""
    with suppress(Lost):
        settle(lease, **{"leased_until": None, "file": "", **values})
    forget_file(lease.name)


def forget_file(name: str) -> None:
    """Delete a file that nobody shall have; one that resists is swept later."""
    try:
        storage.delete(name)
    except OSError as problem:
        current_app.logger.warning("storage: %s is not deleted: %s", name, problem)
