"""Making the file of a download: on offer only when it is whole.

The row says `ready` in the transaction that names the whole file; until then nobody
can ask for it, and a process that ends in the middle leaves nothing but a file that no
row names.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta
from time import monotonic

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.extensions import db
from app.models import Download, Member
from app.services import audit, mail, storage
from app.services.downloads import endings, writing
from app.services.downloads.leases import (
    Lease,
    Lost,
    Stop,
    Work,
    claim,
    forget_file,
    give_up,
    settle,
    waiting,
)
from app.services.downloads.writing import Nothing, Stopped
from app.transactions import atomic, end_read
from app.values import AuditAction, WorkState

# Then a person has to look at it.
TRIES = 3
# So long after a failure it is tried again.
PAUSE = timedelta(minutes=1)


def make_due(*, at: datetime, stop: Stop = lambda: False) -> int:
    """Make every download that waits, or whose maker died; return how many are ready.

    Each result is given only if it may be at that moment.
    """
    made = 0
    started = monotonic()
    while not stop():
        now = at + timedelta(seconds=monotonic() - started)
        lease = claim(waiting(now), now)
        if lease is None:
            break
        made += _make(lease, now, stop, gently=True)
    return made


def make_now(download: Download, *, at: datetime) -> None:
    """Make a small download while its member waits; what fails is left to the job."""
    mine = select(Download).where(
        Download.id == download.id, Download.state == WorkState.queued
    )
    if claimed := claim(mine, at):
        _make(claimed, at, lambda: False, gently=False)
    db.session.refresh(download)


def _make(lease: Lease, at: datetime, stop: Stop, *, gently: bool) -> bool:
    """Make a claimed download; whatever happens, its row says what became of it."""
    download, tries = lease.download, lease.download.tries
    by = _maker(download)
    if by is None or tries > TRIES:
        give_up(lease, state=WorkState.failed)
        return False
    work = Work(lease, by, at, stop, gently)
    try:
        with ExitStack() as stack:
            stack.enter_context(force_locale(download.language.value))
            writing.write(work, stack.enter_context(storage.writing(lease.name)))
        _offer(work, tell=gently)
    except Stopped:
        give_up(lease, state=WorkState.queued, tries=tries - 1)
    except Nothing:
        give_up(lease, state=WorkState.failed, left_out=download.rows)
    except Lost:
        forget_file(lease.name)
    except Exception:
        current_app.logger.exception("download %s", download.reference)
        state = WorkState.failed if tries >= TRIES else WorkState.queued
        later = work.now + PAUSE if state is WorkState.queued else None
        give_up(lease, state=state, leased_until=later)
    else:
        endings.make_room(download)
        return True
    return False


def _maker(download: Download) -> Member | None:
    """Return for whom a download is made, if they still belong to its organisation."""
    key = download.member_id
    by = key and db.session.get(Member, key, populate_existing=True)
    end_read()
    if not by or not by.active or by.organisation_id != download.organisation_id:
        return None
    return by


def _offer(work: Work, *, tell: bool) -> None:
    """Say in one transaction that the file is whole, and tell whoever asked for it."""
    download, now = work.download, work.now
    days = current_app.config["ESITO_DOWNLOAD_DAYS"]
    with atomic():
        settle(
            work.lease,
            state=WorkState.ready,
            size=storage.size(work.lease.name),
            left_out=work.left_out,
            done=download.rows,
            finished_at=now,
            expires_at=now + timedelta(days=days),
            leased_until=None,
        )
        audit.append(
            AuditAction.download_made,
            f"download:{download.reference}",
            by=None,
            at=now,
            rows=download.rows - work.left_out,
            left_out=work.left_out,
        )
        if tell:
            mail.queue(
                "download_ready",
                to=work.by,
                about=work.lease.file,
                at=now,
                name=work.by.name,
                path="/verifier/downloads",
            )
