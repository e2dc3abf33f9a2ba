"""What organisations take along: asked for, made of what may be given, and taken."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from flask import current_app
from pypdf import PdfReader

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Download, DownloadRow, Mail, ShareAccess
from app.services import (
    audit,
    corrections,
    downloads,
    members,
    organisations,
    publication,
    sharing,
    storage,
)
from app.services.downloads import endings, kinds, leases, making, templates, writing
from app.services.inbox import Selection
from app.values import (
    AccessKind,
    DownloadFormat,
    ShareScope,
    WorkState,
)
from tests.cast import NOW, save
from tests.takeaways import ALL, Shared, ask, content, made
from tests.telling import tells

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
AMENDED = {"overall": 180, "grade": "A", "cefr": "C1"}


@pytest.fixture
def shared(cast):
    return Shared(cast)


@pytest.fixture
def registrar(cast, shared):
    return cast.verifier


def rows(file):
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def names(file):
    return [row["First name"] for row in rows(file)]


def looks(share):
    found = db.select(ShareAccess.kind).where(ShareAccess.share_id == share.id)
    return list(db.session.scalars(found))


def stored():
    return [name for name, _ in storage.kept(kinds.FOLDER)]


def acts(download):
    subject = AuditRow.subject == f"download:{download.reference}"
    return list(
        db.session.scalars(db.select(AuditRow.action).where(subject).order_by("id"))
    )


# --- Asking ---------------------------------------------------------------------------


def test_a_registrar_takes_all_that_is_shared_and_its_candidates_see_it(
    registrar, shared
):
    download = made(registrar)
    assert (download.state, download.rows, download.left_out) == ("ready", 2, 0)
    file = content(registrar, download)
    assert names(file) == ["Amina", "Boris"]
    assert rows(file)[0]["Overall score"] == "172"
    assert looks(shared.amina) == looks(shared.boris) == [AccessKind.data]
    assert acts(download) == ["download_asked", "download_made", "download_taken"]
    assert audit.first_broken()[1] is None


def test_some_are_taken_by_their_reference(registrar, shared):
    chosen = Selection((shared.boris.reference,))
    assert names(content(registrar, made(registrar, selection=chosen))) == ["Boris"]
    assert looks(shared.amina) == []


@pytest.mark.parametrize("what", ["foreign", "withdrawn", "unknown"])
def test_one_that_is_not_the_organisations_refuses_all(cast, registrar, shared, what):
    foreign = cast.member(cast.organisation("Rival", "r.example"), "a@r.example")
    if what == "withdrawn":
        shared.withdraw(shared.boris)
    member = foreign if what == "foreign" else registrar
    other = "x" * 22 if what == "unknown" else shared.boris.reference
    with pytest.raises(NotFound):
        ask(member, selection=Selection((shared.amina.reference, other)))
    assert not db.session.scalars(db.select(Download)).all()


@pytest.mark.parametrize("form", list(DownloadFormat))
def test_more_than_one_file_holds_is_refused(registrar, shared, monkeypatch, form):
    for most in ("MOST_ROWS", "MOST_STATEMENTS", "MOST_MERGED"):
        monkeypatch.setattr(kinds, most, 1)
    with pytest.raises(Refused, match="at most 1 result"):
        ask(registrar, form)
    assert not db.session.scalars(db.select(DownloadRow)).all()


def test_an_organisation_waits_its_turn_and_keeps_nobody_else_waiting(
    cast, registrar, shared
):
    for _ in range(5):
        ask(registrar)
    with pytest.raises(Conflict, match="Wait until one is ready"):
        ask(registrar)
    assert downloads.make_due(at=NOW) == 5
    ask(registrar)


def test_nothing_is_asked_for_by_an_organisation_that_is_suspended(
    cast, registrar, shared
):
    download = made(registrar)
    organisations.suspend(cast.acme, by=cast.partnerships, why="a doubt", at=NOW)
    with pytest.raises((NotFound, Refused)):
        ask(registrar)
    with pytest.raises(NotFound):
        downloads.take(registrar, download.reference, at=NOW)


def test_downloads_of_two_organisations_never_meet(cast, registrar, shared):
    rival = cast.member(cast.organisation("Rival", "r.example"), "a@r.example")
    download = made(registrar)
    assert downloads.history(rival).rows == []
    for act in (
        lambda: downloads.own(rival, download.reference),
        lambda: downloads.take(rival, download.reference, at=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused):
        ask(rival)


def test_a_colleague_takes_what_another_asked_for(cast, registrar, shared):
    colleague = cast.member(cast.acme, "b@acme.example", role="admin")
    download = made(registrar)
    assert names(content(colleague, download)) == ["Amina", "Boris"]
    (row,) = downloads.history(colleague).rows
    assert row.member_name == registrar.name
    # Their candidates see both: for whom it was made, and who took it.
    looked = db.select(ShareAccess.member_id).where(
        ShareAccess.share_id == shared.amina.id
    )
    assert list(db.session.scalars(looked)) == [registrar.id, colleague.id]


# --- Giving ---------------------------------------------------------------------------


def test_what_is_withdrawn_before_it_is_made_is_left_out(registrar, shared):
    download = ask(registrar)
    shared.withdraw(shared.amina)
    downloads.make_due(at=NOW)
    db.session.refresh(download)
    assert (download.rows, download.left_out) == (2, 1)
    assert names(content(registrar, download)) == ["Boris"]
    assert looks(shared.amina) == []


def test_what_the_board_takes_back_at_this_moment_is_left_out(
    cast, registrar, shared, monkeypatch
):
    download = ask(registrar)
    result = publication.published_result(shared.amina.entry, at=NOW)
    record = sharing.record_many

    def late(*asked, **how):
        corrections.withdraw_result(result, by=cast.officer, why="mistake", at=NOW)
        return record(*asked, **how)

    monkeypatch.setattr(sharing, "record_many", late)
    downloads.make_due(at=NOW)
    db.session.refresh(download)
    assert names(content(registrar, download)) == ["Boris"]
    assert looks(shared.amina) == []


def test_what_is_withdrawn_after_it_was_made_is_never_given_again(registrar, shared):
    download = made(registrar)
    old = kinds.stored_name(download)
    shared.withdraw(shared.amina)
    # Small: made again at once, without her, and the old file is gone.
    file = content(registrar, download)
    assert names(file) == ["Boris"]
    assert b"Amina" not in file
    assert not storage.exists(old)
    db.session.refresh(download)
    assert stored() == [kinds.stored_name(download)]
    assert looks(shared.boris) == [AccessKind.data], "given once, and seen once"


def test_a_large_one_waits_for_the_job_when_something_was_withdrawn(
    registrar, shared, monkeypatch
):
    monkeypatch.setattr(kinds, "AT_ONCE_ROWS", 1)
    download = made(registrar)
    shared.withdraw(shared.amina)
    assert content(registrar, download) is None
    db.session.refresh(download)
    assert download.state is WorkState.queued
    assert content(registrar, download) is None, "asking again changes nothing"
    assert downloads.make_due(at=NOW) == 1
    assert names(content(registrar, download)) == ["Boris"]


def test_a_share_whose_date_has_passed_is_not_given(cast, registrar, shared):
    shared.share(cast.amina, expires_on=NOW.date() + DAY)
    download = made(registrar)
    assert names(content(registrar, download, NOW + 3 * DAY)) == ["Boris"]


def test_a_scope_that_was_narrowed_is_given_as_it_is_now(cast, registrar, shared):
    download = made(registrar)
    assert rows(content(registrar, download))[0]["Reading"] == "172"
    shared.share(cast.amina, scope=ShareScope.overall)
    (amina, boris) = rows(content(registrar, download))
    assert (amina["Overall score"], amina["Reading"]) == ("172", "")
    assert boris["Reading"] == "172"


@pytest.mark.parametrize("form", list(DownloadFormat))
def test_a_scope_is_kept_to_in_every_format(cast, registrar, shared, form):
    shared.share(cast.amina, scope=ShareScope.overall)
    shared.withdraw(shared.boris)
    # The score of a part that no other number of her statement is.
    download = made(registrar, form)
    assert download.state is WorkState.ready
    file = content(registrar, download)
    if form is DownloadFormat.xlsx or form is DownloadFormat.statements_zip:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            parts = [archive.read(name) for name in archive.namelist()]
    else:
        parts = [file]
    for part in parts:
        if part.startswith(b"%PDF"):
            pages = PdfReader(io.BytesIO(part)).pages
            part = "".join(page.extract_text() for page in pages).encode()
        assert not tells(part, "168")
    assert any(b"172" in part for part in parts) or form.startswith("statements")


def test_an_amended_result_is_given_as_it_stands_and_marked(cast, registrar, shared):
    download = made(registrar)
    assert "Amended since" not in rows(content(registrar, download))[0]
    cast.result(cast.amina, version=2, **AMENDED)
    cast.released(instant=NOW + DAY)
    assert rows(content(registrar, download, NOW + HOUR))[0]["Overall score"] == "172"
    amina, boris = rows(content(registrar, download, NOW + 2 * DAY))
    assert (amina["Overall score"], amina["Status now"]) == ("180", "Amended")
    assert amina["Amended since"].startswith("2026-12-15")
    assert (boris["Status now"], boris["Amended since"]) == ("Valid", "")
    assert looks(shared.amina) == [AccessKind.data] * 3
    # Made a third time, because of somebody else: the mark stays.
    shared.withdraw(shared.boris, at=NOW + 2 * DAY)
    (amina,) = rows(content(registrar, download, NOW + 3 * DAY))
    assert amina["Amended since"]


def test_a_second_version_that_was_the_first_one_out_is_given_as_valid(cast):
    cast.result(cast.amina)
    cast.result(cast.amina, version=2, **AMENDED)
    account = cast.account(cast.amina)
    cast.released()
    sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    (amina,) = rows(content(cast.verifier, made(cast.verifier)))
    assert (amina["Overall score"], amina["Status now"]) == ("180", "Valid")


def test_a_heading_of_their_own_hides_nothing_that_is_said_of_an_amendment(
    registrar, shared
):
    columns = (("first_name", "Amended since"), ("overall", ""))
    layout = templates.Layout("Ours", columns)
    ours = templates.save(None, layout, by=registrar, at=NOW)
    download = made(registrar, DownloadFormat.json, template=ours)
    downloads.again(download, by=registrar, at=NOW)
    downloads.make_due(at=NOW)
    read = json.loads(content(registrar, download))
    assert [row["Amended since"] for row in read] == ["Amina", "Boris"]
    assert all(len(row) == 3 for row in read)


def test_a_result_that_was_taken_down_is_left_out(cast, registrar, shared):
    download = made(registrar)
    publication.withdraw(shared.release, by=cast.officer, why="wrong papers", at=NOW)
    assert content(registrar, download) is None
    db.session.refresh(download)
    assert (download.state, download.left_out) == (WorkState.failed, 2)
    assert stored() == []


def test_one_that_was_shared_before_its_result_is_left_out_until_then(cast, registrar):
    # Shared and out; the release of Boris's correction changes nothing before its hour.
    download = made(registrar)
    cast.result(cast.boris, version=2, **AMENDED)
    cast.released(instant=NOW + DAY)
    before = content(registrar, download, NOW + DAY - MINUTE)
    assert not tells(before, "180")
    db.session.refresh(download)
    assert download.left_out == 0


def test_nothing_is_made_for_a_user_who_has_left(cast, registrar, shared):
    download = ask(registrar)
    registrar.active = False
    save(registrar)
    assert downloads.make_due(at=NOW) == 0
    db.session.refresh(download)
    assert download.state is WorkState.failed
    assert looks(shared.amina) == []
    colleague = cast.member(cast.acme, "b@acme.example", role="admin")
    downloads.again(download, by=colleague, at=NOW)
    assert downloads.make_due(at=NOW) == 1
    (look,) = db.session.scalars(
        db.select(ShareAccess).where(ShareAccess.share_id == shared.amina.id)
    )
    assert look.member_id == colleague.id


# --- Making ---------------------------------------------------------------------------


def test_what_is_made_at_this_moment_for_a_user_who_leaves_is_given_up(
    cast, registrar, shared, monkeypatch
):
    clerk = cast.member(cast.acme, "b@acme.example", role="admin")
    download = ask(clerk)
    write = writing.write

    def late(work, file):
        write(work, file)
        members.deactivate(clerk, by=registrar, at=NOW)

    monkeypatch.setattr(writing, "write", late)
    assert downloads.make_due(at=NOW) == 0
    db.session.refresh(download)
    assert download.state is WorkState.failed
    assert stored() == []


def test_whoever_asked_is_told_when_the_job_has_made_it(registrar, shared):
    download = made(registrar)
    (row,) = db.session.scalars(db.select(Mail).where(Mail.kind == "download_ready"))
    assert row.address == registrar.email
    told = (row.values["name"], row.values["path"])
    assert told == (registrar.name, "/verifier/downloads")
    again = ask(registrar)
    downloads.make(again, at=NOW)
    assert again.state is WorkState.ready
    every = db.session.scalars(db.select(Mail).where(Mail.kind == "download_ready"))
    assert len(every.all()) == 1, "who waited for it sees it"
    assert download.reference != again.reference


def test_a_file_is_written_part_by_part_and_says_how_far_it_is(
    registrar, shared, monkeypatch
):
    monkeypatch.setattr(writing, "ROWS", 1)
    seen = []
    settle = leases.settle

    def watched(lease, **values):
        settle(lease, **values)
        seen.append(values.get("done"))
        assert content(registrar, download) is None, "half of it is not on offer"

    monkeypatch.setattr(writing, "settle", watched)
    download = ask(registrar)
    assert downloads.make_due(at=NOW) == 1
    assert seen == [1, 2]
    assert names(content(registrar, download)) == ["Amina", "Boris"]


def test_a_maker_that_died_is_followed_by_one_that_begins_anew(registrar, shared):
    download = ask(registrar)
    dead = leases.claim(leases.waiting(NOW), NOW)
    name = dead.name
    with storage.writing(name) as file:
        file.write(b"half a file")
    assert downloads.take(registrar, download.reference, at=NOW) is None
    assert downloads.make_due(at=NOW + MINUTE) == 0, "the lease still runs"
    assert downloads.make_due(at=NOW + 3 * MINUTE) == 1
    db.session.refresh(download)
    assert not storage.exists(name)
    assert stored() == [kinds.stored_name(download)]
    assert names(content(registrar, download)) == ["Amina", "Boris"]
    assert looks(shared.amina) == [AccessKind.data]


def test_a_maker_that_was_only_slow_leaves_it_to_the_one_that_took_over(
    registrar, shared, monkeypatch
):
    download = ask(registrar)
    write = writing.write

    def slow(work, target):
        monkeypatch.setattr(writing, "write", write)
        later = NOW + 5 * MINUTE
        assert downloads.make_due(at=later) == 1, "another process, after the lease"
        write(work, target)

    monkeypatch.setattr(writing, "write", slow)
    assert downloads.make_due(at=NOW) == 0
    db.session.refresh(download)
    assert download.state is WorkState.ready
    assert stored() == [kinds.stored_name(download)]
    assert names(content(registrar, download)) == ["Amina", "Boris"]


def test_three_failures_are_the_end_and_somebody_may_ask_again(
    registrar, shared, monkeypatch, caplog
):
    download = ask(registrar)
    write = writing.write

    def broken(work, target):
        write(work, target)
        raise OSError("no space left")

    monkeypatch.setattr(writing, "write", broken)
    for number in range(3):
        assert downloads.make_due(at=NOW + number * 2 * MINUTE) == 0
        assert stored() == []
    db.session.refresh(download)
    assert (download.state, download.tries) == (WorkState.failed, 3)
    assert content(registrar, download) is None
    assert "no space left" in caplog.text
    monkeypatch.setattr(writing, "write", write)
    downloads.again(download, by=registrar, at=NOW + HOUR)
    assert downloads.make_due(at=NOW + HOUR) == 1
    assert looks(shared.amina) == [AccessKind.data]


def test_a_process_that_is_told_to_end_puts_it_back(registrar, shared, monkeypatch):
    monkeypatch.setattr(writing, "ROWS", 1)
    download = ask(registrar)
    asked = iter([False, False, True])
    assert downloads.make_due(at=NOW, stop=lambda: next(asked, True)) == 0
    db.session.refresh(download)
    assert (download.state, download.tries) == (WorkState.queued, 0)
    assert stored() == []
    assert downloads.make_due(at=NOW) == 1


# --- Statements -----------------------------------------------------------------------


def test_statements_come_one_pdf_each(registrar, shared):
    download = made(registrar, DownloadFormat.statements_zip)
    with zipfile.ZipFile(io.BytesIO(content(registrar, download))) as archive:
        assert archive.testzip() is None
        first, second = archive.namelist()
        text = PdfReader(io.BytesIO(archive.read(first))).pages[0].extract_text()
    number = shared.amina.entry.statement_number
    assert (first, second[:6]) == (f"Benali-Amina_{number}.pdf", "Ivanov")
    assert "Amina" in text
    assert looks(shared.amina) == [AccessKind.statement]


def test_statements_come_in_one_pdf_with_their_names(cast, registrar, shared):
    download = made(registrar, DownloadFormat.statements_pdf)
    whole = PdfReader(io.BytesIO(content(registrar, download)))
    assert len(whole.pages) == 2
    assert [one.title for one in whole.outline] == ["Benali Amina", "Ivanov Boris"]


def test_statements_say_which_were_amended_since(cast, registrar, shared):
    download = made(registrar, DownloadFormat.statements_zip)
    cast.result(cast.amina, version=2, **AMENDED)
    cast.released(instant=NOW + DAY)
    file = content(registrar, download, NOW + 2 * DAY)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        notes = archive.read("00-read-me.txt").decode("utf-8-sig")
    assert "Amended since" in notes
    assert "Benali-Amina" in notes
    assert "Ivanov" not in notes


# --- The end --------------------------------------------------------------------------


def test_a_file_goes_when_its_days_are_over_and_can_be_asked_for_anew(
    registrar, shared
):
    download = made(registrar)
    days = current_app.config["ESITO_DOWNLOAD_DAYS"]
    over = NOW + days * DAY + MINUTE
    assert downloads.expire(at=over - HOUR) == 0
    assert content(registrar, download, over) is None, "also when no job runs"
    assert downloads.expire(at=over) == 1
    db.session.refresh(download)
    assert (download.state, stored()) == (WorkState.expired, [])
    downloads.again(download, by=registrar, at=over)
    downloads.make(download, at=over)
    assert names(content(registrar, download, over)) == ["Amina", "Boris"]


def test_a_file_that_is_missing_is_made_again(registrar, shared):
    download = made(registrar)
    storage.delete(kinds.stored_name(download))
    assert names(content(registrar, download)) == ["Amina", "Boris"]


def test_the_oldest_files_make_room_for_the_newest(
    cast, registrar, shared, monkeypatch
):
    first, second = (made(registrar, at=NOW + n * MINUTE) for n in range(2))
    later = NOW + HOUR
    other = cast.organisation("Other College", "other.example")
    theirs = save(
        Download(
            organisation=other,
            member_name="Rita",
            format=DownloadFormat.csv,
            template={},
            language="en",
            state=WorkState.ready,
            rows=0,
            # More than 32 bits count.
            size=5 * 10**9,
            file="x" * 22,
            asked_at=NOW,
        )
    )
    monkeypatch.setattr(endings, "MOST_KEPT", first.size + second.size)
    third = made(registrar, at=later)
    states = [db.session.get(Download, one.id).state for one in (first, second, third)]
    assert states == ["expired", "ready", "ready"]
    assert len(stored()) == 2
    monkeypatch.setattr(endings, "MOST_KEPT", 1)
    # The one that was just made is there to be taken, whatever its size.
    assert content(registrar, made(registrar, at=later + HOUR), at=later + HOUR)
    assert len(stored()) == 1
    assert db.session.get(Download, theirs.id).state is WorkState.ready


def test_what_no_download_names_is_swept_after_a_day(registrar, shared):
    download = made(registrar)
    with storage.writing("downloads/" + "x" * 22 + ".csv") as file:
        file.write(b"left over")
    later = NOW.replace(year=NOW.year + 50)
    assert downloads.sweep(at=later) == 1
    assert stored() == [kinds.stored_name(download)]


def test_a_download_is_forgotten_after_three_years(registrar, shared):
    download = made(registrar)
    key = download.id
    assert downloads.erase(at=NOW.replace(year=2029) - DAY) == 0
    assert downloads.erase(at=NOW.replace(year=2029) + DAY) == 1
    assert db.session.get(Download, key, populate_existing=True) is None
    assert not db.session.scalars(db.select(DownloadRow)).all()


def test_a_data_file_for_programs_has_numbers_and_words(registrar, shared):
    (amina, _) = json.loads(content(registrar, made(registrar, DownloadFormat.json)))
    assert (amina["Overall score"], amina["Family name"]) == (172, "Benali")


def test_the_limits_are_those_that_people_are_told():
    assert (kinds.MOST_ROWS, kinds.MOST_STATEMENTS, making.TRIES) == (100_000, 2000, 3)
    assert ALL.references is None
