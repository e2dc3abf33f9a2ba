"""The rules of a centre: its own, or the ones that hold for everybody."""

from app.extensions import db
from app.models import AuditRow, CentreRules
from app.services import rules
from tests.cast import NOW, save


def test_a_centre_without_rules_goes_by_the_defaults(cast):
    found = rules.of(cast.it024)
    assert (found.enquiry_days, found.keeps_months) == (30, 12)
    assert (found.posts_certificates, found.recheck_fee) == (False, "")
    assert str(found) == "IT024 Centre IT024"
    db.session.commit()
    assert db.session.scalars(db.select(CentreRules)).all() == []


def test_a_centre_with_rules_goes_by_its_own(cast):
    save(CentreRules(centre=cast.it024, keeps_months=24))
    assert rules.of(cast.it024).keeps_months == 24
    assert rules.of(cast.centre("IT099")).keeps_months == 12


def test_rules_are_begun_once(cast):
    first = rules.begin(cast.it024, by=cast.clerk, at=NOW)
    first.keeps_months = 6
    db.session.commit()
    assert rules.begin(cast.it024, by=cast.clerk, at=NOW).keeps_months == 6
    assert db.session.scalars(db.select(AuditRow.action)).all() == ["record_added"]
