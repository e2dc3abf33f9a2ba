"""Nothing tells an amended result that is not out from an enquiry still looked into.

Every address of the service is fetched by everybody outside the board, in a world where
the board has not decided yet and in one where it has found another grade: they answer
alike until the amended result is out.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from app import clock
from app.extensions import db
from app.models import Certificate, Mail, ShareAccess
from app.services import announcing, enquiries, publication
from app.services.enquiries import outcomes
from app.values import ComponentCode, EnquiryKind
from tests.cast import NOW, save
from tests.whole.test_embargo import MARKS, MOMENT, SURFACES, World, surfaces_with_marks

DAY = timedelta(days=1)
SCORES = {code: MARKS[f"score_{code.lower()}"] for code in map(ComponentCode, "RUWLS")}


class EnquiryWorld(World):
    """The world of Amina, whose enquiry the board looks into."""

    def __init__(self, app, cast):
        cast.result(cast.amina)
        cast.released(instant=NOW - 9 * DAY)
        account = cast.account(cast.amina)
        self.enquiry = enquiries.request(
            cast.amina, EnquiryKind.recheck, "", by=account, at=NOW - 3 * DAY
        )
        enquiries.accept(self.enquiry, by=cast.clerk, at=NOW - 3 * DAY)
        cast.account = lambda entry: entry.account or type(cast).account(cast, entry)
        super().__init__(app, cast)
        self.share.first_read_at = NOW - 2 * DAY
        save(
            Certificate(
                entry=cast.amina,
                result=self.enquiry.result,
                sent_on=(NOW - 2 * DAY).date(),
            )
        )

    def _values(self, rule):
        values = super()._values(rule)
        if rule.endpoint.startswith(("CentreEnquiries", "Enquiries")):
            return [{**one, "pk": str(self.enquiry.id)} for one in values]
        return values

    def observe_all(self):
        """What everybody sees; the looks of an earlier time are forgotten."""
        db.session.execute(delete(ShareAccess))
        db.session.commit()
        return {who: self.observe(who) for who in self.people}

    def decide(self):
        """Find another grade, and sign its release for NOW."""
        at = NOW - 2 * DAY
        officer, entry = self.cast.officer, self.cast.amina
        enquiries.decide_changed(
            self.enquiry, SCORES, "The marks were added up wrong.", by=officer, at=at
        )
        release = publication.propose(
            entry.session, entry.centre, NOW, entry=entry, by=officer, at=at
        )
        publication.approve(release, by=self.cast.approver, at=at)


@pytest.fixture
def at(monkeypatch):
    def move(instant):
        monkeypatch.setattr(clock, "now", lambda: instant)

    move(NOW - timedelta(hours=1))
    return move


@pytest.fixture
def world(app, cast, at, monkeypatch):
    # Amina is 17: her link opens where the board lets minors share by link.
    monkeypatch.setitem(app.config, "ESITO_LINKS_FOR_MINORS", True)
    return EnquiryWorld(app, cast)


def run_jobs(instant):
    return announcing.announce_due(at=instant) + outcomes.tell_due(at=instant)


def mails():
    return db.session.scalars(db.select(Mail.dedupe_key).order_by(Mail.id)).all()


def test_no_page_and_no_message_tells_that_the_board_has_decided(world, at):
    at(NOW - MOMENT)
    run_jobs(NOW - MOMENT)
    # The history of downloads names who took a file last: this look is the first.
    world.observe("registrar")
    waiting = world.observe_all()
    written = mails()
    world.decide()
    run_jobs(NOW - MOMENT)
    assert mails() == written
    for who, seen in world.observe_all().items():
        for address, answer in seen.items():
            assert answer == waiting[who][address], (who, address)


def test_the_pages_of_the_enquiry_are_among_those_looked_at(world):
    seen = world.observe("amina")
    told = [
        words for (name, _), (_, words) in seen.items() if "board is looking" in words
    ]
    assert len(told) >= 2
    clerk = world.observe("clerk")
    own = f"/admin/centreenquiries/show/{world.enquiry.id}"
    assert clerk["CentreEnquiries.show", own][0] == 200


def test_from_its_instant_on_the_answer_is_there_and_marks_are_where_they_may_be(
    world, cast, at
):
    world.decide()
    at(NOW)
    assert surfaces_with_marks(world) == SURFACES
    page = world.browsers["amina"].get(f"/candidate/exams/{cast.amina.reference}")
    assert "your result has been corrected" in page.text
    assert "The marks were added up wrong." in page.text
    # The centre hears with everybody else, from the job.
    own = f"/admin/centreenquiries/show/{world.enquiry.id}"
    assert "With the board" in world.browsers["clerk"].get(own).text
    # Amina, the centre, and the organisation that had read the first version.
    assert run_jobs(NOW) == 3
    assert "give the fee back" in world.browsers["clerk"].get(own).text
