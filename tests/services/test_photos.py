"""Photos of the exam day: imported whole or not at all, and shown from storage."""

import hashlib
import io
import time
import tracemalloc
import zipfile

import pytest
from sqlalchemy import select

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Entry, Photo
from app.services import photos, storage
from app.services.photos import bringing_in, pictures
from app.values import ExamCode
from tests.cast import NOW
from tests.services import archives
from tests.services.archives import archive, picture

FACE = picture()
OTHER = picture(colour=(20, 60, 90))


@pytest.fixture
def centre(app, cast, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    return cast.amina, cast.boris


def load(cast, content, **options):
    return bringing_in.load(
        io.BytesIO(content),
        cast.session,
        cast.it024,
        at=options.pop("at", NOW),
        file_name="photos.zip",
        **options,
    )


def stored():
    return sorted(name for name, _ in storage.kept(photos.FOLDER))


def problems(plan):
    assert stored() == []
    assert db.session.scalars(select(Photo)).all() == []
    return {problem.file: str(problem.message) for problem in plan.problems}


# --- What is written ------------------------------------------------------------------


def test_a_photo_belongs_to_its_candidate_and_nobody_else(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE), ("0002.PNG", picture("PNG"))))
    assert (plan.added, plan.changed, plan.unchanged, plan.without) == (2, [], 0, 0)
    photo = photos.of(cast.amina)
    assert photo.entry == cast.amina
    assert (photo.width, photo.height) == (480, 600)
    assert photo.source_hash == hashlib.sha256(FACE).hexdigest()
    kept = photos.content(photo)
    assert kept.startswith(b"\xff\xd8\xff")
    assert kept not in (FACE, photos.content(photos.of(cast.boris)))


def test_the_name_of_a_file_says_nothing_of_the_person(cast, centre):
    load(cast, archive(("0001.jpg", FACE)))
    (name,) = stored()
    assert name == f"photos/{photos.of(cast.amina).reference}.jpg"
    for known in ("0001", "amina", "benali", cast.amina.reference):
        assert known not in name.casefold()


def test_who_is_not_in_the_archive_simply_has_no_photo(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE)))
    assert plan.without == 1
    assert photos.of(cast.boris) is None


def test_the_same_archive_again_changes_nothing(cast, centre):
    content = archive(("0001.jpg", FACE))
    load(cast, content)
    before = stored()
    plan = load(cast, content)
    assert (plan.added, plan.changed, plan.unchanged) == (0, [], 1)
    assert stored() == before
    assert len(traces()) == 1


def test_another_photo_replaces_the_first_and_its_file(cast, centre):
    load(cast, archive(("0001.jpg", FACE)))
    first = photos.content(photos.of(cast.amina))
    plan = load(cast, archive(("0001.jpg", OTHER)))
    assert plan.changed == ["0001"]
    assert photos.content(photos.of(cast.amina)) != first
    assert len(stored()) == 1


def test_a_file_that_was_lost_is_stored_again(cast, centre):
    content = archive(("0001.jpg", FACE))
    load(cast, content)
    storage.delete(stored()[0])
    assert load(cast, content).changed == ["0001"]
    assert photos.content(photos.of(cast.amina))


def test_a_lost_file_is_nothing_to_be_seen_and_logged(cast, centre, caplog):
    load(cast, archive(("0001.jpg", FACE)))
    storage.delete(stored()[0])
    with pytest.raises(NotFound, match="nothing here"):
        photos.content(photos.of(cast.amina))
    assert "is missing" in caplog.text


def test_the_trail_says_what_was_imported_and_nobodys_name(cast, centre):
    content = archive(("0001.jpg", FACE))
    load(cast, content)
    (row,) = traces()
    assert row.subject == "import:photos"
    assert hashlib.sha256(content).hexdigest() in row.detail
    assert '"added": 1' in row.detail
    assert "Amina" not in row.detail


def traces():
    return db.session.scalars(
        select(AuditRow).where(AuditRow.action == "imported")
    ).all()


def test_a_trial_writes_nothing(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE)), dry_run=True)
    assert plan.added == 1
    assert problems(plan) == {}
    assert traces() == []


def test_two_imports_at_once_leave_one_photo_and_one_file(cast, centre, monkeypatch):
    """The second one has seen a world without photos; the first is quicker."""
    known = bringing_in._candidates(cast.session, cast.it024)
    load(cast, archive(("0001.jpg", FACE)))
    monkeypatch.setattr(bringing_in, "_candidates", lambda *_: known)
    with pytest.raises(Conflict):
        load(cast, archive(("0001.jpg", OTHER)))
    assert photos.content(photos.of(cast.amina))
    assert len(stored()) == 1


