"""The rules of the centres: written by each, read by candidates."""

from app.extensions import db
from app.models import AuditRow, CentreRules
from app.services import rules
from tests.admin.test_releases import _token, words
from tests.cast import NOW, save

BASE = "/admin/rules"
FORM = {
    "enquiry_days": "21",
    "recheck_fee": "EUR 20",
    "remark_fee": "",
    "enquiry_rules": "Pay at the counter.",
    "collection_rules": "Mon to Fri\n9-12",
    "posts_certificates": "y",
    "posting_fee": "EUR 12",
    "keeps_months": "6",
}


def test_a_centre_writes_its_rules_for_the_first_time(cast, sign_in):
    clerk = sign_in(cast.clerk)
    page = clerk.page(f"{BASE}/list/")
    assert "has not written its rules yet" in words(page)
    answer = clerk.submit(f"{BASE}/list/", at=f"{BASE}/begin")
    path = f"{BASE}/edit/{cast.it024.id}"
    assert (answer.status_code, answer.location) == (303, path)
    form = clerk.page(path)
    assert "Rules of IT024" in words(form)
    # In the order of the subjects, however a field is made.
    assert form.xpath("//main//form//*[@id][@name]/@name") == list(FORM)
    assert clerk.submit(path, FORM).status_code == 302
    found = rules.of(cast.it024)
    assert (found.enquiry_days, found.keeps_months) == (21, 6)
    assert (found.posts_certificates, found.remark_fee) == (True, "")
    assert found.collection_rules.split() == ["Mon", "to", "Fri", "9-12"]
    assert "has not written" not in words(clerk.page(f"{BASE}/list/"))
    trail = db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)).all()
    assert trail == ["record_added", "record_changed"]


def test_numbers_out_of_reach_are_refused_beside_their_field(cast, sign_in):
    save(CentreRules(centre=cast.it024))
    clerk = sign_in(cast.clerk)
    path = f"{BASE}/edit/{cast.it024.id}"
    for name, value in (
        ("enquiry_days", "0"),
        ("enquiry_days", "366"),
        ("keeps_months", "121"),
        ("keeps_months", "six"),
        ("keeps_months", ""),
        ("recheck_fee", "x" * 41),
        ("collection_rules", "x" * 2001),
    ):
        answer = clerk.submit(path, {**FORM, name: value})
        assert answer.status_code == 400, (name, value)
        assert "EUR 12" in answer.text
    assert rules.of(cast.it024).keeps_months == 12


def test_a_centre_finds_no_others_rules(cast, sign_in):
    other = cast.centre("IT099")
    save(CentreRules(centre=other, recheck_fee="EUR 99"))
    clerk = sign_in(cast.clerk)
    assert "IT099" not in words(clerk.page(f"{BASE}/list/"))
    for page in ("show", "edit"):
        assert clerk.get(f"{BASE}/{page}/{other.id}").status_code == 404
    token = _token(clerk, "/admin/password/")
    answer = clerk.post(f"{BASE}/edit/{other.id}", data={**token, **FORM})
    assert answer.status_code == 404
    assert rules.of(other).recheck_fee == "EUR 99"


def test_the_administrator_writes_any_centres_rules_once(cast, sign_in):
    assert cast.it024
    admin = sign_in(cast.admin)
    form = {**FORM, "centre": "IT024"}
    assert admin.submit(f"{BASE}/add", form).status_code == 302
    assert rules.of(cast.it024).enquiry_days == 21
    again = admin.submit(f"{BASE}/add", form)
    assert again.status_code in (400, 409)
    unknown = admin.submit(f"{BASE}/add", {**form, "centre": "XX000"})
    assert unknown.status_code == 400
    rules_begun = rules.begin(cast.it024, by=cast.admin, at=NOW)
    assert rules_begun.enquiry_days == 21


def test_an_auditor_reads_and_changes_nothing(cast, sign_in):
    save(CentreRules(centre=cast.it024))
    auditor = sign_in(cast.auditor)
    assert "IT024" in words(auditor.page(f"{BASE}/list/"))
    assert auditor.get(f"{BASE}/edit/{cast.it024.id}").status_code == 403
