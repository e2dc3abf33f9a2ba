"""The papers people hold: what each of them says."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.extensions import db
from app.services import grading, timetable
from app.values import ComponentCode, ExamCode, Language, ResultStatus
from tests.papers import (
    confirmation,
    expected,
    qr_matrices,
    reader,
    slot,
    statement,
    words,
)

C = ComponentCode


@pytest.fixture
def papers(cast):
    """The timetable of B2 First: Speaking two days before the rest."""
    return [
        slot(cast, C.R, 14, "09:00"),
        slot(cast, C.W, 14, "10:30"),
        slot(cast, C.L, 14, "12:05"),
        slot(cast, C.S, 12, "15:20", room="Sala 3"),
    ]


# --- Confirmation of Entry ------------------------------------------------------------


def test_the_sheet_says_who_what_when_and_where(cast, papers):
    cast.amina.school = cast.liceo
    db.session.commit()
    content = confirmation(cast.amina)
    text = words(content)
    for said in (
        "Esito Language Board",
        "Confirmation of Entry",
        "B2 First",
        "November 2026",
        "Amina Benali",
        "0001",
        "5 March 2009",
        "Liceo Galileo",
        "Reading and Use of English",
        "Sat 14 November 2026",
        "09:00",
        "Thu 12 November 2026",
        "15:20",
        "Centro Esami, Via Roma 1",
        "Sala 3",
        "local time in Rome",
        "Centre IT024",
        "Via Roma 1, 56100 Pisa",
        "exams@it024.example",
        "+39 050 000000",
    ):
        assert said in text, said
    assert len(reader(content).pages) == 1


def test_the_box_holds_what_registration_asks_for(cast, papers):
    text = words(confirmation(cast.amina))
    number = cast.amina.id_number
    assert f"{number[:3]} {number[3:6]} {number[6:]}" in text
    assert "0048 2913" in text
    assert "19 December 2026" in text
    assert "127.0.0.1:8000/candidate/register" in text
    assert "not the number of your identity card" in text
    assert "not your password" in text


def test_a_time_of_ones_own_overrides_everybodys(cast, papers):
    slot(cast, C.S, 13, "08:45", room="Sala 9", candidate_number="0001")
    amina, boris = words(confirmation(cast.amina)), words(confirmation(cast.boris))
    assert "08:45" in amina
    assert "Sala 9" in amina
    assert "15:20" not in amina
    assert "15:20" in boris
    assert "08:45" not in boris


def test_papers_come_in_the_order_they_are_taken(cast, papers):
    taken = [sitting.papers for sitting in timetable.timetable_of(cast.amina)]
    assert taken == [(C.S,), (C.R,), (C.W,), (C.L,)]


def test_papers_in_one_room_at_one_time_are_one_line(cast):
    pet = cast.exam_session("2611-PET-P", ExamCode.PET)
    for component in (C.R, C.W):
        slot(cast, component, 14, "09:00", session=pet)
    entry = cast.entry("0001", "Carla", "Conti", session=pet)
    together, *missing = timetable.timetable_of(entry)
    assert together.papers == (C.R, C.W)
    assert [one.papers for one in missing] == [(C.L,), (C.S,)]
    assert all(one.day is None for one in missing)
    text = words(confirmation(entry))
    assert "Reading, Writing" in text
    assert "Your centre will tell you when and where." in text


def test_a_sheet_without_numbers_is_not_printed(cast):
    cast.amina.id_number = cast.amina.secret = cast.amina.secret_issued_at = None
    db.session.commit()
    with pytest.raises(ValueError, match="no Secret Number"):
        confirmation(cast.amina)


def test_the_qr_code_leads_to_registration_and_holds_no_secret(cast, papers):
    address = (
        "http://127.0.0.1:8000/candidate/register?id_number=" + cast.amina.id_number
    )
    assert list(qr_matrices(confirmation(cast.amina))) == [expected(address)]
    assert parse_qs(urlsplit(address).query) == {"id_number": [cast.amina.id_number]}


def test_links_ignore_the_host_that_a_request_claims(app, cast, papers):
    with app.test_request_context(base_url="https://evil.example"):
        content = confirmation(cast.amina)
    assert "evil.example" not in words(content)
    address = (
        "http://127.0.0.1:8000/candidate/register?id_number=" + cast.amina.id_number
    )
    assert list(qr_matrices(content)) == [expected(address)]


# --- Statement of Results -------------------------------------------------------------


def test_the_statement_says_everything_about_a_graded_result(cast):
    content = statement(cast.amina, cast.result(cast.amina))
    text = words(content)
    for said in (
        "B2 First",
        "Statement of Results",
        cast.amina.statement_number,
        "Amina Benali",
        "5 March 2009",
        "November 2026",
        "Pisa",
        "Centre IT024",
        "Pass at Grade C",
        "Overall score 172",
        "Use of English",
        "160–172",
        "180–190",
        "Level B1",
        "Pending",
        "Withheld",
        "not a certificate",
        "may amend",
        "127.0.0.1:8000/verify",
        "Printed on 14 December 2026",
    ):
        assert said in text, said
    for score in ("170", "168", "175"):
        assert score in text
    assert "Amended" not in text
    assert len(reader(content).pages) == 1


def test_the_picture_of_the_scale_is_drawn_in_letters_that_can_be_read(cast):
    with_picture = words(statement(cast.amina, cast.result(cast.amina)))
    assert "below A1" in with_picture
    assert "score only" in with_picture


def test_a_corrected_result_says_which_version_it_is(cast):
    first = cast.result(cast.amina)
    second = cast.result(cast.amina, version=2, overall=173, grade="B")
    # The first one never came out: there is no earlier statement to be replaced.
    assert "Amended" not in words(statement(cast.amina, second))
    release = cast.released()
    first.release_id, release.result_count = release.id, 2
    db.session.commit()
    text = words(statement(cast.amina, second))
    assert "Amended, version 2" in text
    assert "Pass at Grade B" in text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (ResultStatus.pending, "will follow"),
        (ResultStatus.withheld, "contact the exam centre"),
        (ResultStatus.absent_part, "absent from part of the exam"),
        (ResultStatus.absent_all, "absent from all parts"),
    ],
)
def test_a_result_without_scores_is_told_in_words(cast, status, said):
    text = words(statement(cast.amina, cast.result(cast.amina, status=status)))
    assert said in text
    assert "Overall score 1" not in text
    assert "CEFR level B2" not in text


@pytest.mark.parametrize("code", list(ExamCode))
def test_every_exam_has_a_statement_and_a_sheet_of_one_page(cast, code):
    exam = grading.exam(code)
    entry = cast.entry("0007", "Ann", "Li", session=cast.exam_session("2611-X-P", code))
    score = 4 if exam.kind == "shields" else 150
    scores = {part.code: score for part in exam.components}
    overall = grading.overall(exam, scores) if scores else None
    earned = grading.outcome(exam, overall) if scores else ("Pass with Merit", None)
    result = cast.result(
        entry,
        overall=overall,
        grade=earned[0],
        cefr=earned[1],
        **{f"score_{c.lower()}": scores.get(c) for c in ComponentCode},
    )
    content = statement(entry, result)
    assert exam.name in words(content)
    assert len(reader(content).pages) == 1
    assert len(reader(confirmation(entry)).pages) == 1


def test_the_qr_code_of_a_statement_is_the_same_for_everybody(cast):
    content = statement(cast.amina, cast.result(cast.amina))
    assert list(qr_matrices(content)) == [expected("http://127.0.0.1:8000/verify")]


def test_papers_are_in_the_language_of_the_entry(cast, papers):
    cast.amina.language = Language.it
    db.session.commit()
    for content in (
        confirmation(cast.amina),
        statement(cast.amina, cast.result(cast.amina)),
    ):
        assert "5 marzo 2009" in words(content)
        assert reader(content).trailer["/Root"]["/Lang"] == "it"
