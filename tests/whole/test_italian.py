"""No page, document or e-mail slips into English for whoever reads Italian.

What is English is told by the catalogue itself: a word of the source that no Italian
sentence holds has no business on an Italian page.
"""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from app import clock
from app.extensions import db
from app.models import Member, SecondFactor
from app.services import documents, helping, signins, tokens, uploads, wording
from app.services.factors import codes, half_way, held
from app.services.links import addressing
from app.services.tokens import Purpose
from app.values import (
    Audience,
    CaseKind,
    ImportKind,
    Language,
    MemberRole,
    OrganisationStatus,
    ResultStatus,
)
from app.views.admin.mail_words import MAILS
from app.views.second_factor import HALF_WAY
from tests.cast import NOW, save
from tests.services.test_emails import VALUES
from tests.whole.catalogue import ENGLISH, english_in, visible
from tests.whole.everything import Everything


def test_english_is_known_when_it_is_seen():
    assert english_in("Sign out") == ["out", "sign"]
    assert english_in("Il tuo result è uscito") == ["result"]
    assert not english_in("Il tuo Statement of Results di B2 First è uscito")
    assert len(ENGLISH) > 500


@pytest.fixture
def people(app, cast, monkeypatch):
    """Everybody with a browser in Italian, in a world that has a row of each kind."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    account = cast.account(cast.amina)
    cast.account(cast.boris)
    cast.published = cast.result(cast.amina)
    cast.released(instant=NOW - timedelta(hours=1))
    held = "overall 171, by the rule 172; grade none, by the rule C"
    cast.result(cast.boris, held_why=held)
    cast.organisation(
        "New College", "new.example", status=OrganisationStatus.applied, decided_at=None
    )
    cast.everything = Everything(cast)
    staff = [cast.admin, cast.officer, cast.approver, cast.partnerships]
    staff += [cast.auditor, cast.clerk]
    for person in staff:
        # The names of the tests are their roles, in English.
        person.first_name, person.last_name = "Olga", "Bianchi"
    db.session.commit()
    colleague = cast.member(cast.acme, "carlo@acme.example", role=MemberRole.admin)
    for person in (account, cast.verifier, cast.officer):
        factor(person, confirmed_at=NOW)
    for person in (cast.boris.account, colleague, cast.approver):
        factor(person)
    everybody = {
        "nobody": (None, None),
        "amina": (Audience.candidate, account),
        "boris": (Audience.candidate, cast.boris.account),
        "registrar": (Audience.member, cast.verifier),
        "colleague": (Audience.member, colleague),
        **{person.email: (Audience.staff, person) for person in staff},
    }
    browsers = {who: browser(app, *person) for who, person in everybody.items()}
    for person in (account, cast.verifier, cast.officer):
        at_the_door = browsers[f"{type(person).__name__} at the door"] = browser(app)
        with at_the_door.session_transaction() as session:
            session[HALF_WAY] = half_way.begin(person, at=NOW)
    return browsers


def factor(person, **values):
    """Let somebody have an authenticator app, or be about to."""
    secret = codes.sealed(person, codes.new_secret())
    facts = {held.column(person): person.id, "secret": secret, "made_at": NOW}
    save(SecondFactor(**facts, **values))


def browser(app, audience=None, person=None):
    client = app.test_client()
    token = person and signins.begin(person, address="", browser="", at=NOW)
    with client.session_transaction() as session:
        session["locale"] = "it"
        if person:
            session[audience.value] = token
    return client


SCHOOL_FILE = b"number,name,centre,city,email\nS-200,Liceo,IT024,Pisa,a@liceo.example\n"


@pytest.fixture
def addresses(app, cast, people):
    """Every address there is, filled with what exists: {endpoint: [url]}."""
    known = references(cast)
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and not rule.endpoint.endswith("static"):
            options = [known.get(rule.endpoint, cast.amina.reference)]
            if "pk" in rule.arguments:
                options = keys(app, rule.endpoint.partition(".")[0])
            found[rule.endpoint] = [url(app, cast, rule, one) for one in options]
    return found


def imported(cast):
    return uploads.keep(
        "scuole.csv", ImportKind.schools, SCHOOL_FILE, by=cast.officer, at=NOW
    )


def references(cast):
    """What stands in the address of a page that is not about Amina's entry."""
    account, rows = cast.amina.account, cast.everything
    account.new_email = "nuova@mail.example"
    db.session.commit()
    locked = {"secret_failures": 10, "email": "dora@mail.example"}
    cast.dora = cast.entry("0030", "Dora", "Neri", **locked)
    links = {
        "candidate.set_password": (Purpose.set_password, account),
        "candidate.confirm_email": (Purpose.confirm_email, account),
        "candidate.confirm_new_email": (Purpose.change_email, account),
        "candidate.sign_in_by_link": (Purpose.sign_in, account),
        "candidate.unlock_secret": (Purpose.unlock_secret, cast.dora),
        "verifier.password": (Purpose.set_password, cast.verifier),
        "Password.link": (Purpose.set_password, cast.officer),
        "verifier.answer": (Purpose.answer_board, rows.applicant),
    }
    of_a_share = ("candidate.withdraw", "candidate.looks", "verifier.result")
    of_a_link = ("candidate.link", "candidate.end_link")
    of_a_centre = ("candidate.lost_ask", "candidate.lost_sent")
    of_a_user = ("user", "invite_user", "deactivate_user", "restore_user")
    colleague = db.session.scalar(
        db.select(Member).where(Member.email == "carlo@acme.example")
    )
    acts = ("edit", "delete", "preview")
    of_a_template = [f"verifier.{act}_template" for act in acts]
    return {
        **{page: tokens.make(*link, at=NOW) for page, link in links.items()},
        **dict.fromkeys(of_a_share, rows.share.reference),
        **dict.fromkeys(of_a_link, rows.link.reference),
        **dict.fromkeys(of_a_centre, cast.it024.number),
        **{f"verifier.{page}": colleague.reference for page in of_a_user},
        "verifier.remove_user": colleague.reference,
        "candidate.missing": rows.missing.reference,
        "candidate.case": rows.cases[CaseKind.missing_result].reference,
        "candidate.lost_request": rows.cases[CaseKind.lost_confirmation].reference,
        "candidate.withdraw_invitation": rows.invitation.reference,
        "verified.result": addressing.token(rows.link),
        "verifier.found": rows.lookup.reference,
        "verifier.check": rows.check.reference,
        **dict.fromkeys(of_a_template, rows.template.reference),
        "verifier.change_exam": rows.requirement.reference,
        "verifier.delete_exam": rows.requirement.reference,
        "verifier.join_one": cast.acme.reference,
        "verifier.join_request": rows.asked.reference,
        "verifier.help_page": helping.PAGES[0].slug,
        "Imports.look": imported(cast).reference,
    }


