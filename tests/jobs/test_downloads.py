"""A job process that is killed in the middle of a download: nothing half-made."""

import io
import signal
import zipfile
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Download, ShareAccess
from app.services import downloads, storage
from app.services.downloads import kinds
from app.services.downloads.leases import LEASE
from app.services.inbox import Selection, Wanted
from app.values import DownloadFormat, Language, WorkState
from tests.cast import Cast
from tests.jobs.processes import FLASK, PATIENCE, environment, running, wait_for
from tests.takeaways import Shared, content

# So many statements take a while, even on a fast machine.
PEOPLE = 40


def crowd(shared):
    """More people than one part of a download holds, with results that are out."""
    cast, people = shared.cast, []
    for number in range(PEOPLE):
        entry = cast.entry(f"0{100 + number}", "Nora", f"Bianchi {number}")
        entry.account = shared.amina.entry.account
        entry.registered_at = shared.amina.entry.registered_at
        cast.result(entry)
        people.append(entry)
    cast.released(instant=clock.now())
    for entry in people:
        shared.share(entry)


def state(key):
    db.session.rollback()
    return db.session.get(Download, key, populate_existing=True)


def test_a_job_process_that_is_killed_leaves_nothing_half_made(own_app, tmp_path):
    shared = Shared(Cast(), clock.now())
    crowd(shared)
    member = shared.cast.verifier
    everything, now = Selection(None, Wanted()), clock.now()
    download = downloads.ask(
        member,
        everything,
        DownloadFormat.statements_zip,
        None,
        language=Language.en,
        at=now,
    )
    key, reference = download.id, download.reference
    db.session.remove()
    environ, log = environment(own_app), tmp_path / "jobs.log"
    with running((*FLASK, "jobs", "run"), environ, log) as process:
        wait_for(lambda: 0 < state(key).done < PEOPLE, "a part")
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    half = state(key)
    assert (half.state, half.size) == (WorkState.running, 0)
    assert half.done < half.rows == PEOPLE + 2
    assert storage.exists(kinds.stored_name(half)), "half a file is still there"
    assert downloads.take(member, reference, at=clock.now()) is None
    # The dead process's lease runs out; the next process begins anew.
    half.leased_until -= LEASE + timedelta(seconds=1)
    db.session.commit()
    left = kinds.stored_name(half)
    db.session.remove()
    with running((*FLASK, "jobs", "run"), environ, tmp_path / "next.log") as process:
        wait_for(lambda: state(key).state is WorkState.ready, "the whole file")
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    whole = state(key)
    assert not storage.exists(left)
    archived = content(member, whole, clock.now())
    assert len(archived) == whole.size
    with zipfile.ZipFile(io.BytesIO(archived)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == PEOPLE + 2
    looks = db.session.scalars(select(ShareAccess.share_id)).all()
    assert len(looks) == len(set(looks)) == PEOPLE + 2, "each was given once"
    told = (tmp_path / "next.log").read_text()
    assert "1 downloads ready" in told
    assert "Traceback" not in told
