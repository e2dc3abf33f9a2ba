"""Whatever one organisation does or suffers, the other's things stay as they are.

Acme does all that its users can do, and all that candidates and the board can do to
it: each act alone, and many in a row. Each time Rival's pages, counts, mails, files and
wrong tries are compared with those of before, to the byte. Both have been sent the
same candidates' results.
"""

import random
import re
from contextlib import suppress
from functools import cached_property
from io import BytesIO

import pytest
from sqlalchemy.orm.exc import ObjectDeletedError

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import Throttle
from app.services import (
    digests,
    downloads,
    handovers,
    joining,
    list_checks,
    lookups,
    members,
    organisations,
    questions,
    sharing,
    storage,
    succession,
    throttle,
    tokens,
)
from app.services.doors import Door
from app.services.tokens import Purpose
from app.values import AccessKind, Audience, ShareScope
from app.views.verifier import pages
from tests.cast import NOW, PASSWORD
from tests.whole.houses import (
    Candidates,
    House,
    a_list,
    browser_of,
    form_token,
    undone,
)
from tests.whole.test_embargo import word_before_reference, words

FOLDERS = ("downloads", "lists", "answers")
NEW = "another long pass phrase"
LAYOUT = {"name": "Other", "row_per": "component", "date_format": "words"}
LAYOUT |= {"field": ["family_name", "grade"]}
PERSON = {"first_name": "Nina", "family_name": "Neri", "job_title": "Dean"}
ASKS = {**PERSON, "email": "nina@acme.example", "email_again": "nina@acme.example"}
# What cannot be done as things are, and is tried all the same.
ANSWERS = {"answer": 404, "sign_in": 401}
# What ends with the page of signing in.
LED_OUT = {"sign_in_code", "sign_out", "sign_out_everywhere", "password"}
# Pages that are the same for everybody, or the reader's very own affair: they are
# looked at once in the end, and not after each act.
ROUNDS = 9
STILL = re.compile(
    r"account/|checks/template|login|forgotten|password|help|register|/new$|/add$"
    r"|join|delete$|preview$|\.pdf$|\.jpg$|/(invite|deactivate|restore|remove)$"
)


class Pair:
    """Rival, who is watched, and Acme, who acts."""

    def __init__(self, app, cast):
        self.app, self.cast = app, cast
        self.people = Candidates(cast)
        self.rival = House(self.people, "Rival College", "rival.example")
        handovers.offer(self.rival.admin, by=self.rival.primary, at=NOW)
        self.files = {name for folder in FOLDERS for name, _ in storage.kept(folder)}
        self.budgets = set(db.session.scalars(db.select(Throttle.key)))
        # Those of everybody together are everybody's.
        self.budgets -= {throttle._key(door, "all") for door in Door}
        self.budgets -= {throttle._key(door, "named", "all") for door in Door}
        self.acme = House(self.people, "Acme University", "acme.example")
        self.people.amend()
        self.watchers = [
            browser_of(app, who, Audience.member, "10.0.0.1")
            for who in (self.rival.primary, self.rival.admin)
        ]
        self.browsers = {
            who: browser_of(app, getattr(self.acme, who), Audience.member, "10.0.0.2")
            for who in ("primary", "admin")
        }
        self.signed_in = {who: content(one) for who, one in self.browsers.items()}
        self.addresses = self._addresses()
        self.forms = forms(self, self.acme)

    def _addresses(self):
        """Every GET address of the verifier's side, with what Rival has."""
        adapter, rows = self.app.url_map.bind("localhost"), self.rival.rows()
        rows["results"] = self.rival.unread
        found = []
        for rule in routes(self.app, "GET"):
            values = {"slug": "status", "token": "none"}
            if "reference" in rule.arguments:
                values["reference"] = rows[word_before_reference(rule)].reference
            used = {name: values[name] for name in rule.arguments}
            found.append(adapter.build(rule.endpoint, used))
        return [*found, f"/verifier/results/{self.rival.share.reference}"]

    @cached_property
    def kept(self):
        """What there was to be found before; each test remembers it first."""
        return self.look()

    def look(self, *, quickly=False):
        """What Rival's people find, and what is theirs; looking leaves no trace."""
        with undone():
            return {
                "pages": {
                    (number, address): self._fetched(browser, address)
                    for number, browser in enumerate(self.watchers)
                    for address in self.addresses
                    if not quickly or not (number or STILL.search(address))
                },
                "mails": self._mails(),
                "files": {name: storage.read(name) for name in self.files},
                "budgets": self._charged(),
            }

    def _fetched(self, browser, address):
        answer = browser.get(address)
        return answer.status_code, answer.headers.get("Location"), words(answer)

    def _mails(self):
        rows = db.session.execute(
            db.text(
                "SELECT kind, address, state, template_values, due_at FROM mail"
                " WHERE address LIKE '%rival.example' ORDER BY id"
            )
        )
        return [tuple(map(str, row)) for row in rows]

    def _charged(self):
        kept = db.select(Throttle.key, Throttle.failures, Throttle.since)
        rows = db.session.execute(kept.where(Throttle.key.in_(self.budgets)))
        return {row.key: (row.failures, row.since) for row in rows}

    def unchanged(self, after, *, quickly=False):
        """Compare what Rival has with what it had."""
        for kind, found in self.look(quickly=quickly).items():
            if isinstance(found, list):
                assert found == self.kept[kind], (after, kind)
                continue
            assert quickly or found.keys() == self.kept[kind].keys()
            for key, now in found.items():
                assert now == self.kept[kind][key], (after, kind, key)

    def post(self, name, form, house):
        """Let Acme's primary user send a form about a house's own things."""
        rule = self.posts()[name]
        values = {"token": form["token"]} if "token" in rule.arguments else {}
        if "reference" in rule.arguments:
            row = form.get("row") or house.rows()[word_before_reference(rule)]
            values["reference"] = row.reference
        values |= form.get("query", {})
        address = self.app.url_map.bind("localhost").build(rule.endpoint, values)
        sent = {key: form[key] for key in form if key not in ("token", "row", "query")}
        if "file" in sent:
            sent["file"] = (BytesIO(sent["file"]), "list.csv")
        browser = self.browsers["primary"]
        with browser.session_transaction() as session:
            session.clear()
            session.update(self.signed_in["primary"])
        return browser.post(address, data={"csrf_token": form_token(self.app), **sent})

    def posts(self):
        """Every address of the verifier's side that takes a form, by its name."""
        rules = routes(self.app, "POST")
        return {rule.endpoint.partition(".")[2]: rule for rule in rules}


