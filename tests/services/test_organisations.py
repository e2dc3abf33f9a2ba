"""How an organisation is admitted, shut out, and told from one that looks like it."""

from datetime import date, timedelta

import pytest

from app.errors import Conflict, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Mail, Member, Organisation, SignIn
from app.services import (
    calendar,
    countries,
    domains,
    lookalikes,
    organisations,
    sharing,
    signins,
)
from app.services.applications import Application
from app.values import Language, MemberRole, OrganisationStatus, OrganisationType
from tests.cast import NOW

DAY = timedelta(days=1)


def application(**changed):
    return Application(
        **{
            "first_name": "Ada",
            "family_name": "Registrar",
            "job_title": "Head of admissions",
            "email": "Ada@Adm.Unipi.example",
            "organisation": "Università di Pisa",
            "type": OrganisationType.university,
            "website": "www.unipi.example",
            "city": "Pisa",
            "country": "IT",
            **changed,
        }
    )


def apply(at=NOW, address="192.0.2.1", **changed):
    organisations.apply(application(**changed), address=address, at=at)


def one(name="Università di Pisa"):
    return db.session.scalars(
        db.select(Organisation).where(Organisation.name == name)
    ).one()


def mails(kind):
    return db.session.scalars(db.select(Mail).where(Mail.kind == kind)).all()


def acts():
    return list(db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)))


def test_an_application_waits_for_staff_with_its_applicant_as_primary_user(app):
    apply(language=Language.it)
    organisation = one()
    assert organisation.status is OrganisationStatus.applied
    assert organisation.domain_matches
    assert organisation.website == "https://www.unipi.example"
    member = organisations.primary_of(organisation)
    assert (member.email, member.password_hash) == ("ada@adm.unipi.example", None)
    (told,) = mails("application_received")
    assert (told.address, told.language) == (member.email, Language.it)
    assert told.values["due_on"] == organisation.due_on.isoformat()
    assert acts() == ["organisation_applied"]
    assert sharing.find_organisations("pisa") == []


def test_the_decision_is_due_after_five_working_days(app):
    # Monday 21 December 2026: Christmas Day and Boxing Day's substitute do not count.
    apply(at=NOW + 7 * DAY)
    assert one().due_on == date(2026, 12, 30)


def test_working_days_know_weekends_and_holidays(app):
    assert calendar.is_working_day(date(2026, 12, 14))
    assert not calendar.is_working_day(date(2026, 12, 13))
    assert not calendar.is_working_day(date(2026, 12, 25))
    assert not calendar.is_working_day(date(2026, 12, 28))
    friday = date(2026, 12, 11)
    assert calendar.working_days_after(friday, 1) == date(2026, 12, 14)
    assert calendar.working_days_after(date(2026, 12, 12), 1) == date(2026, 12, 14)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", "  "),
        ("family_name", "x" * 81),
        ("job_title", ""),
        ("email", "ada@"),
        ("email", "ada @unipi.example"),
        ("organisation", "\u202eUniversità"),
        ("organisation", "Universit\u0430 di Pisa"),
        ("organisation", "..."),
        ("website", "http://192.0.2.7/"),
        ("website", "https://[2001:db8::1]/"),
        ("website", "https://unipi.example@evil.example"),
        ("website", "https://unipi.example:8443"),
        ("website", "ftp://unipi.example"),
        ("website", "javascript:alert(1)"),
        ("website", "https://localhost"),
        ("website", "https://board.internal"),
        ("website", "https://2130706433"),
        ("website", "https://uni pi.example"),
        ("website", ""),
        ("city", ""),
        ("country", "XX"),
        ("country", ""),
    ],
)
def test_what_is_not_right_is_refused_at_its_field(app, field, typed):
    with pytest.raises(Refused) as refusal:
        apply(**{field: typed})
    assert refusal.value.field == field
    assert not db.session.scalars(db.select(Organisation)).all()


def test_an_address_that_is_known_gets_the_same_answer_and_writes_nothing(cast):
    cast.verifier
    assert apply(email="REGISTRAR@acme.example") is None
    assert not mails("application_received")
    assert [row.name for row in db.session.scalars(db.select(Organisation))] == [
        "Acme University"
    ]


def test_the_same_body_applies_once_and_in_another_city_again(app):
    apply()
    for again in ({"organisation": "UNIVERSITA’ di  Pisa"}, {"city": "PÍSA"}):
        with pytest.raises(Conflict) as refusal:
            apply(email="eva@unipi.example", **again)
        assert refusal.value.field == "organisation"
    apply(email="eva@unipi.example", city="Livorno")
    pisa = db.session.scalars(
        db.select(Organisation).where(Organisation.city == "Pisa")
    ).one()
    assert [other.city for other in organisations.look_alikes(pisa)] == ["Livorno"]


@pytest.mark.parametrize(
    "copy",
    [
        "acme  UNIVERSITY",
        "\u0410\u0421\u041c\u0415 University",  # АСМЕ in Cyrillic letters
        "\u0430\u0441\u043c\u0435 University",
        "\u0391cme University",  # Greek Alpha
        "Ａｃｍｅ University",
        "Ácme University.",
    ],
)
def test_a_name_that_looks_like_a_known_one_is_the_same_name(cast, copy):
    cast.acme
    with pytest.raises(Refused) as refusal:
        apply(organisation=copy, email="mallory@elsewhere.example")
    assert refusal.value.field == "organisation"