def keys(app, name):
    """The keys of all rows that a screen may show."""
    model = next(
        view.datamodel.obj
        for view in app.appbuilder.baseviews
        if type(view).__name__ == name
    )
    (key,) = db.inspect(model).primary_key
    return db.session.scalars(db.select(key)).all()


def url(app, cast, rule, value):
    values = dict.fromkeys(rule.arguments, value)
    if "organisation_reference" in values:
        values["organisation_reference"] = cast.acme.reference
    return app.url_map.bind("localhost").build(rule.endpoint, values)


# What is no page, or leads to one at once.
NO_PAGES = {
    *("health.alive", "health.ready", "public.favicon", "public.robots"),
    *("candidate.statement", "verifier.statement"),
    "candidate.authorisation_to_collect",
    *("candidate.link_qr", "candidate.link_qr_file"),
    *("verifier.check_answers", "verifier.download_file"),
    "verifier.choose_download",
    *("verifier.check_template", "verifier.check_template_csv"),
    *("verified.photo", "verifier.photo"),
}


def test_no_page_slips_into_english(people, addresses):
    seen, slips = set(), {}
    for who, client in people.items():
        for endpoint, urls in addresses.items():
            for address in urls:
                answer = client.get(address)
                if answer.mimetype == "text/html" and answer.status_code == 200:
                    seen.add(endpoint)
                    if left := english_in(visible(answer.text)):
                        slips[who, address] = left
    assert not slips
    assert set(addresses) - seen == NO_PAGES


def test_no_error_slips_into_english(people):
    for who, client in people.items():
        for address in ("/nothing", "/admin/users/list/", "/verifier/", "/candidate/"):
            answer = client.get(address)
            if answer.status_code >= 400:
                assert not english_in(visible(answer.text)), (who, address)


def test_what_was_typed_wrongly_is_said_in_italian(people):
    for path in (
        "/candidate/register",
        "/candidate/login",
        "/candidate/forgotten",
        "/verifier/register/new",
        "/verifier/login",
        "/admin/login/",
    ):
        answer = people["nobody"].submit(path, {"date_of_birth": "x", "country": "QQ"})
        assert answer.status_code in (200, 400, 401), path
        assert not english_in(visible(answer.text)), path


# --- Documents and e-mails ------------------------------------------------------------


def test_no_document_slips_into_english(app, cast):
    cast.amina.language = Language.it
    results = [cast.result(cast.amina)] + [
        cast.result(cast.amina, version=2 + number, status=status)
        for number, status in enumerate(ResultStatus)
        if status is not ResultStatus.graded
    ]
    papers = [documents.confirmation_of_entry(cast.amina, at=NOW)]
    papers += [
        documents.statement_of_results(cast.amina, one, at=NOW) for one in results
    ]
    for paper in papers:
        pages = PdfReader(BytesIO(paper)).pages
        assert not english_in(" ".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("kind", MAILS)
def test_no_email_slips_into_english(app, kind):
    values = VALUES | {"reason": "Non trovata."}
    for form in ("txt", "html"):
        text = wording.letter(f"email/{kind}.{form}", Language.it, **values)
        assert not english_in(re.sub(r"<[^>]+>", " ", text)), text
