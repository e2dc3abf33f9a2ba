"""Many people act on the same few results at once: nobody waits for ever."""

import random
import threading
from datetime import date, timedelta

from app.errors import Refused
from app.extensions import db
from app.models import (
    CandidateAccount,
    Enquiry,
    Entry,
    Invitation,
    Organisation,
    Share,
    ShareLink,
    User,
)
from app.services import (
    announcing,
    corrections,
    enquiries,
    invitations,
    links,
    organisations,
    sharing,
)
from app.services.enquiries import outcomes
from app.services.hosts import Invited
from app.values import EnquiryKind, OrganisationStatus, ShareScope
from tests.cast import NOW, Cast
from tests.services.test_enquiries import BETTER

PEOPLE, ACTS = 4, 30
SECOND = timedelta(seconds=1)
NEW = "https://new.example"


class Scene:
    """What one person finds before they act, and what they may do then."""

    def __init__(self, chosen, entry, officer, at):
        self.chosen, self.at = chosen, at
        self.entry = db.session.get(Entry, entry)
        self.by = db.session.get(CandidateAccount, self.entry.account_id)
        self.officer = db.session.get(User, officer)
        known = db.session.scalars(db.select(Organisation)).all()
        self.organisation = chosen.choice(known)
        self.new = next(one for one in known if one.website == NEW)
        self.share, self.link, self.invitation, self.enquiry = map(
            self.newest, (Share, ShareLink, Invitation, Enquiry)
        )
        if self.enquiry:
            assert self.enquiry.entry.centre
        if self.share:
            assert self.share.organisation
        db.session.commit()

    def newest(self, table):
        query = db.select(table).where(table.entry_id == self.entry.id)
        return db.session.scalars(query.order_by(table.id.desc()).limit(1)).first()

    def send(self):
        scope = self.chosen.choice([ShareScope.overall, ShareScope.components])
        to = self.organisation
        sharing.share(self.entry, to, by=self.by, at=self.at, scope=scope)

    def undo(self):
        if self.share:
            sharing.undo(self.share, by=self.by, at=self.at)

    def take_back(self):
        if self.share:
            sharing.withdraw(self.share, by=self.by, at=self.at)

    def suspend(self):
        sharing.suspend_all(self.by, by=self.officer, at=self.at)

    def resume(self):
        if self.share:
            sharing.resume(self.share, by=self.by, at=self.at)

    def make_link(self):
        wish = {"expires_on": date(2027, 1, 1), "scope": ShareScope.overall}
        links.make(self.entry, by=self.by, at=self.at, purpose="", **wish)

    def end_link(self):
        if self.link:
            links.revoke(self.link, by=self.by, at=self.at)

    def invite(self):
        new = Invited("New", NEW, "info@new.example")
        where = str(self.chosen.random())
        invitations.invite(self.entry, new, by=self.by, at=self.at, address=where)

    def uninvite(self):
        if self.invitation:
            invitations.withdraw(self.invitation, by=self.by, at=self.at)

    def ask(self):
        enquiries.request(self.entry, EnquiryKind.recheck, "", by=self.by, at=self.at)

    def cancel(self):
        if self.enquiry:
            enquiries.cancel(self.enquiry, by=self.by, at=self.at)

    def pass_on(self):
        if self.enquiry:
            enquiries.accept(self.enquiry, by=self.officer, at=self.at)

    def decide(self):
        if self.enquiry:
            by = self.officer
            enquiries.decide_changed(self.enquiry, BETTER, "", by=by, at=self.at)

    def amend(self):
        corrections.amend(self.entry, BETTER, by=self.officer, at=self.at)

    def admit(self):
        organisations.approve(self.new, by=self.officer, at=self.at)

    def shut_out(self):
        organisations.suspend(self.new, by=self.officer, why="once", at=self.at)

    def restore(self):
        organisations.restore(self.new, by=self.officer, at=self.at)

    def run_the_jobs(self):
        announcing.announce_due(at=self.at)
        outcomes.tell_due(at=self.at)
        invitations.answer_all(at=self.at)
        sharing.end_expired(at=self.at)


DEEDS = [name for name in vars(Scene) if not name.startswith("_") and name != "newest"]


def test_nobody_waits_for_somebody_who_waits_for_them(own_app):
    cast = Cast()
    entries = []
    for n in range(2):
        entry = cast.entry(
            f"1{n:03d}", f"P{n}", "Q", birth=date(2000, 1, 1), email=f"p{n}@m.example"
        )
        cast.result(entry)
        cast.account(entry)
        entries.append(entry.id)
    cast.released(instant=NOW - SECOND)
    cast.organisation(
        "New", "new.example", status=OrganisationStatus.applied, decided_at=None
    )
    officer, _ = cast.officer.id, cast.acme
    db.session.remove()
    failed, done = [], set()

    def act(seed):
        chosen = random.Random(seed)
        for n in range(ACTS):
            deed, at = chosen.choice(DEEDS), NOW + (seed * ACTS + n) * SECOND
            with own_app.app_context():
                try:
                    scene = Scene(chosen, chosen.choice(entries), officer, at)
                    getattr(scene, deed)()
                    done.add(deed)
                except Refused:
                    pass
                except Exception as problem:
                    failed.append((deed, str(problem)))
                finally:
                    db.session.remove()

    threads = [threading.Thread(target=act, args=[seed]) for seed in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(done) > len(DEEDS) / 2
