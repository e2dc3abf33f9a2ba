"""How e-mails leave: once each, to one person, past every mood of the mail server."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.extensions import db
from app.jobs import run_job
from app.models import Mail
from app.services import mail, publication
from app.values import MailState
from tests.cast import NOW
from tests.jobs.conftest import queue_note

MINUTE = timedelta(minutes=1)


@pytest.fixture
def amina(cast):
    return cast.account(cast.amina)


@pytest.fixture
def boris(cast):
    return cast.account(cast.boris)


def deliver(at=NOW):
    return run_job("deliver-mail", at=at)


def now_in(row):
    db.session.refresh(row)
    return row


def test_a_message_reaches_its_one_recipient(mailing, amina):
    row = queue_note(amina)
    assert deliver() == 1
    (message,) = mailing.accepted
    assert mailing.envelopes == [["amina@mail.example"]]
    assert message["To"] == "amina@mail.example"
    assert message["Cc"] is None
    assert message["Bcc"] is None
    assert message["Subject"] == "A note for Amina Benali"
    assert message["Message-ID"].startswith(f"<{row.reference}@")
    assert message["Auto-Submitted"] == "auto-generated"
    assert now_in(row).state is MailState.sent
    assert row.sent_at == NOW


def test_a_message_that_went_does_not_go_again(mailing, amina):
    queue_note(amina)
    deliver()
    assert deliver(NOW + 60 * MINUTE) == 0
    assert len(mailing.accepted) == 1


def test_each_of_many_gets_a_message_of_their_own(mailing, cast, amina, boris):
    for n in range(mail.BATCH + 5):
        queue_note(amina, f"a{n}", name="Amina")
        queue_note(boris, f"b{n}", name="Boris")
    assert deliver() == 2 * (mail.BATCH + 5)
    assert all(len(people) == 1 for people in mailing.envelopes)
    for account, name in ((amina, "Amina"), (boris, "Boris")):
        theirs = mailing.to(account.email)
        assert len(theirs) == mail.BATCH + 5
        assert {message["To"] for message in theirs} == {account.email}
        assert {message["Subject"] for message in theirs} == {f"A note for {name}"}


def test_an_address_that_the_server_refuses_is_not_tried_again(mailing, amina):
    mailing.at_rcpt[amina.email] = "550 no such person here"
    row = queue_note(amina)
    assert deliver() == 0
    assert now_in(row).state is MailState.failed
    assert "550 no such person" in row.error


def test_a_message_that_the_server_refuses_is_not_tried_again(mailing, amina):
    mailing.at_data[amina.email] = "554 not wanted"
    row = queue_note(amina)
    deliver()
    assert now_in(row).state is MailState.failed
    assert "554 not wanted" in row.error


def test_a_message_put_off_waits_longer_each_time_and_then_fails(mailing, amina):
    mailing.at_rcpt[amina.email] = "451 come back later"
    row = queue_note(amina)
    at, waits = NOW, []
    for _ in mail.WAITS:
        deliver(at)
        assert now_in(row).state is MailState.queued
        assert deliver(row.due_at - timedelta(seconds=1)) == 0
        waits.append(row.due_at - at)
        at = row.due_at
    assert waits == sorted(waits)
    assert waits[0] == MINUTE
    assert sum(waits, timedelta()) > timedelta(days=1)
    deliver(at)
    assert now_in(row).state is MailState.failed
    assert "451" in row.error


def test_a_failed_message_goes_once_it_is_retried(mailing, cast, amina):
    mailing.at_rcpt[amina.email] = "550 no such person here"
    row = queue_note(amina)
    deliver()
    mailing.at_rcpt.clear()
    assert mail.retry(now_in(row), by=cast.admin, at=NOW + MINUTE)
    assert deliver(NOW + MINUTE) == 1
    assert now_in(row).state is MailState.sent


def test_what_could_not_go_while_the_server_was_down_goes_later(mailing, amina, boris):
    first, second = queue_note(amina, "1"), queue_note(boris, "2")
    mailing.close()
    assert deliver() == 0
    assert now_in(first).state is now_in(second).state is MailState.queued
    assert first.attempts == second.attempts == 1
    mailing.open()
    assert deliver(NOW + MINUTE) == 2


def test_a_server_that_hangs_up_gets_the_message_again_under_the_same_id(
    mailing, amina
):
    mailing.hangs_up_on.add(amina.email)
    row = queue_note(amina)
    assert deliver() == 0
    assert now_in(row).state is MailState.queued
    mailing.hangs_up_on.clear()
    assert deliver(row.due_at) == 1
    first, second = mailing.accepted
    assert first["Message-ID"] == second["Message-ID"]


def test_a_message_on_which_the_server_hangs_up_does_not_stop_the_others(
    mailing, amina, boris
):
    mailing.hangs_up_on.add(amina.email)
    mailing.at_data[amina.email] = "451 no"
    bad, good = queue_note(amina, "1"), queue_note(boris, "2")
    assert deliver() == 1
    assert now_in(bad).attempts == 1
    assert now_in(good).state is MailState.sent
    assert good.attempts == 0


def test_a_server_that_always_hangs_up_is_left_alone_for_a_while(mailing, amina):
    mailing.hangs_up_on.add(amina.email)
    rows = [queue_note(amina, str(n)) for n in range(10)]
    assert deliver() == 0
    assert len(mailing.accepted) == mail.HANGS_UP
    assert all(now_in(row).state is MailState.queued for row in rows)


def test_a_message_that_cannot_be_made_does_not_stop_the_others(
    mailing, amina, boris, caplog
):
    bad, good = queue_note(amina, "1"), queue_note(boris, "2")
    db.session.execute(update(Mail).where(Mail.id == bad.id).values(kind="unknown"))
    db.session.commit()
    assert deliver() == 1
    assert now_in(good).state is MailState.sent
    assert now_in(bad).state is MailState.queued
    assert "TemplateNotFound" in bad.error
    assert bad.reference in caplog.text


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n", "\r", "\x0b", "\u2028"])
def test_a_name_cannot_write_a_header(mailing, amina, boris, end_of_line, caplog):
    evil = f"Amina{end_of_line}Bcc: everybody@mail.example{end_of_line}{end_of_line}x"
    queue_note(amina, "1", name=evil)
    queue_note(boris, "2", name="Boris")
    deliver()
    for message in mailing.accepted:
        assert message["Bcc"] is None
        assert message["Subject"].startswith("A note for")
    assert {tuple(people) for people in mailing.envelopes} <= {
        (amina.email,),
        (boris.email,),
    }
    assert len(mailing.to(boris.email)) == 1


@pytest.mark.parametrize(
    "address",
    [
        "amina@mail.example, boris@mail.example",
        "amina@mail.example\nboris@mail.example",
        "Amina <amina@mail.example>, boris@mail.example",
        "",
    ],
)
def test_two_addresses_in_one_field_are_sent_to_nobody(mailing, amina, address, caplog):
    row = queue_note(amina)
    db.session.execute(update(Mail).where(Mail.id == row.id).values(address=address))
    db.session.commit()
    assert deliver() == 0
    assert mailing.envelopes == []


def test_a_notice_of_a_release_taken_back_is_never_sent(mailing, cast, amina):
    cast.result(cast.amina)
    release = cast.released(instant=NOW)
    row = queue_note(amina)
    db.session.execute(
        update(Mail).where(Mail.id == row.id).values(release_id=release.id)
    )
    publication.withdraw(release, by=cast.officer, why="wrong papers", at=NOW)
    assert deliver(NOW + MINUTE) == 0
    assert now_in(row).state is MailState.dropped
    assert mailing.accepted == []


def test_a_notice_never_leaves_before_its_instant(mailing, cast, amina):
    cast.result(cast.amina)
    release = cast.released(instant=NOW + MINUTE)
    row = queue_note(amina)
    db.session.execute(
        update(Mail).where(Mail.id == row.id).values(release_id=release.id)
    )
    db.session.commit()
    assert deliver(NOW) == 0
    assert mailing.accepted == []


def test_a_message_of_a_process_that_died_is_taken_over(mailing, amina):
    row = queue_note(amina)
    mail._claim(NOW)
    assert deliver(NOW + mail.LEASE - MINUTE) == 0
    assert deliver(NOW + mail.LEASE) == 1
    assert now_in(row).state is MailState.sent


def test_whoever_lost_a_message_to_another_process_writes_nothing(mailing, amina):
    row = queue_note(amina)
    (claimed,) = mail._claim(NOW)
    db.session.expunge(claimed)
    assert deliver(NOW + mail.LEASE) == 1
    mail._put_off(claimed, OSError("too late"), NOW)
    row = db.session.get(Mail, row.id, populate_existing=True)
    assert row.state is MailState.sent


def test_what_is_left_when_the_process_is_told_to_stop_goes_next_time(mailing, amina):
    rows = [queue_note(amina, str(n)) for n in range(5)]
    answers = iter([False] * 5 + [True] * 100)
    sent = mail.deliver(at=NOW, stop=lambda: next(answers))
    assert 0 < sent < 5
    assert {now_in(row).state for row in rows} == {MailState.sent, MailState.queued}
    assert all(row.attempts == 0 for row in rows)
    assert deliver() == 5 - sent


def test_the_demonstration_keeps_its_mail_in_the_data_folder(app, mailing, amina):
    app.config["ESITO_MAIL_TO_FOLDER"] = True
    row = queue_note(amina)
    assert deliver() == 1
    (file,) = (app.config["ESITO_DATA_DIR"] / "mail").glob(f"*{row.reference}.eml")
    assert b"To: amina@mail.example" in file.read_bytes()
    assert mailing.accepted == []
