"""Who may open what: every role at every address, own, foreign, over and absent.

Each address of the candidate's and the verifier's side, with each method that it takes,
is tried by everybody there is. What is somebody else's answers as if it were not there,
to the byte. Whoever has no business on a side is led to its sign-in. The back office
has tests/admin/test_roles.py.
"""

from datetime import timedelta

import pytest

from app import clock
from app.extensions import db
from app.models import (
    CentreCase,
    Certificate,
    Enquiry,
    Invitation,
    Photo,
    Share,
    ShareLink,
)
from app.services import organisations, photos, publication, sharing, storage
from app.values import (
    Audience,
    CaseKind,
    CertificateState,
    EnquiryKind,
    ShareScope,
    new_reference,
)
from tests.cast import NOW, PASSWORD, save
from tests.papers import jpeg
from tests.whole.access_table import EXPECTED
from tests.whole.houses import Candidates, House, browser_of, form_token, undone
from tests.whole.test_embargo import word_before_reference, words

SIDES = {"candidate", "verifier", "public", "verified", "health"}
STAFF = ("officer", "approver", "admin", "partnerships", "auditor", "clerk")
INSIDE = {"candidate": ("owner", "other"), "member": ("primary", "user", "rival")}
PASSERS_BY = ("anonymous", "owner", "primary", "suspended", "officer")
DOORS = {"candidate": "/candidate/login", "member": "/verifier/login"}


class Service:
    """Amina, Acme and everybody else, each in a browser."""

    def __init__(self, app, cast):
        self.app, self.cast = app, cast
        people = Candidates(cast)
        self.acme = House(people, "Acme University", "acme.example")
        rival = cast.organisation("Rival College", "rival.example")
        shut = cast.organisation("Shut College", "shut.example")
        amina = cast.amina.account
        self.people = {
            "anonymous": (None, None),
            "owner": (Audience.candidate, amina),
            "other": (Audience.candidate, cast.boris.account),
            "primary": (Audience.member, self.acme.primary),
            "user": (Audience.member, self.acme.admin),
            "rival": (Audience.member, cast.member(rival, "a@rival.example")),
            "suspended": (Audience.member, cast.member(shut, "a@shut.example")),
            "deactivated": (Audience.member, self.acme.former),
        }
        self.people |= {name: (Audience.staff, getattr(cast, name)) for name in STAFF}
        # Before they sign in: no door may count on their having been put out.
        organisations.suspend(shut, by=cast.partnerships, why="look", at=NOW)
        self.browsers = {
            who: browser_of(app, person, audience, "10.0.0.1")
            for who, (audience, person) in self.people.items()
        }
        self.over = sharing.share(cast.amina, rival, by=amina, at=NOW)
        sharing.withdraw(self.over, by=amina, at=NOW)
        self._own(cast.amina, amina)
        name = app.config["SESSION_COOKIE_NAME"]
        self.cookies = {
            who: (name, browser.get_cookie(name).value)
            for who, browser in self.browsers.items()
        }
        self.token = form_token(app)

    def _own(self, entry, account):
        """What Amina has beside her shares."""
        own = {"entry": entry, "account": account, "at": NOW, "terms_version": "test"}
        self.link = save(ShareLink(expires_at=NOW + timedelta(days=9), **own))
        asked = {"name": "Nova", "email": "info@nova.example", "host": "nova.example"}
        self.invitation = save(
            Invitation(website="https://nova.example", **asked, **own)
        )
        about = {"centre": self.cast.it024, "entry": entry, "account": account}
        about |= {"kind": CaseKind.missing_result, "opened_at": NOW}
        self.case = save(CentreCase(**about))
        result = publication.published_result(entry, at=NOW)
        sent = {"sent_on": NOW.date(), "arrived_on": NOW.date()}
        sent |= {"state": CertificateState.arrived, "result": result}
        sent |= {"keep_until": (NOW + timedelta(days=300)).date()}
        save(Certificate(entry=entry, **sent))
        asks = {"kind": EnquiryKind.recheck, "requested_at": NOW, "result": result}
        save(Enquiry(entry=entry, account=account, **asks))
        facts = {"source_hash": "0" * 64, "width": 30, "height": 40}
        photo = save(Photo(entry_id=entry.id, imported_at=NOW, **facts))
        storage.write(photos.file_name(photo.reference), jpeg(30, 40))
        self.acme.share.scope = ShareScope.photo
        db.session.commit()

    def rows(self, verifier):
        """What there is of Amina's, or of Acme's, by the word before a reference."""
        if verifier:
            return self.acme.rows()
        return {
            "results": self.cast.amina,
            "exams": self.cast.amina,
            "shares": self.acme.share,
            "links": self.link,
            "invitations": self.invitation,
            "cases": self.case,
            "request": self.case,
        }

    def answer(self, who, method, address, form=()):
        """Fetch an address, or send it a form without content; undo what that did."""
        browser = self.browsers[who]
        browser.set_cookie(*self.cookies[who])
        with undone():
            if method == "GET":
                return browser.get(address)
            return browser.post(address, data={"csrf_token": self.token, **dict(form)})

    def routes(self):
        """Every address of both sides and of what is open to all."""
        rules = self.app.url_map.iter_rules()
        return [rule for rule in rules if rule.endpoint.partition(".")[0] in SIDES]

    def guard(self, rule):
        return self.app.view_functions[rule.endpoint].guard

    def who_tries(self, rule):
        """Everybody; of those outside one of each kind where all may come in."""
        return PASSERS_BY if self.guard(rule) == "public" else self.people

    def outside(self, rule):
        """Those whom an address leads to the sign-in."""
        if self.guard(rule) == "public":
            return set()
        return self.people.keys() - INSIDE[self.guard(rule)]

    def expected(self, rule, who, answers):
        """What somebody is answered, given the two answers in the table."""
        if who in self.outside(rule):
            return 302
        first, second = answers[0], answers[-1]
        if self.guard(rule) == "public":
            candidates = not rule.endpoint.startswith("verifier.")
            signed_in = INSIDE["candidate" if candidates else "member"]
            return second if who in signed_in else first
        if who in ("other", "rival") and "reference" in rule.arguments:
            return 404
        return second if who == "user" else first

    def own(self, rule):
        """The address with what is Amina's, or Acme's."""
        if "reference" not in rule.arguments:
            return self.tried(rule, "")
        rows = self.rows(rule.endpoint.startswith("verifier."))
        return self.tried(rule, rows[word_before_reference(rule)].reference)

    def tried(self, rule, reference):
        """The address with a reference; what else it takes is nobody's."""
        values = {"reference": reference, "slug": "status", "token": "none"}
        values |= {"organisation_reference": self.acme.organisation.reference}
        values |= {"number": self.cast.it024.number}
        used = {name: values[name] for name in rule.arguments}
        return self.app.url_map.bind("localhost").build(rule.endpoint, used)


