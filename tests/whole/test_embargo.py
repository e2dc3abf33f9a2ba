"""No result is seen early or by the wrong person, on any page there is.

Every address of the service is fetched by everybody who is not the board, in a world
without the result and just before its instant: nothing may differ. From the instant
on, the result is on the pages of a closed list, for the people named there, and on no
other; no job runs in between.
"""

import re
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import true

from app import clock
from app.extensions import db
from app.models import CentreCase, Invitation, Mail, Share, ShareLink
from app.services import announcing, publication, signins
from app.services.links import addressing
from app.values import Audience, CaseKind
from app.views.verified import MEMORY
from tests.cast import NOW, save

# Where a published result may be seen, and by whom; a page that is not here may not
# show one.
SURFACES = {
    ("candidate.result", "amina"),
    # What exactly an organisation would see, before she sends it.
    ("candidate.send", "amina"),
    ("candidate.invite", "amina"),
    ("candidate.links", "amina"),
    ("candidate.statement", "amina"),
    # Whoever holds a link to it and gave her date of birth a moment ago.
    ("verified.result", "holder"),
    ("verifier.result", "registrar"),
    ("verifier.statement", "registrar"),
}
# Scores that stand nowhere else.
MARKS = {"overall": 187, "grade": "A", "cefr": "C1"}
MARKS |= {"score_r": 186, "score_u": 188, "score_w": 189, "score_l": 183}
MARKS |= {"score_s": 184}
MARK = re.compile(r"(?<!\d)18[346789](?!\d)")
MOMENT = timedelta(milliseconds=1)
DIGITS = str.maketrans("0123456789", "ghijklmnop")


class World:
    """Amina, Boris, two registrars and a centre's clerk, each with a browser.

    A thorough look tries every reference at every address that takes one, and not only
    those that belong there.
    """

    thorough = False

    def __init__(self, app, cast):
        self.app, self.cast = app, cast
        self.amina = cast.account(cast.amina)
        cast.account(cast.boris)
        self.share = save(
            Share(
                entry=cast.amina,
                organisation=cast.acme,
                account=self.amina,
                at=NOW - timedelta(days=3),
                terms_version="test",
            )
        )
        self.link = save(
            ShareLink(
                entry=cast.amina,
                account=self.amina,
                at=NOW - timedelta(days=3),
                expires_at=NOW + timedelta(days=30),
                terms_version="test",
            )
        )
        self.invitation = save(
            Invitation(
                entry=cast.amina,
                account=self.amina,
                name="Nova College",
                email="info@nova.example",
                website="https://nova.example",
                host="nova.example",
                at=NOW - timedelta(days=3),
                terms_version="test",
            )
        )
        self.cases = [
            save(
                CentreCase(
                    kind=kind,
                    centre=cast.it024,
                    entry=cast.amina,
                    account=self.amina,
                    opened_at=NOW - timedelta(days=1),
                )
            )
            for kind in CaseKind
        ]
        rival = cast.organisation("Rival College", "rival.example")
        self.people = {
            "anonymous": (None, None),
            "holder": (None, None),
            "amina": (Audience.candidate, self.amina),
            "boris": (Audience.candidate, cast.boris.account),
            "registrar": (Audience.member, cast.verifier),
            "rival": (Audience.member, cast.member(rival, "a@rival.example")),
            "clerk": (Audience.staff, cast.clerk),
        }
        self.browsers = {who: self._browser(who) for who in self.people}
        self.without = {}

    def look_before(self):
        """Remember the marks that stand somewhere without the result."""
        self.without = {who: self.marks_seen(who) for who in self.people}

    def _browser(self, who):
        audience, person = self.people[who]
        client = self.app.test_client()
        if person is not None:
            token = signins.begin(person, address="", browser="", at=clock.now())
            with client.session_transaction() as session:
                session[audience.value] = token
        return client

    def addresses(self):
        """Every GET address of the service, with the references that exist."""
        for rule in self.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint.endswith("static"):
                continue
            for values in self._values(rule):
                yield rule.endpoint, self._url(rule, values)

    def _values(self, rule):
        if not rule.arguments:
            return [{}]
        row = self.cast.amina
        if "reference" in rule.arguments:
            options = [one.reference for one in self._rows_at(rule)]
        elif "token" in rule.arguments:
            options = [addressing.token(self.link), str(row.id)]
        elif "number" in rule.arguments:
            options = [self.cast.it024.number]
        else:
            options = [str(row.id)]
        found = [dict.fromkeys(rule.arguments, option) for option in options]
        if "organisation_reference" in rule.arguments:
            receiver = {"organisation_reference": self.cast.acme.reference}
            found = [{**values, **receiver} for values in found]
        return found

    def rows(self):
        """What references lead to, by the word before them in an address."""
        entry, share = self.cast.amina, self.share
        return {
            "results": (entry, share),
            "exams": (entry,),
            "shares": (share,),
            "links": (self.link,),
            "invitations": (self.invitation,),
            "cases": self.cases,
            "request": self.cases,
            "organisations": (self.cast.acme,),
        }

    def _rows_at(self, rule):
        """The rows whose references an address is tried with: its own, or all."""
        by_word = self.rows()
        word = rule.rule.partition("/<reference>")[0].rpartition("/")[2]
        if word in by_word and not self.thorough:
            return by_word[word]
        everything = {row.reference: row for rows in by_word.values() for row in rows}
        return list(everything.values())

    def _url(self, rule, values):
        adapter = self.app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, values)

    def observe(self, who):
        """Fetch every address as one person: {(endpoint, url): (status, words)}."""
        client = self.browsers[who]
        if who == "holder":
            with client.session_transaction() as session:
                session[MEMORY] = {self.link.reference: clock.now().isoformat()}
        seen = {}
        for endpoint, url in self.addresses():
            response = client.get(url)
            seen[endpoint, url] = (response.status_code, words(response))
            db.session.rollback()
        return seen

    def marks_seen(self, who):
        """The marks on each page, such as the public explanation of the scale has."""
        return {
            address: marks(text) for address, (_, text) in self.observe(who).items()
        }