def test_a_replacement_that_comes_second_is_refused(cast, centre, monkeypatch):
    load(cast, archive(("0001.jpg", FACE)))
    known = bringing_in._candidates(cast.session, cast.it024)
    load(cast, archive(("0001.jpg", OTHER)))
    monkeypatch.setattr(bringing_in, "_candidates", lambda *_: known)
    with pytest.raises(Conflict):
        load(cast, archive(("0001.jpg", picture("PNG"))))
    assert len(stored()) == 1


def test_a_storage_that_fails_half_way_leaves_no_photo(cast, centre, monkeypatch):
    written, write = [], storage.write

    def full(name, content):
        if written:
            raise OSError(28, "No space left on device")
        written.append(name)
        write(name, content)

    monkeypatch.setattr(storage, "write", full)
    with pytest.raises(OSError, match="No space"):
        load(cast, archive(("0001.jpg", FACE), ("0002.jpg", OTHER)))
    assert stored() == []
    assert db.session.scalars(select(Photo)).all() == []


def test_an_exam_without_photos_never_shows_one(cast, centre):
    load(cast, archive(("0001.jpg", FACE)))
    cast.session.exam = ExamCode.PET
    db.session.commit()
    assert photos.of(cast.amina) is None


def test_a_deleted_entry_takes_its_photo_along(cast, centre):
    load(cast, archive(("0001.jpg", FACE)))
    db.session.execute(db.delete(Entry).where(Entry.id == cast.amina.id))
    db.session.commit()
    assert db.session.scalars(select(Photo)).all() == []


# --- What is refused ------------------------------------------------------------------


def test_every_problem_is_listed_and_one_bad_file_means_nothing(cast, centre):
    plan = load(
        cast,
        archive(
            ("0001.jpg", FACE),
            ("0003.jpg", OTHER),
            ("amina.jpg", FACE),
            ("Amina Benali 0001.png", FACE),
            ("0001.jpg.exe", b"MZ"),
            ("0002.gif", archives.gif()),
            ("0002.svg", archives.SVG),
            ("0002.zip", archive(("0002.jpg", FACE))),
            ("photos/0002.jpg", FACE),
            ("../0002.jpg", FACE),
            ("/etc/0002.jpg", FACE),
            ("..\\0002.jpg", FACE),
            ("C:0002.jpg", FACE),
            ("000２.jpg", FACE),
            ("0002.jpg\n", FACE),
        ),
    )
    found = problems(plan)
    assert plan.problem_count == len(found) == 14
    assert found.pop("0003.jpg") == "No candidate has this number in this session."
    assert all(message.startswith("Name it by") for message in found.values())
    assert "0002.jpg\ufffd" in found


def test_a_name_that_ends_at_a_null_character_is_no_name(cast, centre):
    content = archive(("0001.jpgX.exe", FACE)).replace(
        b"0001.jpgX.exe", b"0001.jpg\0.exe"
    )
    assert list(problems(load(cast, content))) == ["0001.jpg\ufffd.exe"]


def test_two_files_for_one_candidate_are_one_too_many(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE), ("0001.png", picture("PNG"))))
    assert problems(plan) == {"0001.png": "There is 0001.jpg for them already."}


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_stands_there_twice_is_refused(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE), ("0001.jpg", OTHER)))
    assert problems(plan) == {"0001.jpg": "There is 0001.jpg for them already."}


def test_one_picture_for_two_candidates_is_a_mistake(cast, centre):
    plan = load(cast, archive(("0001.jpg", FACE), ("0002.jpg", FACE)))
    assert problems(plan) == {"0002.jpg": "This is the same picture as 0001.jpg."}


def test_a_bad_picture_is_refused_by_its_content(cast, centre):
    plan = load(cast, archive(("0001.jpg", archives.SVG), ("0002.png", b"")))
    found = problems(plan)
    assert found["0001.jpg"] == "This is neither a JPEG nor a PNG picture."
    assert found["0002.png"] == "This file is empty."


def test_a_link_a_folder_and_an_encrypted_file_are_refused(cast, centre):
    content = archive(archives.link("0001.jpg", "/etc/passwd"))
    assert "a link" in problems(load(cast, content))["0001.jpg"]
    assert problems(load(cast, archive(("0001.jpg/", b""))))
    content = archives.encrypted("0001.jpg", FACE)
    assert "encrypted" in problems(load(cast, content))["0001.jpg"]


def test_a_rare_compression_is_refused(cast, centre):
    content = archive(("0001.jpg", FACE), compression=zipfile.ZIP_BZIP2)
    assert "compressed" in problems(load(cast, content))["0001.jpg"]


def test_a_deflated_archive_is_as_good(cast, centre):
    content = archive(("0001.jpg", FACE), compression=zipfile.ZIP_DEFLATED)
    assert load(cast, content).added == 1