@pytest.fixture
def service(app, cast, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    monkeypatch.setitem(app.config, "ESITO_LINKS_FOR_MINORS", True)
    return Service(app, cast)


def test_every_address_stands_in_the_table(service):
    there = {rule.endpoint: rule.methods & {"GET", "POST"} for rule in service.routes()}
    listed = {name: set(answers) for name, answers in EXPECTED.items()}
    assert {name: set(methods) for name, methods in there.items()} == listed
    guarded = {service.guard(rule) for rule in service.routes()}
    assert guarded == {"public", *DOORS}


def test_each_role_finds_open_what_is_theirs_and_nothing_else(service):
    for rule in service.routes():
        for method, expected in EXPECTED[rule.endpoint].items():
            for who in service.who_tries(rule):
                answer = service.answer(who, method, service.own(rule))
                wanted = service.expected(rule, who, expected)
                assert answer.status_code == wanted, (who, method, rule.rule)
                if who in service.outside(rule):
                    door = DOORS[service.guard(rule)]
                    assert answer.location.partition("?")[0] == door, (who, rule.rule)


def test_what_is_somebody_elses_answers_as_if_it_were_not_there(service):
    absent = new_reference()
    for rule in service.routes():
        if "reference" not in rule.arguments or service.guard(rule) == "public":
            continue
        verifier = rule.endpoint.startswith("verifier.")
        foreign = service.rows(verifier)[word_before_reference(rule)].reference
        for method in EXPECTED[rule.endpoint]:
            said = [
                seen(service.answer("rival" if verifier else "other", method, address))
                for address in (
                    service.tried(rule, foreign),
                    service.tried(rule, absent),
                )
            ]
            assert said[0][0] == 404, rule.rule
            assert said[0] == said[1], rule.rule


@pytest.mark.parametrize("name", ["choose_template", "choose_download", "handover"])
def test_so_it_does_where_it_is_named_in_a_form(service, name):
    rows = service.acme.rows()
    field, foreign, more = {
        "choose_template": ("template", rows["templates"], {}),
        "choose_download": ("share", rows["results"], {"format": "csv"}),
        "handover": ("to", rows["users"], {"password": PASSWORD}),
    }[name]
    address = service.app.url_map.bind("localhost").build(f"verifier.{name}")
    said = [
        seen(service.answer("rival", "POST", address, {field: reference, **more}))
        for reference in (foreign.reference, new_reference())
    ]
    assert said[0] == said[1]
    assert said[0][0] in (400, 404)


@pytest.mark.parametrize("path", ["", "/statement.pdf", "/photo.jpg"])
def test_what_was_taken_back_is_said_to_those_only_who_had_it(service, path):
    address = f"/verifier/results/{service.acme.over.reference}{path}"
    said = {who: service.answer(who, "GET", address) for who in service.people}
    statuses = {who: answer.status_code for who, answer in said.items()}
    inside = {"primary": 410, "user": 410, "rival": 404}
    assert statuses == {who: inside.get(who, 302) for who in service.people}
    assert "Carla" not in said["primary"].text


def test_what_amina_took_back_is_hers_to_look_at_and_no_more(service):
    address = f"/candidate/shares/{service.over.reference}"
    ways = (("GET", "/looks"), ("POST", "/undo"), ("POST", "/withdraw"))
    for (method, path), wanted in zip(ways, (200, 302, 302), strict=True):
        mine = service.answer("owner", method, address + path)
        assert mine.status_code == wanted
        assert service.answer("other", method, address + path).status_code == 404
    assert db.session.get(Share, service.over.id).withdrawn_at == NOW


def seen(answer):
    """What an answer says, whatever the address was that it answers."""
    text = words(answer).replace(answer.request.path, "")
    return answer.status_code, answer.headers.get("Location"), text