def words(response):
    """What an answer says, without what differs from one answer to the next."""
    if response.mimetype == "application/pdf":
        pages = PdfReader(BytesIO(response.data)).pages
        return " ".join(page.extract_text() for page in pages)
    if response.mimetype == "image/png":
        # The same picture or another one; without digits, which would look like marks.
        return sha256(response.data).hexdigest().translate(DIGITS)
    text = response.get_data(as_text=True)
    text = re.sub(r'nonce="[^"]*"', "", text)
    text = re.sub(r'name="csrf_token"[^>]*value="[^"]*"', "", text)
    return re.sub(r'id="csrf_token"[^>]*>|csrf[^"]*" content="[^"]*"', "", text)


def marks(text):
    """The marks that a page tells; numbers inside its tags are only coordinates."""
    return set(MARK.findall(re.sub(r"<[^>]+>", " ", text)))


def surfaces_with_marks(world):
    """Where a mark stands that does not stand there without the result.

    What stands there without it has to be looked at first: `look_before`.
    """
    assert world.without
    return {
        (endpoint, who)
        for who in world.people
        for (endpoint, url), (_, text) in world.observe(who).items()
        if marks(text) - world.without[who].get((endpoint, url), set())
    }


@pytest.fixture
def world(app, cast, at, monkeypatch):
    # Amina is 17; her link works all the same.
    monkeypatch.setitem(app.config, "ESITO_LINKS_FOR_MINORS", True)
    return World(app, cast)


@pytest.fixture
def at(monkeypatch):
    """A function that sets the clock of the pages."""

    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW - timedelta(hours=1))
    return move


def publish(cast):
    cast.result(cast.amina, **MARKS)
    cast.released(instant=NOW)


def test_before_the_instant_nothing_differs_from_a_world_without_the_result(
    world, cast, at
):
    at(NOW - MOMENT)
    without = {who: world.observe(who) for who in world.people}
    publish(cast)
    for who in world.people:
        with_result = world.observe(who)
        assert with_result.keys() == without[who].keys()
        for address, answer in with_result.items():
            assert answer == without[who][address], (who, address)


def test_from_the_instant_on_it_is_on_the_pages_of_the_closed_list_only(
    world, cast, at
):
    world.thorough = True
    world.look_before()
    publish(cast)
    at(NOW - MOMENT)
    assert surfaces_with_marks(world) == set()
    at(NOW)
    assert surfaces_with_marks(world) == SURFACES


def test_without_the_guard_every_surface_would_show_it_early(
    world, cast, at, monkeypatch
):
    world.look_before()
    publish(cast)
    at(NOW - MOMENT)
    monkeypatch.setattr(publication, "visible", lambda at: true())
    assert surfaces_with_marks(world) >= SURFACES


def test_taking_it_back_empties_every_surface_at_once(world, cast, at):
    world.look_before()
    cast.result(cast.amina, **MARKS)
    release = cast.released(instant=NOW)
    at(NOW + MOMENT)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW + MOMENT)
    assert surfaces_with_marks(world) == set()


def test_a_correction_stays_dark_while_the_first_version_shows(world, cast, at):
    world.look_before()
    cast.result(cast.amina)
    cast.released(instant=NOW - timedelta(days=20))
    cast.result(cast.amina, version=2, **MARKS)
    cast.released(instant=NOW)
    at(NOW - MOMENT)
    assert surfaces_with_marks(world) == set()
    at(NOW)
    assert surfaces_with_marks(world) == SURFACES


def test_nobody_is_told_before_the_instant(world, cast, at):
    publish(cast)
    assert announcing.announce_due(at=NOW - MOMENT) == 0
    assert db.session.scalars(db.select(Mail)).all() == []
    assert announcing.announce_due(at=NOW) == 1
    told = db.session.scalars(db.select(Mail)).one()
    assert told.address == cast.amina.account.email
    assert not MARK.search(str(told.values))


def test_the_instant_counts_and_not_what_the_visitor_says(world, cast, at):
    publish(cast)
    at(NOW - MOMENT)
    client = world.browsers["amina"]
    later = f"{date(2030, 1, 1):%a, %d %b %Y} 00:00:00 GMT"
    address = f"/candidate/results/{cast.amina.reference}"
    plain = client.get(address)
    for headers in (
        {"Date": later},
        {"If-Modified-Since": later},
        {"X-Forwarded-For": "10.0.0.1", "X-Now": later},
        {"Range": "bytes=0-100"},
    ):
        answer = client.get(f"{address}?now={later}&at=2030-01-01", headers=headers)
        assert answer.status_code == plain.status_code == 404
        assert not MARK.search(answer.text)
