"""No result is seen early or by the wrong person, on any page there is.

Every address of the service is fetched by everybody who is not the board, in a world
without the result and just before its instant: nothing may differ. From the instant
on, the result is on the pages of a closed list, for the people named there, and on no
other; no job runs in between. Each fetches what is open to them: that the rest leads
them to a sign-in, whatever there is, is told by test_access.py and test_roles.py.
"""

import re
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import true, update

from app import clock
from app.extensions import db
from app.models import (
    CentreCase,
    Download,
    DownloadRow,
    DownloadTemplate,
    Invitation,
    JoinRequest,
    ListCheck,
    Lookup,
    Mail,
    Requirement,
    Share,
    ShareLink,
)
from app.services import announcing, downloads, publication, signins, tokens
from app.services.links import addressing
from app.services.tokens import Purpose
from app.values import (
    Audience,
    CaseKind,
    DownloadFormat,
    ExamCode,
    Language,
    MemberRole,
    OrganisationStatus,
    RowPer,
    WorkState,
)
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
    # Looked up by its number within the hour.
    ("verifier.found", "registrar"),
    ("verifier.result", "registrar"),
    ("verifier.statement", "registrar"),
    # What a colleague had asked for, made again because it was not out then.
    ("verifier.download_file", "registrar"),
}
# Which guards let whom in.
OPEN_TO = {
    None: {"public", "staff"},
    Audience.candidate: {"public", "candidate"},
    Audience.member: {"public", "member"},
    Audience.staff: {"public", "staff"},
}
# Scores that stand nowhere else: no page explains the scale by one of them.
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
    only = None

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
        self.asked = save(
            JoinRequest(
                organisation=cast.acme,
                email="nadia@acme.example",
                first_name="Nadia",
                family_name="Neri",
                asked_at=NOW - timedelta(days=1),
            )
        )
        asks = {"organisation": cast.acme, "member_id": cast.verifier.id}
        asks["member_name"] = cast.verifier.name
        soon = NOW - timedelta(minutes=30)
        self.lookup = save(Lookup(entry=cast.amina, at=soon, **asks))
        self.check = save(ListCheck(name="list.csv", rows=1, asked_at=soon, **asks))
        # One that her result does not meet, once it is out.
        self._downloads()
        wants = {"exam": ExamCode.FCE, "overall": 190, "changed_at": soon}
        self.requirement = save(Requirement(organisation=cast.acme, **wants))
        applies = {"status": OrganisationStatus.applied, "decided_at": None}
        nova = cast.organisation("Nova", "nova.example", **applies)
        nina = cast.member(nova, "nina@nova.example", password_hash=None)
        self.answer = tokens.make(Purpose.answer_board, nina, at=clock.now())
        user = {"role": MemberRole.admin, "first_name": "Carlo"}
        self.colleague = cast.member(cast.acme, "carlo@acme.example", **user)
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

    def _downloads(self):
        """A file that was asked for, and a template of what is in such files."""
        columns = [["first_name", ""], ["overall", ""], ["grade", ""], ["reading", ""]]
        self.template = save(
            DownloadTemplate(
                organisation=self.cast.acme,
                name="Scores",
                fields=columns,
                date_format="iso",
                row_per=RowPer.result,
                made_by="Rita Registrar",
                changed_at=NOW - timedelta(days=3),
            )
        )
        self.download = save(
            Download(
                organisation=self.cast.acme,
                member=self.cast.verifier,
                member_name="Rita Registrar",
                format=DownloadFormat.csv,
                template=downloads.templates.layout_of(self.template).kept(),
                language=Language.en,
                rows=1,
                done=1,
                asked_at=NOW - timedelta(days=2),
                expires_at=NOW + timedelta(days=28),
            )
        )
        save(DownloadRow(download_id=self.download.id, share_id=self.share.id))

    def _browser(self, who):
        audience, person = self.people[who]
        client = self.app.test_client()
        if person is not None:
            token = signins.begin(person, address="", browser="", at=clock.now())
            with client.session_transaction() as session:
                session[audience.value] = token
        return client

    def addresses(self, who):
        """Every GET address that is open to somebody, with the references that exist.

        Whoever holds a link is a passer-by everywhere but at the link.
        """
        adapter = self.app.url_map.bind("localhost")
        for rule in self.app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.endpoint.endswith("static"):
                continue
            if self.only is not None and rule.endpoint not in self.only:
                continue
            if who == "holder" and not rule.endpoint.startswith("verified."):
                continue
            view = self.app.view_functions[rule.endpoint]
            if getattr(view, "guard", "staff") in OPEN_TO[self.people[who][0]]:
                for values in self._values(rule):
                    yield rule.endpoint, adapter.build(rule.endpoint, values)

    def _values(self, rule):
        if not rule.arguments:
            return [{}]
        row = self.cast.amina
        if "reference" in rule.arguments:
            options = [one.reference for one in self._rows_at(rule)]
        elif "token" in rule.arguments:
            options = [addressing.token(self.link), self.answer, str(row.id)]
        elif "number" in rule.arguments:
            options = [self.cast.it024.number]
        elif "slug" in rule.arguments:
            options = ["status"]
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
            "exams": (entry, self.requirement),
            "shares": (share,),
            "links": (self.link,),
            "invitations": (self.invitation,),
            "cases": self.cases,
            "request": self.cases,
            "requests": (self.asked,),
            "join": (self.cast.acme,),
            "search": (self.lookup,),
            "users": (self.colleague,),
            "checks": (self.check,),
            "downloads": (self.download,),
            "templates": (self.template,),
            # No file was uploaded.
            "imports": (entry,),
        }

    def _rows_at(self, rule):
        """The rows whose references an address is tried with: its own, or all."""
        by_word = self.rows()
        if not self.thorough:
            return by_word[word_before_reference(rule)]
        everything = {row.reference: row for rows in by_word.values() for row in rows}
        return list(everything.values())

    def observe(self, who):
        """Fetch every address as one person: {(endpoint, url): (status, words)}."""
        client = self.browsers[who]
        # As if it had been made by then, of nothing.
        self.download.state, self.download.left_out = WorkState.ready, 0
        self.download.expires_at = NOW + timedelta(days=28)
        self.download.finished_at = None
        db.session.execute(update(DownloadRow).values(result_id=None, scope=None))
        db.session.commit()
        if who == "holder":
            with client.session_transaction() as session:
                session[MEMORY] = {self.link.reference: clock.now().isoformat()}
        seen = {}
        for endpoint, url in [*self.addresses(who)]:
            response = client.get(url)
            seen[endpoint, url] = (response.status_code, words(response))
            db.session.rollback()
        return seen


