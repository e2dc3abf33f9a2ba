"""A file on its way: kept for its uploader alone, written once, forgotten in a day."""

from datetime import timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import Centre, Entry, ImportFile, School
from app.services import uploads
from app.values import ImportKind
from tests.cast import NOW

HEAD = "number,name,centre,city,email\n"
SCHOOLS = f"{HEAD}S-200,Liceo Volta,IT024,Lucca,volta@school.example\n".encode()
DAY = timedelta(days=1)


def kept(cast, content=SCHOOLS, by=None, name="schools.csv"):
    assert cast.it024
    return uploads.keep(
        name, ImportKind.schools, content, by=by or cast.officer, at=NOW
    )


def shown(file, by):
    return uploads.look_at(file, by=by, at=NOW)


def schools():
    return [row.name for row in db.session.scalars(db.select(School))]


def test_looking_writes_nothing_and_writing_writes_what_was_shown(cast):
    file = kept(cast)
    plan = shown(file, cast.officer)
    assert (plan.added, plan.changed, plan.problem_count) == (1, 0, 0)
    assert schools() == []
    summary = uploads.write(file.reference, plan.fingerprint, by=cast.officer, at=NOW)
    assert summary.added == 1
    assert schools() == ["Liceo Volta"]


def test_the_same_form_sent_twice_writes_once(cast):
    file = kept(cast)
    reference, expected = file.reference, shown(file, cast.officer).fingerprint
    uploads.write(reference, expected, by=cast.officer, at=NOW)
    with pytest.raises(NotFound):
        uploads.write(reference, expected, by=cast.officer, at=NOW)
    assert schools() == ["Liceo Volta"]


def test_nobody_else_reaches_the_file(cast):
    file = kept(cast)
    expected = shown(file, cast.officer).fingerprint
    with pytest.raises(NotFound):
        uploads.own_file(file.reference, by=cast.admin, at=NOW)
    with pytest.raises(NotFound):
        uploads.write(file.reference, expected, by=cast.admin, at=NOW)
    with pytest.raises(NotFound):
        uploads.discard(file.reference, by=cast.admin, at=NOW)
    assert uploads.own_files(by=cast.admin, at=NOW) == []
    assert uploads.own_files(by=cast.officer, at=NOW) == [file]


def test_what_the_board_changed_meanwhile_has_to_be_looked_at_again(cast):
    file = kept(cast)
    expected = shown(file, cast.officer).fingerprint
    school = cast.liceo
    school.number = "S-200"
    db.session.commit()
    with pytest.raises(Conflict):
        uploads.write(file.reference, expected, by=cast.officer, at=NOW)
    assert schools() == ["Liceo Galileo"]
    again = uploads.own_file(file.reference, by=cast.officer, at=NOW)
    plan = shown(again, cast.officer)
    assert (plan.added, plan.changed) == (0, 1)
    uploads.write(again.reference, plan.fingerprint, by=cast.officer, at=NOW)
    assert schools() == ["Liceo Volta"]


def test_a_file_with_a_problem_is_never_written(cast):
    file = kept(cast, SCHOOLS.replace(b"IT024", b"IT999"))
    plan = shown(file, cast.officer)
    assert plan.problem_count == 1
    with pytest.raises(Refused):
        uploads.write(file.reference, plan.fingerprint, by=cast.officer, at=NOW)
    assert schools() == []
    assert uploads.own_file(file.reference, by=cast.officer, at=NOW)


@pytest.mark.parametrize("who", ["approver", "auditor", "partnerships"])
def test_roles_that_import_nothing_keep_no_file(cast, who):
    with pytest.raises(Refused) as refused:
        kept(cast, by=getattr(cast, who))
    assert refused.value.status == 403


def test_the_administrator_brings_places_and_no_results(cast):
    assert kept(cast, by=cast.admin)
    with pytest.raises(Refused):
        uploads.keep("r.csv", ImportKind.results, b"x", by=cast.admin, at=NOW)


ENTRIES = (
    "session,centre,candidate_number,family_name,first_name,date_of_birth,email,"
    "school,group,guardian_email,language\n"
    "2611-FCE-P,IT024,0007,Conti,Carla,2009-02-03,carla@mail.example,,,,\n"
)


def entries_file(cast, rows=""):
    assert cast.session
    content = (ENTRIES + rows).encode()
    return uploads.keep(
        "entries.csv", ImportKind.entries, content, by=cast.clerk, at=NOW
    )


def test_a_centre_enters_its_own_candidates(cast):
    file = entries_file(cast)
    plan = shown(file, cast.clerk)
    assert (plan.added, plan.problems) == (1, [])
    uploads.write(file.reference, plan.fingerprint, by=cast.clerk, at=NOW)
    assert db.session.scalar(db.select(Entry.family_name)) == "Conti"


@pytest.mark.parametrize("typed", ["IT099", " IT099 ", "it024", "", "NO-SUCH"])
def test_a_centre_touches_and_learns_nothing_of_another(cast, typed):
    other = cast.centre("IT099")
    cast.entry("0003", "Dario", "Neri", centre=other)
    row = f"2611-FCE-P,{typed},0003,Neri,Other,2009-02-03,x@mail.example,,,,\n"
    file = entries_file(cast, row)
    plan = shown(file, cast.clerk)
    assert [(one.line, one.column) for one in plan.problems] == [(3, "centre")]
    assert "IT024 alone" in str(plan.problems[0].message)
    assert (plan.added, plan.changed, plan.changes) == (0, 0, [])
    with pytest.raises(Refused):
        uploads.write(file.reference, plan.fingerprint, by=cast.clerk, at=NOW)
    assert [row.first_name for row in db.session.scalars(db.select(Entry))] == ["Dario"]


@pytest.mark.parametrize("kind", ["centres", "schools", "sessions", "results"])
def test_a_centre_imports_nothing_else(cast, kind):
    with pytest.raises(Refused):
        uploads.keep("x.csv", ImportKind(kind), b"x", by=cast.clerk, at=NOW)


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n"])
def test_an_empty_file_is_refused_at_once(cast, content):
    with pytest.raises(Refused) as refused:
        kept(cast, content)
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("C:\\boards\\schools.csv", "schools.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202e.csv", "ab.csv"),
        ("", "upload.csv"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_file_keeps_its_name_and_no_folders(cast, typed, name):
    assert kept(cast, name=typed).name == name


def test_after_a_day_a_file_is_gone_and_then_erased(cast):
    file = kept(cast)
    last = NOW + DAY - timedelta(microseconds=1)
    assert uploads.own_file(file.reference, by=cast.officer, at=last)
    with pytest.raises(NotFound):
        uploads.own_file(file.reference, by=cast.officer, at=NOW + DAY)
    assert uploads.forget_old(at=last) == 0
    assert uploads.forget_old(at=NOW + DAY) == 1
    assert db.session.scalar(db.select(ImportFile)) is None


def test_a_file_can_be_thrown_away_unwritten(cast):
    file = kept(cast)
    uploads.discard(file.reference, by=cast.officer, at=NOW)
    assert uploads.own_files(by=cast.officer, at=NOW) == []
    assert schools() == []
    assert db.session.scalar(db.select(Centre.number)) == "IT024"
