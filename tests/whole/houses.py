"""Two organisations with all that organisations have, and whoever looks at it.

Candidates share the same results with both, so that nothing but the organisation tells
their rows apart. What is done inside `undone` is as if it had never been.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app import clock
from app.errors import Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Download,
    JoinRequest,
    ListCheck,
    Member,
    Organisation,
    Share,
)
from app.services import (
    downloads,
    list_checks,
    lookups,
    questions,
    requirements,
    sharing,
    signins,
)
from app.services.downloads import templates
from app.services.downloads.templates import Layout
from app.services.inbox import Selection
from app.services.requirements import Terms
from app.values import (
    AccessKind,
    Audience,
    DownloadFormat,
    ExamCode,
    Language,
    MemberRole,
)
from tests.cast import NOW, Cast, save

DAY = timedelta(days=1)
SOON = NOW - timedelta(minutes=30)
# What a token of a form is made of; each browser of these tests has the same.
RAW_TOKEN = "0" * 40


@contextmanager
def undone() -> Iterator[None]:
    """Do something on the test's connection, and undo it."""
    db.session.commit()
    point = db.engine.begin_nested()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        db.session.rollback()
        point.rollback()
        db.session.expire_all()


def browser_of(
    app: Flask, person: Any, audience: Audience | None, address: str
) -> FlaskClient:
    """Return a browser in which somebody has signed in, at a network address."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    with browser.session_transaction() as session:
        session["csrf_token"] = RAW_TOKEN
        if audience is not None:
            at = clock.now()
            token = signins.begin(person, address=address, browser="", at=at)
            session[audience.value] = token
    return browser


def form_token(app: Flask) -> str:
    """Return the token that every form of these browsers holds."""
    signer = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")
    return str(signer.dumps(RAW_TOKEN))


class Candidates:
    """Amina, Boris, Carla, Elio, and Dora who shares with nobody; all have results."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        born = {"birth": date(2008, 4, 4)}
        self.carla = cast.entry("0003", "Carla", "Conti", email="c@mail.example")
        self.dora = cast.entry("0004", "Dora", "Doni", email="d@mail.example", **born)
        elio = cast.entry("0005", "Elio", "Elia", email="e@mail.example")
        self.entries = [cast.amina, cast.boris, self.carla, elio, self.dora]
        for entry in self.entries:
            cast.result(entry)
            cast.account(entry)
        cast.released(instant=NOW - 9 * DAY)

    def amend(self) -> None:
        """Let another version of Amina's result come out."""
        self.cast.result(self.cast.amina, version=2, overall=180, grade="A")
        self.cast.released(instant=NOW - 2 * DAY)

    def account(self, entry: Any) -> CandidateAccount:
        """Return whose entry it is."""
        assert entry.account is not None
        return entry.account  # type: ignore[no-any-return]


class House:
    """One organisation with its users, and a row of each kind that it may have."""

    def __init__(self, people: Candidates, name: str, domain: str) -> None:
        cast, self.domain = people.cast, domain
        self.organisation: Organisation = cast.organisation(name, domain)
        self.primary = self._user(cast, "rita", MemberRole.primary)
        self.admin = self._user(cast, "carlo")
        self.newcomer = self._user(cast, "nadia", password_hash=None)
        self.former = self._user(cast, "fabio", active=False)
        self._results(people)
        self._work(people)
        self.asked = save(
            JoinRequest(
                organisation=self.organisation,
                email=f"zeno@{domain}",
                first_name="Zeno",
                family_name="Zeni",
                asked_at=NOW - DAY,
            )
        )
        self.question = questions.ask(
            self.primary, "Which days?", about="", address="10.0.0.9", at=SOON
        )

    def rows(self) -> dict[str, Any]:
        """Return what references lead to, by the word before them in an address."""
        return {
            "results": self.share,
            "exams": self.requirement,
            "requests": self.asked,
            "join": self.organisation,
            "search": self.lookup,
            "users": self.admin,
            "checks": self.check,
            "downloads": self.download,
            "templates": self.template,
        }

    def _user(
        self, cast: Cast, name: str, role: MemberRole = MemberRole.admin, **values: Any
    ) -> Member:
        email = f"{name}@{self.domain}"
        named = {"first_name": name.title(), "role": role, **values}
        return cast.member(self.organisation, email, **named)

    def _results(self, people: Candidates) -> None:
        """Shares that were read, not read, taken back, and taken along in a file."""
        amina, boris, carla, elio, _ = people.entries
        self.share = self._shared(people, amina)
        self.unread = self._shared(people, boris)
        self.over = self._shared(people, carla)
        self.taken = self._shared(people, elio)
        for share in (self.share, self.over):
            kind = AccessKind.viewed
            sharing.read(self.primary, share.reference, kind, at=NOW - 6 * DAY)
        sharing.withdraw(self.over, by=people.account(carla), at=NOW - 5 * DAY)

    def _shared(self, people: Candidates, entry: Any) -> Share:
        by, at = people.account(entry), NOW - 8 * DAY
        return sharing.share(entry, self.organisation, by=by, at=at)

    def _work(self, people: Candidates) -> None:
        """What they asked for, found, sent and took."""
        wants = Terms("", ExamCode.FCE, 175, {}, None)
        requirements.save(wants, instead_of=None, by=self.primary, at=NOW - 7 * DAY)
        (self.requirement,) = requirements.of(self.organisation.id)
        layout = Layout("Scores", (("first_name", ""), ("overall", "")))
        templates.save(None, layout, by=self.primary, at=NOW - 7 * DAY)
        (self.template,) = templates.of(self.primary)
        templates.choose(self.primary, self.template)
        self.download = self.take([self.taken], NOW - 4 * DAY)
        self.check = self.send_list(people, NOW - 4 * DAY)
        dora = people.dora
        found = lookups.find(
            self.primary, dora.statement_number, dora.date_of_birth, at=SOON
        )
        self.lookup = found
        self.miss(dora)

    def miss(self, entry: Any, *, at: Any = SOON) -> None:
        """Let the primary user mistype the date of birth of an entry."""
        wrong = entry.date_of_birth + DAY
        with suppress(Refused):
            lookups.find(self.primary, entry.statement_number, wrong, at=at)

    def take(self, shares: list[Share], at: Any) -> Download:
        """Ask for a data file of some shares, and make it."""
        chosen = Selection(tuple(share.reference for share in shares))
        values = {"language": Language.en, "at": at}
        csv = DownloadFormat.csv
        download = downloads.ask(self.primary, chosen, csv, self.template, **values)
        downloads.make(download, at=at)
        return download

    def send_list(self, people: Candidates, at: Any) -> ListCheck:
        """Send a list of two, and have it checked."""
        check = list_checks.ask(self.primary, "list.csv", a_list(people), at=at)
        list_checks.run_due(at=at)
        return check


def a_list(people: Candidates) -> bytes:
    """Return a list of Amina and Boris, as somebody would send it."""
    rows = ["statement number,date of birth,level,score"]
    for entry in people.entries[:2]:
        rows.append(f"{entry.statement_number},{entry.date_of_birth:%d/%m/%Y},B2,")
    return "\n".join(rows).encode()
