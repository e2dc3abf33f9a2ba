"""Centres, schools, sessions and timetable: added once, then changed row by row."""

from datetime import date, time

import pytest

from app.errors import Conflict, Refused
from app.extensions import db
from app.models import AuditRow, Centre, ExamSession, School, TimetableSlot
from app.services import importing
from app.values import ImportKind
from tests.cast import NOW
from tests.services.files import check, csv_file, load, problems, row, snapshot


def only(model):
    return db.session.scalars(db.select(model)).one()


def test_a_board_is_built_from_files_and_the_same_files_change_nothing(cast):
    for kind in ("centres", "schools", "sessions"):
        assert load(kind, row(kind)).added == 1
    assert only(School).centre == only(Centre)
    before = snapshot()
    for kind in ("centres", "schools", "sessions"):
        again = load(kind, row(kind))
        assert (again.wrote, again.unchanged) == (False, 1)
    assert snapshot() == before


def test_a_changed_row_is_shown_as_a_difference_before_it_is_written(cast):
    load("centres", row("centres"))
    changed = row("centres", city="Lucca", phone="+39 0583 9999")
    plan = check("centres", csv_file(changed))
    assert (plan.added, plan.changed, plan.change_count) == (0, 1, 2)
    assert [str(one) for one in plan.changes] == [
        'line 2, IT024, city: "Pisa" becomes "Lucca"',
        'line 2, IT024, phone: "+39 050 123456" becomes "+39 0583 9999"',
    ]
    assert only(Centre).city == "Pisa"
    assert load("centres", changed).changed == 1
    assert (only(Centre).city, only(Centre).name) == ("Lucca", "Centro Esami Pisa")


def test_a_difference_speaks_of_codes_and_never_of_keys(cast):
    assert cast.it024
    cast.centre("IT025")
    load("schools", row("schools"))
    plan = check("schools", csv_file(row("schools", centre="IT025")))
    (one,) = plan.changes
    assert (one.column, one.before, one.after) == ("centre", "IT024", "IT025")


@pytest.mark.parametrize(
    ("mode", "days"), [("paper", 35), ("computer", 14), ("digital", 14)]
)
def test_results_are_due_five_weeks_after_paper_and_two_after_screens(app, mode, days):
    load("sessions", row("sessions", mode=mode))
    session = only(ExamSession)
    assert (session.final_date - session.exam_date).days == days


def test_a_final_date_in_the_file_is_taken(app):
    load("sessions", row("sessions", final_date="2026-12-01"))
    assert only(ExamSession).final_date == date(2026, 12, 1)


def test_business_exams_end_with_2023(app):
    last = row("sessions", exam="BECV", exam_date="2023-12-31")
    assert problems("sessions", last) == []
    late = row("sessions", code="L", exam="BECV", exam_date="2024-01-01")
    ((_, column, words),) = problems("sessions", late)
    assert column == "exam_date"
    assert words == "B2 Business Vantage was withdrawn after 2023-12-31."


def test_the_exam_of_a_session_stays_once_somebody_is_entered(cast):
    assert cast.session
    other = row("sessions", code="2611-FCE-P", exam="CAE")
    assert check("sessions", csv_file(other)).changed == 1
    assert cast.amina
    ((_, column, _),) = problems("sessions", other)
    assert column == "exam"


def test_a_timetable_has_slots_for_everybody_and_for_one_candidate(cast):
    assert cast.amina
    everybody = row("timetable")
    own = row("timetable", candidate_number="0001", start="14:30", room="")
    assert load("timetable", everybody, own).added == 2
    assert load("timetable", everybody, own).unchanged == 2
    plan = check("timetable", csv_file(row("timetable", start="09:15")))
    assert [(one.before, one.after) for one in plan.changes] == [("09:00", "09:15")]
    assert plan.changes[0].key == "2611-FCE-P IT024 R"
    starts = {
        slot.candidate_number: slot.start
        for slot in db.session.scalars(db.select(TimetableSlot))
    }
    assert starts == {None: time(9), "0001": time(14, 30)}


def test_use_of_english_is_timetabled_with_reading(cast):
    assert cast.session
    assert cast.it024
    ((_, column, words),) = problems("timetable", row("timetable", component="U"))
    assert column == "component"
    assert words == "This is part of the paper Reading and Use of English: write R."


def test_the_same_slot_twice_in_a_file_is_refused(cast):
    assert cast.session
    assert cast.it024
    found = problems("timetable", row("timetable"), row("timetable", start="10:00"))
    assert found == [(3, "component", "Line 2 is about the same already.")]


def test_an_import_leaves_one_row_in_the_trail(cast):
    load("centres", row("centres"), row("centres", number="IT025"), by=cast.officer)
    audit = only(AuditRow)
    assert audit.actor == f"staff:{cast.officer.id}"
    assert (audit.action, audit.subject) == ("imported", "import:centres")
    assert '"added": 2' in audit.detail
    assert '"file": "centres.csv"' in audit.detail
    content = csv_file(row("centres"), row("centres", number="IT025"))
    assert check("centres", content).sha256 in audit.detail


def test_what_was_checked_is_written_only_if_it_still_holds(cast):
    content = csv_file(row("centres"))
    plan = check("centres", content)
    load("centres", row("centres", city="Livorno"))
    with pytest.raises(Conflict):
        importing.apply(plan, by=cast.officer, at=NOW, file_name="centres.csv")
    assert only(Centre).city == "Livorno"
    fresh = check("centres", content)
    assert fresh.fingerprint != plan.fingerprint
    done = importing.apply(fresh, by=cast.officer, at=NOW, file_name="centres.csv")
    assert (done.changed, only(Centre).city) == (1, "Pisa")


def test_a_file_with_problems_is_never_written(cast):
    plan = check("centres", csv_file(row("centres", country="??")))
    with pytest.raises(Refused, match="problems in the file: 1"):
        importing.apply(plan, by=cast.officer, at=NOW, file_name="centres.csv")


def test_two_imports_of_one_file_leave_its_rows_once(own_app):
    content = csv_file(row("centres"))
    first, second = check("centres", content), check("centres", content)
    db.session.remove()
    done = importing.apply(first, by=None, at=NOW, file_name="a.csv")
    with pytest.raises(Conflict):
        importing.apply(second, by=None, at=NOW, file_name="a.csv")
    assert done.kind is ImportKind.centres
    assert only(Centre).number == "IT024"
