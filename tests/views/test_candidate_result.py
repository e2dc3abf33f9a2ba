"""The page of a result: what matters first, in plain words, whatever came out."""

from datetime import date, timedelta

import pytest

from app import clock
from app.extensions import db
from app.services import documents, publication
from app.values import ExamCode, ResultStatus
from tests.cast import NOW
from tests.papers import words as printed
from tests.telling import tells
from tests.views.test_candidate import log_in, paths, words

NO_PARTS = dict.fromkeys([f"score_{part}" for part in ("r", "u", "w", "l", "s")])
NO_LEVEL = {"grade": None, "cefr": None}
MOVERS = {**NO_PARTS, **NO_LEVEL, "overall": 12, "score_l": 5, "score_rw": 4}


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def shown(client, cast):
    """Returns a function that publishes a result of Amina's and fetches its page."""

    def show(exam="FCE", day=None, **values):
        cast.session.exam = ExamCode(exam)
        if day is not None:
            last = day + timedelta(days=35)
            cast.session.exam_date, cast.session.final_date = day, last
        db.session.commit()
        cast.result(cast.amina, **values)
        cast.released(instant=NOW)
        cast.account(cast.amina)
        log_in(client, cast.amina)
        return client.page(paths(cast.amina)[0])

    return show


def test_what_matters_most_stands_first(shown):
    page = shown()
    text = words(page)
    order = [
        "Pass at Grade C",
        "Overall score 172",
        "CEFR level B2",
        "You passed B2 First with Grade C.",
        "Send my result",
        "Download PDF",
        "Your scores",
        "What does 172 mean?",
        "What happens next",
    ]
    places = [text.index(said) for said in order]
    assert places == sorted(places)
    assert (
        "172 is in the band 160–172: Grade C, Level B2. Grade B begins at 173" in text
    )


def test_the_ways_on_are_links(shown, cast):
    targets = shown().xpath("//main//a/@href")
    for ending in ("/share", "/statement.pdf", "/links"):
        assert f"/candidate/results/{cast.amina.reference}{ending}" in targets
    assert f"/candidate/exams/{cast.amina.reference}" in targets
    assert "/help#score" in targets


STATES = [
    ("FCE", None, {"overall": 185, "grade": "A", "cefr": "C1"}, "Pass at Grade A"),
    ("FCE", None, {"overall": 150, "grade": "Level B1", "cefr": "B1"}, "Level B1"),
    ("FCE", None, {"overall": 130, **NO_LEVEL}, "Score only"),
    ("FCE", None, {"overall": 101, **NO_LEVEL}, "Not reported"),
    ("FCE", None, {"overall": None, **NO_LEVEL, **NO_PARTS}, "Not reported"),
    ("FCE", None, {"status": ResultStatus.pending}, "Pending"),
    ("FCE", None, {"status": ResultStatus.withheld}, "Withheld"),
    (
        "FCE",
        None,
        {"status": ResultStatus.absent_part},
        "X (absent from part of the exam)",
    ),
    (
        "FCE",
        None,
        {"status": ResultStatus.absent_all},
        "Z (absent from all parts of the exam)",
    ),
    (
        "DELTA1",
        None,
        {**NO_PARTS, "overall": None, "grade": "Pass", "cefr": None},
        "Pass",
    ),
    (
        "DELTA1",
        None,
        {**NO_PARTS, "overall": None, "grade": "Fail", "cefr": None},
        "Fail",
    ),
    ("YLEM", None, {**MOVERS, "score_s": 3}, "Shields awarded"),
    (
        "KET",
        date(2018, 6, 2),
        {
            **NO_PARTS,
            "overall": 135,
            "grade": "Pass with Merit",
            "cefr": "A2",
            "score_rw": 135,
            "score_l": 140,
            "score_s": 130,
        },
        "Pass with Merit",
    ),
    (
        "FCE",
        date(2012, 6, 9),
        {**NO_PARTS, "overall": 78, "grade": "B", "cefr": "B2"},
        "Pass at Grade B",
    ),
    (
        "FCE",
        date(2006, 6, 9),
        {**NO_PARTS, "overall": 57, "grade": "D", "cefr": None},
        "Grade D",
    ),
]


@pytest.mark.parametrize(
    ("exam", "day", "values", "heading"), STATES, ids=[state[3] for state in STATES]
)
def test_every_kind_of_result_has_a_calm_page(shown, exam, day, values, heading):
    page = shown(exam, day, **values)
    assert page.findtext(".//h1").strip() == heading
    assert "!" not in words(page)
    # Nothing on it is in the colour of errors.
    assert not page.xpath("//main//*[contains(@class, 'stop')]")
    assert "What happens next" in words(page)
    assert "exams@it024.example" in words(page)
    assert len(page.xpath("//main//a[contains(@class, 'btn-primary')]")) <= 1


def test_the_page_is_light_even_with_everything_on_it(shown, client, cast):
    shown(version=2)
    answer = client.get(paths(cast.amina)[0])
    assert len(answer.data) < 100_000


def test_a_corrected_result_says_so(shown, cast):
    cast.result(cast.amina)
    cast.released(instant=NOW - timedelta(days=1))
    assert "Amended" in words(shown(version=2))


def test_a_second_version_that_is_the_first_one_out_is_no_correction(shown, cast):
    cast.result(cast.amina)
    text = words(shown(version=2))
    assert "Pass at Grade C" in text
    assert "Amended" not in text


def test_a_first_result_says_nothing_of_corrections(shown):
    assert "corrected" not in words(shown())


def test_what_is_not_reported_is_nowhere_on_the_page(shown):
    page = shown(overall=101, **NO_LEVEL, **dict.fromkeys(NO_PARTS, 101))
    text = words(page)
    assert "Overall score below 122" in text
    assert not tells(text, "101")
    assert "CEFR level" not in text.partition("Send my result")[0]
    levels = page.xpath("//table/tbody/tr/td[last()]/text()")
    assert levels == ["–"] * 5


def test_a_result_of_2012_is_read_by_the_rules_of_2012(shown, cast):
    page = shown("FCE", date(2012, 6, 9), **STATES[13][2])
    text = words(page)
    assert "Overall score 78/100" in text
    assert "78 is in the band 75–79: Grade B, Level B2. Grade A begins at 80." in text
    assert "4 to 8 weeks" not in text
    assert "Is your name right?" not in text
    assert "Ask for a check" not in text
    assert not page.xpath("//main//table")
    assert len(page.xpath("//main//svg[@role='img']")) == 2


def test_the_paper_of_an_old_result_says_the_same(shown, cast):
    shown("KET", date(2018, 6, 2), **STATES[12][2])
    result = publication.published_result(cast.amina, at=NOW)
    text = printed(documents.statement_of_results(cast.amina, result, at=NOW))
    for said in ("Pass with Merit", "133–139", "120–132", "Reading and Writing ×2"):
        assert said in text
    assert "Pass at Grade" not in text


def test_a_long_name_stays_on_the_page(shown, cast):
    cast.amina.first_name = "Maria Francesca Giuseppina"
    cast.amina.family_name = "Castelbarco Visconti della Rovere"
    db.session.commit()
    assert words(shown()).count(cast.amina.name) == 2