def content(browser):
    """What a browser holds of a session."""
    with browser.session_transaction() as session:
        return dict(session)


def routes(app, method):
    """The addresses of the verifier's side that take a method."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in rule.methods and rule.endpoint.startswith(f"{pages.name}.")
    ]


def forms(pair, house):
    """What is sent where, each with all it needs; the closed list of what can be."""
    found = pair.people.dora
    born = f"{found.date_of_birth:%d/%m/%Y}"
    shares = [house.unread.reference]
    proof = {"password": NEW, "password_again": NEW}
    link = tokens.make(Purpose.set_password, house.newcomer, at=NOW)
    apply = {"organisation": "Acme Two", "type": "college", "city": "Pisa"}
    apply |= {"website": "https://acme.example", "country": "IT"}
    return {
        "accept_request": {},
        "account": {**PERSON, "language": "it"},
        "add_exam": {"programme": "Law", "overall": "180", "query": {"exam": "FCE"}},
        "add_user": {**PERSON, "email": "nina@acme.example"},
        "answer": {"token": link, "words": "Here it is."},
        "apply": {**ASKS, **apply},
        "authenticator": {"password": PASSWORD},
        "authenticator_codes": {},
        "authenticator_remove": {},
        "authenticator_scan": {},
        "change_exam": {"overall": "150"},
        "change_password": {"old_password": PASSWORD, **proof},
        "checks": {"file": a_list(pair.people)},
        "choose_download": {"share": shares, "format": "csv", "template": ""},
        "choose_template": {"template": house.template.reference},
        "contact": {"words": "Is anybody there?"},
        "deactivate_user": {},
        "decline_request": {},
        "delete_exam": {},
        "delete_template": {},
        "download_again": {},
        "edit_template": LAYOUT,
        "find": {"number": found.statement_number, "date_of_birth": born},
        "forgotten": {"email": house.admin.email},
        "handover": {"to": house.admin.reference, "password": PASSWORD},
        "invite_user": {"row": house.newcomer},
        "join_one": ASKS,
        "new_template": LAYOUT,
        "notifications": {"notify": "daily"},
        "organisation": {"timezone": "Asia/Tokyo", "asks_purpose": "y"},
        "password": {"token": link, **proof},
        "remove_user": {},
        "restore_user": {"row": house.former},
        "search": {"name": "benali", "read": "yes"},
        "sign_in": {"email": house.admin.email, "password": "wrong"},
        "sign_in_code": {"code": "123456"},
        "sign_out": {},
        "sign_out_everywhere": {},
        "take_note": {"change": [f"{house.share.reference}:2"]},
        "user": PERSON,
    }


def acts(pair):
    """What happens to Acme by the board, its candidates, its users and the jobs."""
    acme, cast, people = pair.acme, pair.cast, pair.people
    amina, boris, *_ = people.entries
    board, by = cast.partnerships, people.account
    share, unread = acme.share, acme.unread
    return {
        "suspended": lambda: organisations.suspend(
            acme.organisation, by=board, why="look", at=NOW
        ),
        "restored": lambda: (
            organisations.suspend(acme.organisation, by=board, why="look", at=NOW),
            organisations.restore(acme.organisation, by=board, at=NOW),
        ),
        "primary replaced": lambda: succession.replace(
            acme.admin, by=board, why="left", at=NOW
        ),
        "primary handed over": lambda: handovers.accept(
            handovers.offer(acme.admin, by=acme.primary, at=NOW),
            by=acme.admin,
            at=NOW,
        ),
        "user removed": lambda: members.remove(acme.admin, by=board, at=NOW),
        "question answered": lambda: questions.answer(
            acme.question, "Yes.", by=board, at=NOW
        ),
        "let in by the board": lambda: joining.accept(acme.asked, by=board, at=NOW),
        "taken back": lambda: sharing.withdraw(share, by=by(amina), at=NOW),
        "undone": lambda: sharing.undo(unread, by=by(boris), at=NOW),
        "widened": lambda: sharing.share(
            boris, acme.organisation, by=by(boris), at=NOW, scope=ShareScope.overall
        ),
        "shared": lambda: sharing.share(
            people.dora, acme.organisation, by=by(people.dora), at=NOW
        ),
        "read": lambda: sharing.read(
            acme.admin, unread.reference, AccessKind.statement, at=NOW
        ),
        "taken": lambda: acme.take([share, unread], NOW),
        "list sent": lambda: acme.send_list(people, NOW),
        "mistyped": lambda: acme.miss(people.dora, at=NOW),
    }


def do(pair, name):
    """Do one thing to Acme, as far as what was done before allows; return its name."""
    known = acts(pair)
    # What it is about may be gone by then.
    with suppress(Refused, ObjectDeletedError):
        if name in known:
            known[name]()
        else:
            pair.post(name, pair.forms[name], pair.acme)
    db.session.commit()
    return name


@pytest.fixture
def pair(app, cast, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    return Pair(app, cast)


def test_each_form_is_sent_and_each_does_what_it_is_for(pair):
    """So that what follows can fail; a new form has to stand in the list."""
    assert pair.forms.keys() == pair.posts().keys()
    for name, form in pair.forms.items():
        with undone():
            answer = pair.post(name, form, pair.acme)
            assert answer.status_code == ANSWERS.get(name, 303), name
            led_out = "/login" in answer.headers.get("Location", "")
            assert led_out == (name in LED_OUT), name


def test_no_act_of_one_or_on_it_touches_the_other(pair):
    """Some acts at a time that have little to do with each other."""
    mixed = sorted([*pair.forms, *acts(pair)])
    assert pair.kept
    for some in range(ROUNDS):
        with undone():
            done = [do(pair, name) for name in mixed[some::ROUNDS]]
            pair.unchanged(done, quickly=True)


def test_many_acts_in_a_row_do_not_touch_it_either(pair):
    mixed = [*pair.forms, *acts(pair)]
    assert pair.kept
    random.Random(4).shuffle(mixed)
    with undone():
        done = [do(pair, name) for name in mixed]
        for job in (downloads.make_due, list_checks.run_due, digests.tell_due):
            job(at=NOW)
        pair.unchanged(done)


def test_what_is_the_others_answers_as_if_it_were_not_there(pair):
    sent = forms(pair, pair.rival)
    assert pair.kept
    with undone():
        for name, rule in pair.posts().items():
            if "reference" in rule.arguments and name != "join_one":
                answer = pair.post(name, sent[name], pair.rival)
                assert answer.status_code == 404, name
        for name in ("choose_template", "choose_download", "handover"):
            assert pair.post(name, sent[name], pair.rival).status_code >= 400, name
        assert pair.post("take_note", sent["take_note"], pair.rival).status_code == 303
        pair.unchanged("tried")


def test_who_has_used_up_their_tries_leaves_the_other_theirs(pair):
    dora = pair.people.dora
    for _ in range(lookups.NUMBER.failures + lookups.USER.failures):
        pair.acme.miss(dora)
    number, born = dora.statement_number, dora.date_of_birth
    with pytest.raises(Refused, match="Too many tries"):
        lookups.find(pair.acme.primary, number, born, at=NOW)
    assert lookups.find(pair.rival.primary, number, born, at=NOW).entry_id == dora.id
