"""From the moment a share ends nothing of it flows, on any page there is.

Every address of the service is fetched by every member of the organisation that had
it, and of another one: as long as the share stands, the candidate's name, number,
marks and photo are on the pages of a closed list. Once it was taken back, undone or
put on hold, its time or its account is over, they are on none; no job runs in between.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import true

from app import clock
from app.extensions import db
from app.models import CentreCase, Mail, Photo, Share
from app.services import (
    announcing,
    consent,
    endings,
    localtime,
    photos,
    publication,
    sharing,
    signins,
    storage,
)
from app.services.enquiries import outcomes
from app.values import Audience, MemberRole, ShareScope
from tests.cast import NOW, save
from tests.papers import jpeg
from tests.whole import test_embargo
from tests.whole.test_embargo import MARK, MARKS, World, publish

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATER = NOW + DAY
LAST_DAY = (NOW + 2 * DAY).date()
# What of a shared result its organisation sees, and where; nothing is seen elsewhere.
SEEN = {
    ("verifier.shared", "name"),
    ("verifier.shared", "count"),
    ("verifier.result", "name"),
    ("verifier.result", "number"),
    ("verifier.result", "marks"),
    ("verifier.statement", "name"),
    ("verifier.statement", "number"),
    ("verifier.statement", "marks"),
    ("verifier.photo", "photo"),
}


class Organisations(World):
    """Amina's share, and everybody who might see something of it."""

    def __init__(self, app, cast):
        super().__init__(app, cast)
        self.share.scope = ShareScope.photo
        self.share.expires_at = localtime.end_of(LAST_DAY)
        # A centre's case is no business of a share's.
        for case in self.cases:
            db.session.delete(case)
        # Nor is who found it by its number, with the paper in hand.
        db.session.delete(self.lookup)
        self.number = cast.amina.statement_number
        self._photograph(cast.amina)
        colleague = cast.member(cast.acme, "clerk@acme.example", role=MemberRole.admin)
        self.people["colleague"] = (Audience.member, colleague)
        self.browsers["colleague"] = self._browser("colleague")
        # Some endings leave no row: the addresses are those of the beginning.
        members = ("registrar", "colleague", "rival")
        self.known = {who: [*self.addresses(who)] for who in members}

    def _photograph(self, entry):
        facts = {"source_hash": "0" * 64, "width": 30, "height": 40}
        photo = save(Photo(entry_id=entry.id, imported_at=NOW, **facts))
        storage.write(photos.file_name(photo.reference), jpeg(30, 40))

    def end(self, ending, at):
        """Let the share end, and everybody sign in anew at that hour."""
        ending(self, at)
        for who in ("registrar", "colleague", "rival", "amina"):
            audience, person = self.people[who]
            token = signins.begin(person, address="", browser="", at=clock.now())
            with self.browsers[who].session_transaction() as session:
                session[audience.value] = token

    def seen_by(self, who):
        """What of the result is on which page: {(endpoint, what)}."""
        client, seen = self.browsers[who], set()
        for endpoint, url in self.known[who]:
            answer = client.get(url)
            seen |= {(endpoint, what) for what in self.told(answer)}
            db.session.rollback()
        return seen

    def told(self, answer):
        if answer.mimetype.startswith("image/"):
            return {"photo"}
        text = re.sub(r"<[^>]+>", " ", test_embargo.words(answer))
        facts = {
            "name": re.search("amina|benali", text, re.IGNORECASE),
            "number": self.number in text,
            "marks": MARK.search(text),
            "count": re.search(r"[1-9]\d* (new )?results? ha(s|ve) been shared", text),
        }
        return {what for what, there in facts.items() if there}


@pytest.fixture
def at(monkeypatch):
    """A function that sets the clock of the pages."""

    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW - HOUR)
    return move


@pytest.fixture
def world(app, cast, at, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "ESITO_STORAGE_URL", tmp_path.as_uri())
    world = Organisations(app, cast)
    publish(cast)
    at(NOW)
    return world


# --- The ways in which a share ends ---------------------------------------------------


def taken_back(world, at):
    sharing.withdraw(world.share, by=world.amina, at=LATER)
    at(LATER)


def undone(world, at):
    sharing.undo(world.share, by=world.amina, at=LATER)
    at(LATER)


def its_time_is_over(world, at):
    at(localtime.end_of(LAST_DAY))


def over_and_written_down(world, at):
    at(localtime.end_of(LAST_DAY))
    assert sharing.end_expired(at=localtime.end_of(LAST_DAY)) == 1


def on_hold(world, at):
    sharing.suspend_all(world.amina, by=world.cast.clerk, at=LATER)
    at(LATER)


def the_account_is_deleted(world, at):
    endings.delete(world.amina, at=LATER)
    at(LATER)


