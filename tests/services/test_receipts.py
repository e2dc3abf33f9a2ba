"""What a candidate is told of their shares by e-mail: whom, how much, never marks."""

import re
from datetime import date, timedelta

import pytest

from app.extensions import db
from app.models import Mail
from app.services import letters, sharing
from app.values import AccessKind, Language, MailState, ShareScope
from tests.cast import NOW

HOUR = timedelta(hours=1)
MARKS = re.compile(r"\b(16[0-9]|17[0-9]|B2|C1|Grade|Pass|Fail)\b")


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    return account


def mails(kind):
    query = db.select(Mail).where(Mail.kind == kind).order_by(Mail.id)
    return db.session.scalars(query).all()


def body(row):
    return " ".join(letters.message(row, at=NOW).body.split())


SEEN = {
    ShareScope.overall: "the overall result, without the parts of the exam",
    ShareScope.components: "the overall result and each part of the exam",
}


@pytest.mark.parametrize("scope", list(SEEN))
def test_the_receipt_says_what_was_sent_to_whom_and_how_to_take_it_back(
    cast, amina, scope
):
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW, scope=scope)
    (receipt,) = mails("share_receipt")
    text = body(receipt)
    for said in ("B2 First, November 2026", "Acme University, Pisa", SEEN[scope]):
        assert said in text
    assert "until you take it back" in text
    assert "/candidate/shares" in text
    assert not MARKS.search(text.replace("B2 First", ""))


def test_the_receipt_says_until_when(cast, amina):
    last = date(2027, 5, 3)
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW, expires_on=last)
    (receipt,) = mails("share_receipt")
    assert "until 3 May 2027" in body(receipt)
    assert "until 3 May 2027" in letters.message(receipt, at=NOW).html


def test_the_first_read_is_told_once_whoever_reads_and_however_often(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    for hours in (1, 2, 3):
        at = NOW + hours * HOUR
        sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=at)
    (told,) = mails("share_read")
    assert (told.address, told.queued_at) == (amina.email, NOW + HOUR)
    assert "Acme University has read your result" in body(told)
    # Who it was stands on the page, for the candidate's eyes.
    assert "Rita" not in str(told.values)


def test_who_does_not_want_to_hear_of_reading_does_not(cast, amina):
    amina.wants_read_notices = False
    db.session.commit()
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=NOW + HOUR)
    assert not mails("share_read")


def test_the_guardian_of_a_child_is_told_what_the_child_is_told(cast, amina):
    cast.amina.date_of_birth = date(2014, 1, 1)
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    sharing.read(cast.verifier, share.reference, AccessKind.viewed, at=NOW + HOUR)
    sharing.withdraw(share, by=amina, at=NOW + HOUR)
    for kind in ("share_receipt", "share_read", "share_withdrawn"):
        told = {row.address for row in mails(kind)}
        assert told == {amina.email, "mother@mail.example"}, kind


def test_a_download_is_a_first_read_too(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    sharing.read(cast.verifier, share.reference, AccessKind.statement, at=NOW + HOUR)
    assert len(mails("share_read")) == 1


def test_a_look_that_is_refused_tells_nobody(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    sharing.withdraw(share, by=amina, at=NOW)
    with pytest.raises(Exception, match="nothing here"):
        sharing.record(share, AccessKind.viewed, by=cast.verifier, at=NOW)
    assert not mails("share_read")


def test_receipts_come_in_the_language_of_the_candidate(cast, amina):
    amina.language = Language.it
    db.session.commit()
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    assert mails("share_receipt")[0].language is Language.it


def test_five_changes_a_day_are_told_and_the_first_sending_always(cast, amina):
    scopes = [ShareScope.overall, ShareScope.components] * 4
    for n, scope in enumerate([ShareScope.components, *scopes]):
        at = NOW + n * HOUR / 2
        sharing.share(cast.amina, cast.acme, by=amina, at=at, scope=scope)
    assert len(mails("share_receipt")) == 1 + 5
    other = cast.organisation("Other College", "other.example")
    sharing.share(cast.amina, other, by=amina, at=NOW)
    assert len(mails("share_receipt")) == 1 + 5 + 1
    scope = ShareScope.overall
    at = NOW + 24 * HOUR
    sharing.share(cast.amina, cast.acme, by=amina, at=at, scope=scope)
    assert len(mails("share_receipt")) == 1 + 5 + 1 + 1


def test_no_receipt_of_an_undone_share_goes_out_however_often_it_changed(cast, amina):
    share = sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    scope = ShareScope.overall
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW + HOUR, scope=scope)
    sharing.undo(share, by=amina, at=NOW + 2 * HOUR)
    assert {row.state for row in mails("share_receipt")} == {MailState.dropped}
