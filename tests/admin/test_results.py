"""Results as the board sees them: held ones accepted, one of them taken back."""

import pytest

from app.extensions import db
from app.services import publication
from app.values import ResultStatus
from tests.admin.test_releases import _token, words
from tests.cast import NOW


@pytest.fixture
def held(cast):
    return cast.result(cast.amina, held_why="overall 172, worked out 171")


def test_the_held_list_leads_to_the_difference_and_it_is_accepted(cast, sign_in, held):
    cast.result(cast.boris)
    officer = sign_in(cast.officer)
    page = officer.page("/admin/held/list/")
    assert "1 row" in words(page)
    assert f"/admin/results/show/{held.id}" in page.xpath("//main//a/@href")
    path = f"/admin/results/accept/{held.id}"
    shown = words(officer.page(path))
    assert "overall 172, worked out 171" in shown
    assert "Amina Benali" in shown
    answer = officer.submit(path)
    assert answer.status_code == 303
    db.session.refresh(held)
    assert (held.held_why, held.accepted_by) == ("", cast.officer)
    assert "0 rows" in words(officer.page(answer.location)) or "no rows" in words(
        officer.page(answer.location)
    )
    again = officer.post(path, data=_token(officer, path))
    assert again.status_code == 409


def test_one_result_is_taken_back_and_the_others_stay(cast, sign_in):
    result = cast.result(cast.amina)
    cast.result(cast.boris)
    cast.released(instant=NOW)
    officer = sign_in(cast.officer)
    page = officer.page(f"/admin/results/show/{result.id}")
    path = f"/admin/results/withdraw/{result.id}"
    assert path in page.xpath("//main//a/@href")
    assert page.findtext(".//h1") == "Result of 0001 Amina Benali"
    assert officer.submit(path, {"why": ""}).status_code == 400
    assert officer.submit(path, {"why": "malpractice"}).status_code == 303
    assert publication.published_result(cast.amina, at=NOW) is None
    assert publication.published_result(cast.boris, at=NOW)
    after = words(officer.page(f"/admin/results/show/{result.id}"))
    assert "malpractice" in after
    again = officer.post(path, data={**_token(officer, path), "why": "again"})
    assert again.status_code == 409


@pytest.mark.parametrize("who", ["approver", "auditor"])
def test_who_reads_results_changes_none(cast, sign_in, held, who):
    client = sign_in(getattr(cast, who))
    page = client.page(f"/admin/results/show/{held.id}")
    assert not [link for link in page.xpath("//main//a/@href") if "accept" in link]
    for act in ("accept", "withdraw"):
        path = f"/admin/results/{act}/{held.id}"
        assert client.get(path).status_code == 403
        token = _token(client, "/admin/password/")
        assert client.post(path, data={**token, "why": "x"}).status_code == 403
    db.session.refresh(held)
    assert held.held_why


@pytest.mark.parametrize("who", ["admin", "partnerships", "clerk"])
@pytest.mark.parametrize("page", ["results/list/", "held/list/", "results/show/{}"])
def test_others_see_no_result(cast, sign_in, held, who, page):
    client = sign_in(getattr(cast, who))
    assert client.get(f"/admin/{page.format(held.id)}").status_code == 403


def test_every_version_is_listed_and_can_be_searched(cast, sign_in):
    cast.result(cast.amina)
    cast.result(cast.amina, version=2, overall=173, grade="B")
    cast.result(cast.boris, status=ResultStatus.absent_all)
    auditor = sign_in(cast.auditor)
    assert "3 rows" in words(auditor.page("/admin/results/list/"))
    found = {
        "?_flt_0_entry.session.code=2611-FCE": "3 rows",
        "?_flt_0_entry.candidate_number=0001": "2 rows",
        "?_flt_0_status=absent_all": "1 row",
        "?_flt_0_entry.centre.number=IT099": "no rows",
    }
    for search, said in found.items():
        assert said in words(auditor.page(f"/admin/results/list/{search}"))


def test_the_list_takes_few_queries_however_many_rows(cast, sign_in, app):
    auditor = sign_in(cast.auditor)
    for number in range(10, 30):
        cast.result(cast.entry(f"{number:04d}", "Candidate", f"No {number}"))
    asked = []

    def count(_c, _cursor, statement, *_rest):
        asked.append(statement)

    engine = db.engine
    db.event.listen(engine, "before_cursor_execute", count)
    try:
        db.session.expire_all()
        auditor.page("/admin/results/list/")
    finally:
        db.event.remove(engine, "before_cursor_execute", count)
    assert 0 < len(asked) <= 10, asked