def test_a_damaged_file_is_named(cast, centre):
    content = bytearray(archive(("0001.jpg", FACE), ("0002.jpg", OTHER)))
    content[200] ^= 0xFF
    assert problems(load(cast, bytes(content))) == {"0001.jpg": "This file is damaged."}


HOSTILE = {
    "no archive": lambda: b"Amina Benali",
    "nothing": lambda: b"",
    "no files": lambda: archive(),
    "cut off": lambda: archive(("0001.jpg", FACE))[:-30],
    "an end alone": lambda: archive(("0001.jpg", FACE))[-22:],
    "files over each other": lambda: archives.overlapping(500),
    "a directory of 100,000 names": archives.enormous_directory,
    "more files than numbers": lambda: archive(
        *((f"{n:05d}.jpg", b"") for n in range(10_001))
    ),
    "a bomb": lambda: archive(
        ("0001.jpg", b"\0" * 19_000_000), compression=zipfile.ZIP_DEFLATED
    ),
    "a bomb that is too large": lambda: archive(
        ("0001.jpg", b"\0" * (pictures.LARGEST_FILE + 1)),
        compression=zipfile.ZIP_DEFLATED,
    ),
    "a file that says it is small": lambda: archives.saying_size(
        archive(("0001.jpg", b"\0" * 50_000_000), compression=zipfile.ZIP_DEFLATED),
        1000,
    ),
    "a file that says it is large": lambda: archives.saying_size(
        archive(("0001.jpg", FACE)), 4_000_000_000
    ),
    "an archive as a picture": lambda: archive(
        ("0001.jpg", archive(("0001.jpg", FACE)))
    ),
    "a flood as a picture": lambda: archive(
        ("0001.jpg", archives.flood(30_000, 30_000))
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_soon_cheaply_and_whole(cast, centre, name):
    content = HOSTILE[name]()
    tracemalloc.start()
    started = time.perf_counter()
    problem_count = 0
    try:
        problem_count = load(cast, content).problem_count
    except Refused:
        problem_count = 1
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert problem_count
    assert time.perf_counter() - started < 5
    assert peak < 100_000_000
    assert stored() == []
    assert db.session.scalars(select(Photo)).all() == []


# --- The command ----------------------------------------------------------------------


@pytest.fixture
def command(app, cast, centre, tmp_path):
    def run(content, *more, session="2611-FCE-P", centre="IT024"):
        file = tmp_path / "photos.zip"
        file.write_bytes(content)
        words = ["import", "photos", str(file), *more]
        if session:
            words += ["--session", session]
        if centre:
            words += ["--centre", centre]
        return app.test_cli_runner().invoke(args=words)

    return run


def test_the_command_says_what_it_did_in_one_line(command):
    done = command(archive(("0001.jpg", FACE)))
    assert done.exit_code == 0, done.output
    assert done.output == (
        "import photos: 1 added, 0 changed, 0 left as they are,"
        " 1 candidates not in the archive\n"
    )
    assert command(archive(("0001.jpg", FACE))).output == (
        "import photos: nothing changes, 1 left as they are,"
        " 1 candidates not in the archive\n"
    )


def test_a_trial_shows_whose_photo_would_be_another_one(command):
    command(archive(("0001.jpg", FACE)))
    told = command(archive(("0001.jpg", OTHER)), "--dry-run").output
    assert told.startswith(
        "0001: the photo becomes another one\nimport photos: dry run"
    )


def test_a_refusal_lists_the_files_and_ends_with_1(command):
    done = command(archive(("amina.jpg", FACE)))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "amina.jpg: Name it by" in done.stderr
    assert "nothing was written, problems: 1" in done.stderr


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"session": "2611-XXX"}, "no session 2611-XXX"),
        ({"centre": "IT999"}, "no centre IT999"),
    ],
)
def test_an_unknown_place_is_refused(command, options, why):
    done = command(archive(("0001.jpg", FACE)), **options)
    assert done.exit_code == 1
    assert why in done.stderr


def test_an_exam_that_has_no_photos_is_refused(command, cast):
    cast.session.exam = ExamCode.KET
    db.session.commit()
    done = command(archive(("0001.jpg", FACE)))
    assert done.exit_code == 1
    assert "No photos are taken for A2 Key" in done.stderr


@pytest.mark.parametrize("missing", ["session", "centre"])
def test_photos_of_nowhere_are_wrong_usage(command, missing):
    done = command(archive(("0001.jpg", FACE)), **{missing: None})
    assert done.exit_code == 2


def test_a_place_is_for_photos_alone(app, tmp_path):
    file = tmp_path / "centres.csv"
    file.write_text("number\n")
    words = ["import", "centres", str(file), "--session", "2611-FCE-P"]
    assert app.test_cli_runner().invoke(args=words).exit_code == 2