def word_before_reference(rule):
    """What kind of row an address leads to: the word before its reference."""
    return rule.rule.partition("/<reference>")[0].rpartition("/")[2]


def words(response):
    """What an answer says, without what differs from one answer to the next."""
    if response.mimetype == "application/pdf":
        pages = PdfReader(BytesIO(response.data)).pages
        return " ".join(page.extract_text() for page in pages)
    if response.mimetype.endswith("spreadsheetml.sheet"):
        sheet = load_workbook(BytesIO(response.data)).worksheets[0]
        return " ".join(str(cell) for row in sheet.values for cell in row)
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
    """Where a mark stands, and who sees it there."""
    return {
        (endpoint, who)
        for who in world.people
        for (endpoint, _), (_, text) in world.observe(who).items()
        if marks(text)
    }


def on_every_surface(world):
    """Tell whether the marks stand wherever they may; nothing else is fetched."""
    world.only = {endpoint for endpoint, _ in SURFACES}
    return surfaces_with_marks(world) == SURFACES


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


def test_every_address_with_a_reference_is_looked_at(world, app):
    rules = [rule for rule in app.url_map.iter_rules() if "reference" in rule.arguments]
    assert {word_before_reference(rule) for rule in rules} == set(world.rows())


def test_before_the_instant_nothing_differs_from_a_world_without_the_result(
    world, cast, at
):
    at(NOW - MOMENT)
    without = {who: world.observe(who) for who in world.people}
    for seen in without.values():
        # Nor is any of her marks somewhere for another reason.
        assert not [address for address, (_, text) in seen.items() if marks(text)]
    publish(cast)
    for who in world.people:
        with_result = world.observe(who)
        assert with_result.keys() == without[who].keys()
        for address, answer in with_result.items():
            assert answer == without[who][address], (who, address)


def test_from_the_instant_on_it_is_on_the_pages_of_the_closed_list_only(
    world, cast, at
):
    publish(cast)
    at(NOW)
    world.thorough = True
    assert surfaces_with_marks(world) == SURFACES


def test_without_the_guard_every_surface_would_show_it_early(
    world, cast, at, monkeypatch
):
    publish(cast)
    at(NOW - MOMENT)
    monkeypatch.setattr(publication, "visible", lambda at: true())
    assert on_every_surface(world)


def test_taking_it_back_empties_every_surface_at_once(world, cast, at):
    cast.result(cast.amina, **MARKS)
    release = cast.released(instant=NOW)
    at(NOW + MOMENT)
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW + MOMENT)
    assert surfaces_with_marks(world) == set()


def test_a_correction_stays_dark_while_the_first_version_shows(world, cast, at):
    cast.result(cast.amina)
    cast.released(instant=NOW - timedelta(days=20))
    cast.result(cast.amina, version=2, **MARKS)
    cast.released(instant=NOW)
    at(NOW - MOMENT)
    assert surfaces_with_marks(world) == set()
    at(NOW)
    assert on_every_surface(world)


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