def test_names_of_other_scripts_stay_themselves(app):
    assert lookalikes.folded("Университет ИТМО") == lookalikes.folded(
        "университет  итмо"
    )
    assert lookalikes.folded("東京大学") == "東京大学"
    assert lookalikes.folded("Università “La Sapienza”") == "universita la sapienza"
    assert not lookalikes.mixes_scripts("東京大学 University")
    assert not lookalikes.mixes_scripts("Politecnico 2.0 — Bari")
    assert lookalikes.mixes_scripts("P\u043elitecnico")


@pytest.mark.parametrize(
    ("email", "site", "belongs"),
    [
        ("a@unipi.it", "https://www.unipi.it", True),
        ("a@adm.unipi.it", "https://unipi.it/en", True),
        ("a@notunipi.it", "https://unipi.it", False),
        ("a@unipi.it.evil.com", "https://unipi.it", False),
        ("a@unipi.it", "https://evil.com", False),
        ("a@gmail.com", "https://gmail.com", False),
        ("a@evil.co.uk", "https://co.uk", False),
        ("a@ox.ac.uk", "https://www.ox.ac.uk", True),
    ],
)
def test_an_address_belongs_to_a_website_only_at_or_under_its_domain(
    email, site, belongs
):
    assert domains.belongs(email, site) is belongs


def test_a_website_in_foreign_letters_shows_what_it_is():
    assert domains.website("https://\u0440isa.example") == "https://xn--isa-zed.example"
    assert domains.website("http://Unipi.Example/en/") == "https://unipi.example/en"


def test_an_approved_organisation_is_found_and_its_applicant_gets_a_link(cast):
    apply()
    organisation = one()
    organisations.approve(organisation, by=cast.partnerships, at=NOW + DAY)
    assert organisation.status is OrganisationStatus.approved
    assert organisation.decided_by_id == cast.partnerships.id
    assert sharing.find_organisations("pisa") == [organisation]
    (told,) = mails("organisation_approved")
    member = organisations.primary_of(organisation)
    assert told.values["link"] == ["set_password", "Member", member.id]
    assert acts()[-1] == "organisation_approved"


def test_a_decision_is_made_once(cast):
    apply()
    organisation, by = one(), cast.partnerships
    organisations.approve(organisation, by=by, at=NOW)
    with pytest.raises(Conflict):
        organisations.approve(organisation, by=by, at=NOW)
    with pytest.raises(Conflict):
        organisations.refuse(organisation, by=by, why="late", at=NOW)
    assert len(mails("organisation_approved")) == 1
    assert not mails("organisation_refused")
    with pytest.raises(Conflict):
        organisations.restore(organisation, by=by, at=NOW)


def test_a_refused_applicant_hears_why_is_forgotten_and_may_try_again(cast):
    apply()
    organisation, by = one(), cast.partnerships
    with pytest.raises(Refused) as refusal:
        organisations.refuse(organisation, by=by, why="  ", at=NOW)
    assert refusal.value.field == "why"
    organisations.refuse(organisation, by=by, why="No such university.", at=NOW)
    (told,) = mails("organisation_refused")
    assert told.values["reason"] == "No such university."
    assert not db.session.scalars(db.select(Member)).all()
    apply(at=NOW + DAY)
    standing = [row.status.value for row in organisations.look_alikes(organisation)]
    assert standing == ["applied"]


def test_suspension_signs_the_members_out_and_restoring_lets_them_in(cast):
    member = cast.verifier
    token = signins.begin(member, address="", browser="", at=NOW)
    assert signins.member(token, at=NOW) == member
    organisations.suspend(cast.acme, by=cast.partnerships, why="inquiry", at=NOW)
    assert signins.member(token, at=NOW) is None
    assert db.session.scalars(db.select(SignIn.ended_at)).one() == NOW
    # A sign-in that was under way while it was suspended opens nothing either.
    late = signins.begin(member, address="", browser="", at=NOW)
    assert signins.member(late, at=NOW) is None
    organisations.restore(cast.acme, by=cast.partnerships, at=NOW)
    assert signins.member(late, at=NOW) == member
    assert acts() == ["organisation_suspended", "organisation_restored"]


def test_one_address_cannot_flood_the_board_with_applications(app):
    for _ in range(5):
        try:
            apply()
        except Conflict:
            continue
    with pytest.raises(TooManyTries):
        apply()


def test_every_applicant_is_the_primary_user_of_one_organisation(app):
    apply()
    roles = db.session.scalars(db.select(Member.role)).all()
    assert roles == [MemberRole.primary]


def test_countries_have_names_and_nothing_else_counts_as_one():
    assert ("IT", "Italia") in countries.by_name("it")
    assert countries.is_country("GB")
    for wrong in ("EU", "ZZ", "it", "ITA", ""):
        assert not countries.is_country(wrong)
