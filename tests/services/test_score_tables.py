"""The help's tables come from the tables of the exams."""

from app.services import score_tables
from app.services.schemes import SCHEMES


def test_every_scheme_with_bands_is_in_one_table(app):
    tables = score_tables.tables()
    for history in SCHEMES.values():
        for _, exam in history:
            lows = [band.low for band in exam.bands]
            fitting = [
                table
                for table in tables
                if exam.name in table.exams
                and [int(line[0].partition("–")[0]) for line in table.lines] == lows
                and len(table.lines) == len(exam.bands)
            ]
            assert bool(fitting) is bool(exam.bands)


def test_todays_tables_come_first_and_years_meet_without_a_gap(app):
    tables = score_tables.tables()
    present = [table.present for table in tables]
    assert present == sorted(present, reverse=True)
    key = sorted((t.first or 0, t.last) for t in tables if "A2 Key" in t.exams[0])
    assert key == [(0, 2015), (2016, 2019), (2020, None)]


def test_a_line_says_what_a_score_earns(app):
    first = next(t for t in score_tables.tables() if "B2 First" in t.exams)
    assert first.lines[0] == ("180–190", "Pass at Grade A", "C1")
    assert first.lines[-1] == ("122–139", "Score only", "none")
    assert score_tables.scale()[0][:2] == ("200–230", "C2")
    assert score_tables.scale()[-1][:2] == ("100–119", "A1")


def test_the_help_shows_every_year(client):
    page = client.page("/help")
    text = " ".join(" ".join(page.xpath("//main//text()")).split())
    for said in (
        "A2 Key, A2 Key for Schools , 2016 to 2019",
        "Pass with Merit",
        "Points out of 100",
        "Grade D",
        "Exceptional to Weak",
    ):
        assert said.replace(" ,", ",") in text.replace(" ,", ",")
    assert len(client.get("/help").data) < 100_000