def the_account_was_not_hers(world, at):
    endings.not_theirs(world.cast.amina, by=world.cast.clerk, at=LATER)
    at(LATER)


ENDINGS = [
    taken_back,
    undone,
    its_time_is_over,
    over_and_written_down,
    on_hold,
    the_account_is_deleted,
    the_account_was_not_hers,
]
# Those after which the row is there, and only the condition keeps it shut.
KEPT = [taken_back, its_time_is_over, on_hold, the_account_was_not_hers]


def test_while_it_stands_it_is_on_the_pages_of_the_closed_list_only(world):
    assert world.seen_by("registrar") == SEEN
    # Each member sees it, and another organisation never does.
    assert world.seen_by("colleague") == SEEN
    assert world.seen_by("rival") == set()


@pytest.mark.parametrize("ending", ENDINGS)
def test_once_it_has_ended_nothing_of_it_is_on_any_page(world, at, ending):
    world.end(ending, at)
    for who in ("registrar", "colleague", "rival"):
        assert world.seen_by(who) == set(), who


@pytest.mark.parametrize("ending", [taken_back, its_time_is_over, on_hold])
def test_what_was_read_before_does_not_keep_a_door_open(world, at, ending):
    assert world.seen_by("registrar") == SEEN
    world.end(ending, at)
    assert world.seen_by("registrar") == set()


@pytest.mark.parametrize("ending", KEPT)
def test_without_the_condition_every_page_would_show_it(world, at, monkeypatch, ending):
    world.end(ending, at)
    monkeypatch.setattr(consent, "stands", lambda at: true())
    assert world.seen_by("registrar") == SEEN


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_search_that_is_remembered_finds_it_no_more(world, at, ending):
    client = world.browsers["registrar"]
    answer = client.submit("/verifier/", {"name": "benali", "unread": "y"})
    assert answer.status_code == 303
    assert "Benali" in client.get("/verifier/").text
    world.end(ending, at)
    page = client.page("/verifier/")
    # Their own words are still in the field.
    assert not page.xpath("//tbody/tr")
    assert "Amina" not in page.text_content()


@pytest.mark.parametrize("ending", ENDINGS)
def test_those_who_had_it_are_told_in_one_sentence_and_others_nothing(
    world, at, ending
):
    address = f"/verifier/results/{world.share.reference}"
    unmade = ending in (undone, the_account_is_deleted)
    world.end(ending, at)
    for path in ("", "/statement.pdf", "/photo.jpg"):
        for who in ("registrar", "colleague"):
            status = world.browsers[who].get(address + path).status_code
            assert status == (404 if unmade else 410), (who, path)
        assert world.browsers["rival"].get(address + path).status_code == 404
    if not unmade:
        said = world.browsers["registrar"].page(address, 410).xpath("//main")[0]
        words = " ".join(said.text_content().split())
        assert len(words) < 160, words
        assert "11 December 2026" in words


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_message_about_it_goes_to_the_organisation(world, at, ending):
    world.browsers["registrar"].get(f"/verifier/results/{world.share.reference}")
    if ending is undone:
        return
    world.end(ending, at)
    before = {row.id for row in db.session.scalars(db.select(Mail))}
    now = clock.now()
    amended(world.cast, now)
    for job in (announcing.announce_due, outcomes.tell_due):
        job(at=now + HOUR)
    rows = db.session.scalars(db.select(Mail)).all()
    told = {row.address for row in rows if row.id not in before}
    assert not {address for address in told if address.endswith("acme.example")}


def test_while_it_stands_they_are_told_of_an_amendment(world):
    """So that the test before this one can fail."""
    world.browsers["registrar"].get(f"/verifier/results/{world.share.reference}")
    amended(world.cast, NOW)
    announcing.announce_due(at=NOW + HOUR)
    told = {row.address for row in db.session.scalars(db.select(Mail))}
    assert "registrar@acme.example" in told


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_message_in_the_queue_holds_a_mark(world, at, ending):
    world.end(ending, at)
    for row in db.session.scalars(db.select(Mail)):
        assert not MARK.search(str(row.values)), row.kind


def amended(cast, at):
    """A second version, out an hour later."""
    cast.result(cast.amina, version=2, **{**MARKS, "overall": 188})
    release = publication.propose(cast.session, None, at + HOUR, by=cast.officer, at=at)
    publication.approve(release, by=cast.approver, at=at)


def test_what_ended_is_still_there_for_the_candidate(world, at):
    world.end(taken_back, at)
    assert db.session.get(Share, world.share.id).withdrawn_at == LATER
    assert not db.session.scalars(db.select(CentreCase)).all()
    assert "Taken back" in world.browsers["amina"].get("/candidate/shares").text
