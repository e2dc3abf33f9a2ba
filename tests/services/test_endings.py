"""How an account ends: what goes, what stays, and who can still get in."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import JSON, String, func, select
from sqlalchemy import cast as typed

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    AuditRow,
    CandidateAccount,
    CentreCase,
    CentreRules,
    Certificate,
    Enquiry,
    Invitation,
    Mail,
    Share,
    ShareAccess,
    ShareLink,
    ShareLinkLook,
    User,
)
from app.services import (
    access,
    accounts,
    announcing,
    cases,
    endings,
    enquiries,
    links,
    mail,
    notices,
    passwords,
    publication,
    registering,
    retention,
    sharing,
    signins,
    tokens,
)
from app.services.cases import casebook
from app.services.certificates import arranging
from app.services.certificates.arranging import Wish
from app.services.registering import Paper
from app.services.sharing import shareable
from app.services.tokens import Purpose
from app.values import (
    AccessKind,
    AuditAction,
    CaseKind,
    CaseState,
    CertificateState,
    DayPart,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    Language,
    MailState,
    ShareScope,
)
from tests.cast import NOW, PASSWORD, Cast, save

LATER = NOW + timedelta(days=1)
HERE = "192.0.2.1"


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    cast.result(cast.boris)
    cast.released(instant=NOW - timedelta(days=9))
    cast.account(cast.boris)
    return cast.account(cast.amina)


def shared(cast, account, **values):
    row = save(
        Share(
            entry=cast.amina,
            organisation=cast.acme,
            account=account,
            at=NOW,
            terms_version="2026-11",
            **values,
        )
    )
    save(
        ShareAccess(
            share=row, member_name="Rita Registrar", kind=AccessKind.viewed, at=NOW
        )
    )
    return row


def linked(cast, account):
    row = save(
        ShareLink(
            entry=cast.amina,
            account=account,
            terms_version="2026-11",
            at=NOW,
            expires_at=NOW + timedelta(days=30),
        )
    )
    save(ShareLinkLook(link=row, at=NOW, browser="Firefox/1"))
    return row


def invited(cast, account):
    return save(
        Invitation(
            entry=cast.amina,
            account=account,
            name="Other College",
            email="office@other.example",
            website="https://other.example",
            host="other.example",
            terms_version="2026-11",
            at=NOW,
        )
    )


def asked(cast, account, state=EnquiryState.requested, **values):
    result = publication.published_result(cast.amina, at=NOW)
    return save(
        Enquiry(
            entry=cast.amina,
            account=account,
            kind=EnquiryKind.recheck,
            state=state,
            result=result,
            words="Please look again.",
            requested_at=NOW,
            **values,
        )
    )


def case(cast, account):
    return save(
        CentreCase(
            kind=CaseKind.missing_result,
            centre=cast.it024,
            entry=cast.amina,
            account=account,
            email=account.email,
            opened_at=NOW,
        )
    )


def certificate_of(entry, state, **values):
    """A certificate that has been at the centre since 9 December."""
    return save(
        Certificate(
            entry=entry,
            result=publication.published_result(entry, at=NOW),
            state=state,
            sent_on=date(2026, 12, 7),
            arrived_on=date(2026, 12, 9),
            keep_until=date(2027, 12, 9),
            **values,
        )
    )


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def acts(action):
    rows = select(AuditRow).where(AuditRow.action == action.value).order_by(AuditRow.id)
    return db.session.scalars(rows).all()


def waiting():
    rows = db.session.scalars(select(Mail).where(Mail.state == MailState.queued))
    return {(row.kind, row.address) for row in rows}


# --- By its owner's wish --------------------------------------------------------------


def test_of_a_deleted_account_nothing_is_left_but_that_it_was(cast, amina):
    amina.new_email = "amina@other.example"
    db.session.commit()
    endings.delete(amina, at=LATER)
    row = db.session.get(CandidateAccount, amina.id)
    assert (row.email, row.new_email, row.email_confirmed_at) == ("", "", None)
    assert row.ended_at == LATER
    assert row.terms_version
    assert not passwords.matches(PASSWORD, row.password_hash)
    # Whatever an unknown name is compared with does not open it either.
    assert not passwords.matches(
        "nobody signs in with this password", row.password_hash
    )


def test_the_exam_record_stays_without_contact_data(cast, amina):
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    endings.delete(amina, at=LATER)
    entry = cast.amina
    assert (entry.account_id, entry.registered_at) == (None, None)
    assert (entry.email, entry.guardian_email) == ("", "")
    assert entry.name == "Amina Benali"
    assert publication.published_result(entry, at=LATER).overall == 172


def test_a_deleted_account_lets_nobody_in(cast, amina):
    browser = signins.begin(amina, address=HERE, browser="", at=NOW)
    links = {
        purpose: tokens.make(purpose, amina, at=NOW)
        for purpose in Purpose
        if purpose.value not in ("unlock_secret",)
    }
    endings.delete(amina, at=LATER)
    assert signins.candidate(browser, at=LATER) is None
    for name in (cast.amina.id_number, "amina@mail.example", ""):
        with pytest.raises(Refused):
            accounts.sign_in(name, PASSWORD, address=HERE, at=LATER)
    for purpose, token in links.items():
        with pytest.raises(NotFound):
            accounts.holder(purpose, token, at=LATER)


def test_organisations_lose_access_at_once_and_the_shares_are_gone(cast, amina):
    share = shared(cast, amina)
    reference = share.reference
    access.shared_result(cast.verifier, reference, at=NOW)
    linked(cast, amina)
    invited(cast, amina)
    endings.delete(amina, at=LATER)
    with pytest.raises(NotFound):
        access.shared_result(cast.verifier, reference, at=LATER)
    for table in (Share, ShareAccess, ShareLink, ShareLinkLook, Invitation):
        assert count(table) == 0
    (row,) = acts(AuditAction.share_withdrawn)
    assert (row.subject, row.actor) == (
        f"share:{reference}",
        f"candidate:{amina.reference}",
    )


def test_what_somebody_else_had_shared_of_it_goes_too(cast, amina):
    """Boris once held her paper; what he sent is hers to decide on, and goes."""
    shared(cast, cast.boris.account, suspended_at=NOW)
    endings.delete(amina, at=LATER)
    assert count(Share) == 0


def test_nobody_elses_rows_are_touched(cast, amina):
    other = save(
        Share(
            entry=cast.boris,
            organisation=cast.acme,
            account=cast.boris.account,
            at=NOW,
            terms_version="2026-11",
        )
    )
    token = signins.begin(cast.boris.account, address=HERE, browser="", at=LATER)
    endings.delete(amina, at=LATER)
    assert cast.boris.account.email == "boris@mail.example"
    assert cast.boris.email == "boris@mail.example"
    access.shared_result(cast.verifier, other.reference, at=LATER)
    assert signins.candidate(token, at=LATER) == cast.boris.account


def test_what_was_going_on_ends_but_what_the_board_has_goes_on(cast, amina):
    before = case(cast, amina)
    before.state, before.closed_at = CaseState.closed, NOW
    db.session.commit()
    opened = case(cast, amina)
    enquiry = asked(cast, amina)
    endings.delete(amina, at=LATER)
    assert (opened.state, opened.closed_at) == (CaseState.closed, LATER)
    assert before.closed_at == NOW
    assert opened.email == ""
    assert enquiry.state is EnquiryState.cancelled
    assert [row.subject for row in acts(AuditAction.case_closed)] == [
        f"case:{opened.reference}"
    ]
    assert len(acts(AuditAction.enquiry_cancelled)) == 1


def test_an_accepted_enquiry_goes_on_without_a_word_to_anybody(cast, amina):
    enquiry = asked(
        cast,
        amina,
        EnquiryState.accepted,
        accepted_at=NOW,
        answer_due_on=date(2027, 1, 15),
    )
    endings.delete(amina, at=LATER)
    assert enquiry.state is EnquiryState.accepted
    notices.tell("enquiry_answered", cast.amina, about="x", at=LATER)
    assert "enquiry_answered" not in {kind for kind, _ in waiting()}


def test_the_last_message_is_the_only_one_that_still_goes(cast, amina):
    notices.confirm_email(amina, at=NOW)
    mail.queue("set_password", to=amina, about=amina.reference, at=NOW, name="Amina")
    share = shared(cast, amina)
    mail.queue("share_receipt", to=amina, about=share.reference, at=NOW, name="Amina")
    failed = db.session.scalars(select(Mail)).first()
    failed.state = MailState.failed
    mail.queue("password_changed", to=cast.boris.account, about="b", at=NOW, name="B")
    db.session.commit()
    endings.delete(amina, at=LATER)
    assert waiting() == {
        ("account_deleted", "amina@mail.example"),
        ("password_changed", "boris@mail.example"),
    }
    assert failed.state is MailState.dropped
    assert not mail.retry(failed, by=cast.officer, at=LATER)


def test_a_sibling_at_the_same_address_keeps_their_messages(cast, amina):
    cast.boris.account.email = "Amina@mail.example"
    mail.queue("set_password", to=amina, about=amina.reference, at=NOW, name="Amina")
    boris = cast.boris.account
    mail.queue("set_password", to=boris, about=boris.reference, at=NOW, name="Boris")
    db.session.commit()
    endings.delete(amina, at=LATER)
    kept = db.session.scalars(
        select(Mail).where(Mail.kind == "set_password", Mail.state == MailState.queued)
    )
    assert [row.values["name"] for row in kept] == ["Boris"]


def test_a_sibling_who_has_not_registered_keeps_theirs_too(cast, amina):
    little = cast.entry("0012", "Lina", "Benali", email="Amina@mail.example")
    mail.queue("secret_unlock", to=little, about=little.reference, at=NOW, name="Lina")
    db.session.commit()
    endings.delete(amina, at=LATER)
    assert ("secret_unlock", "Amina@mail.example") in waiting()


@pytest.mark.parametrize(
    ("birth", "told"),
    [(date(2012, 12, 15), {"mother@mail.example"}), (date(2012, 12, 14), set())],
)
def test_the_guardian_of_a_child_hears_of_it(cast, amina, birth, told):
    cast.amina.date_of_birth = birth
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    endings.delete(amina, at=NOW)
    addresses = {address for kind, address in waiting() if kind == "account_deleted"}
    assert addresses == {"amina@mail.example"} | told


def test_it_is_told_in_the_language_of_the_account(cast, amina):
    amina.language = Language.it
    db.session.commit()
    endings.delete(amina, at=LATER)
    (row,) = db.session.scalars(select(Mail).where(Mail.kind == "account_deleted"))
    assert row.language is Language.it
    assert row.values == {"name": "Amina Benali"}


def test_an_account_ends_once(cast, amina):
    endings.delete(amina, at=LATER)
    with pytest.raises(Conflict):
        endings.delete(amina, at=LATER)
    assert len(acts(AuditAction.account_ended)) == 1


def test_the_trail_says_who_ended_it_and_not_where_they_lived(cast, amina):
    endings.delete(amina, at=LATER)
    (row,) = acts(AuditAction.account_ended)
    assert row.actor == row.subject == f"candidate:{amina.reference}"
    assert "its owner's wish" in row.detail
    assert cast.amina.reference in row.detail
    assert "@" not in row.detail


def test_the_same_paper_opens_a_new_account(cast, amina):
    shared(cast, amina)
    endings.delete(amina, at=LATER)
    paper = Paper(cast.amina.id_number, "00482913", cast.amina.date_of_birth)
    again = registering.register(
        paper,
        "amina@new.example",
        "another long password",
        Language.en,
        False,
        address=HERE,
        at=LATER,
    )
    assert cast.amina.account == again
    assert sharing.shares_of(again) == []
    access.own_result(again, cast.amina.reference, at=LATER)


def test_an_account_with_several_exams_lets_go_of_all(cast, amina):
    cast.boris.account = amina
    db.session.commit()
    endings.delete(amina, at=LATER)
    assert cast.amina.account is None
    assert cast.boris.account is None
    assert cast.boris.email == ""


def places_with(word):
    """Every column of every table that holds a word somewhere."""
    found = set()
    for table in db.metadata.tables.values():
        for column in table.columns:
            if not isinstance(column.type, (String, JSON)):
                continue
            text = func.lower(typed(column, String))
            query = select(func.count()).select_from(table).where(text.contains(word))
            if db.session.scalar(query):
                found.add(f"{table.name}.{column.name}")
    return found


def test_no_column_but_the_mails_own_still_holds_the_address(cast, amina):
    """What was sent is forgotten 90 days later; see docs/privacy.md."""
    accounts.update_preferences(amina, language=Language.it, wants_updates=True, at=NOW)
    notices.password_changed(amina, at=NOW)
    sharing.share(cast.amina, cast.acme, by=amina, at=NOW)
    case(cast, amina)
    asked(cast, amina)
    db.session.commit()
    address = "amina@mail.example"
    before = places_with(address)
    assert {"candidate_account.email", "entry.email", "mail.address"} <= before
    endings.delete(amina, at=LATER)
    assert places_with(address) == {"mail.address"}
    mail_row = select(Mail).where(Mail.address == address)
    for row in db.session.scalars(mail_row.where(Mail.state == MailState.queued)):
        row.state, row.sent_at = MailState.sent, LATER
    db.session.commit()
    retention.forget_mails(at=LATER + timedelta(days=91))
    assert places_with(address) == set()


# --- It was not theirs ----------------------------------------------------------------


def test_an_account_that_was_not_the_candidates_ends_and_hers_can_begin(cast, amina):
    """Somebody found the paper and was quicker; the centre knows better."""
    browser = signins.begin(amina, address=HERE, browser="", at=NOW)
    endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    assert signins.candidate(browser, at=LATER) is None
    row = db.session.get(CandidateAccount, amina.id)
    assert (row.email, row.ended_at) == ("", LATER)
    assert (cast.amina.account_id, cast.amina.registered_at) == (None, None)
    (trail,) = acts(AuditAction.account_ended)
    assert trail.actor == f"staff:{cast.clerk.id}"
    assert "not the candidate's" in trail.detail


def test_what_the_wrong_person_shared_waits_for_the_right_one(cast, amina):
    share = shared(cast, amina)
    link = linked(cast, amina)
    endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    with pytest.raises(NotFound):
        access.shared_result(cast.verifier, share.reference, at=LATER)
    assert share.suspended_at == LATER
    assert share.withdrawn_at is None
    assert link.revoked_at == LATER
    owner = cast.account(cast.amina)
    assert access.own_share(owner, share.reference) == share


@pytest.mark.parametrize("how", ["wish", "not theirs"])
def test_no_certificate_goes_where_an_account_that_ended_wanted_it(cast, amina, how):
    certificate = certificate_of(cast.amina, CertificateState.arrived)
    save(CentreRules(centre=cast.it024, posts_certificates=True))
    arranging.arrange(certificate, Wish(post_to="At the thief's"), by=amina, at=NOW)
    if how == "wish":
        endings.delete(amina, at=LATER)
    else:
        endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    assert certificate.post_to == ""
    assert certificate.state is CertificateState.arrived
    assert len(acts(AuditAction.certificate_arranged)) == 2
    wish = Wish(date(2026, 12, 16), DayPart.morning, collector="A friend of the thief")
    owner = cast.account(cast.amina)
    arranging.arrange(certificate, wish, by=owner, at=NOW)
    certificate.collect_agreed_at = NOW
    db.session.commit()
    endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    assert (certificate.collector, certificate.collect_on) == ("", None)
    assert certificate.collect_agreed_at is None


def test_who_has_collected_a_certificate_stays_written_down(cast, amina):
    gone = certificate_of(
        cast.amina,
        CertificateState.collected,
        collect_on=date(2026, 12, 11),
        collect_part=DayPart.morning,
        collector="Her mother",
        ended_on=date(2026, 12, 11),
        handed_to="Her mother",
    )
    endings.delete(amina, at=LATER)
    assert (gone.collector, gone.collect_on) == ("Her mother", date(2026, 12, 11))
    assert acts(AuditAction.certificate_arranged) == []


def test_an_invitation_of_the_wrong_person_is_over(cast, amina):
    invitation = invited(cast, amina)
    endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    assert invitation.ended_at == LATER


def test_the_contact_data_of_the_centre_stay_and_nobody_is_written_to(cast, amina):
    amina.email = "thief@mail.example"
    cast.amina.guardian_email = "mother@mail.example"
    db.session.commit()
    notices.confirm_email(amina, at=NOW)
    db.session.commit()
    shared(cast, amina)
    asked(cast, amina)
    endings.not_theirs(cast.amina, by=cast.clerk, at=LATER)
    assert cast.amina.email == "amina@mail.example"
    assert cast.amina.guardian_email == "mother@mail.example"
    assert waiting() == set()


def test_an_entry_of_nobody_has_nobody_to_end(cast):
    with pytest.raises(Conflict):
        endings.not_theirs(cast.amina, by=cast.clerk, at=NOW)


# --- Afterwards -----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["deleted", "not theirs"])
def test_no_job_writes_to_an_account_that_has_ended(cast, how):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    account.email = "somebody@mail.example"
    db.session.commit()
    cast.released(instant=LATER)
    if how == "deleted":
        endings.delete(account, at=NOW)
    else:
        endings.not_theirs(cast.amina, by=cast.clerk, at=NOW)
    announcing.announce_due(at=LATER + timedelta(minutes=1))
    told = {address for kind, address in waiting() if kind != "account_deleted"}
    assert "somebody@mail.example" not in told
    assert "" not in told


def test_a_decided_enquiry_keeps_its_outcome(cast, amina):
    enquiry = asked(
        cast,
        amina,
        EnquiryState.decided,
        accepted_at=NOW,
        answer_due_on=date(2027, 1, 15),
        decided_at=NOW,
        outcome=EnquiryOutcome.unchanged,
    )
    endings.delete(amina, at=LATER)
    assert enquiry.outcome is EnquiryOutcome.unchanged


# --- At the same moment ---------------------------------------------------------------


def test_an_account_ends_while_its_centre_answers(own_app, monkeypatch):
    """The centre holds its case and wants to write the trail; the account has that."""
    cast = Cast()
    cast.result(cast.amina)
    cast.released(instant=NOW - timedelta(days=9))
    account = cast.account(cast.amina)
    sharing.share(cast.amina, cast.acme, by=account, at=NOW)
    keys = account.id, case(cast, account).id, cast.clerk.id
    db.session.remove()
    in_the_trail, turned = threading.Event(), threading.Event()
    close, say, failed = endings._close, casebook.say, []

    def closed(*args, **values):
        in_the_trail.set()
        turned.wait(1)
        return close(*args, **values)

    def said(*args, **values):
        turned.set()
        in_the_trail.wait(1)
        return say(*args, **values)

    monkeypatch.setattr(endings, "_close", closed)
    monkeypatch.setattr(casebook, "say", said)

    def act(what):
        with own_app.app_context():
            mine, asked_for, clerk = (
                db.session.get(model, key)
                for model, key in zip(
                    (CandidateAccount, CentreCase, User), keys, strict=True
                )
            )
            db.session.commit()
            try:
                if what == "answer":
                    cases.answer(asked_for, "Soon.", by=clerk, at=LATER)
                else:
                    endings.delete(mine, at=LATER)
            except Conflict:
                # The account was faster: the case is closed.
                pass
            except Exception as problem:
                failed.append(problem)
            db.session.remove()

    threads = [threading.Thread(target=act, args=(w,)) for w in ("delete", "answer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert db.session.get(CandidateAccount, keys[0]).ended_at == LATER
    assert db.session.get(CentreCase, keys[1]).state is CaseState.closed


def ends_before(monkeypatch, account, module, name):
    """Let the account end just before a service calls one of its steps."""
    step = getattr(module, name)

    def ended_first(*args, **values):
        monkeypatch.setattr(module, name, step)
        endings.delete(account, at=LATER)
        return step(*args, **values)

    monkeypatch.setattr(module, name, ended_first)


def test_what_is_shared_while_the_account_ends_is_not_shared(cast, amina, monkeypatch):
    ends_before(monkeypatch, amina, shareable, "hold")
    with pytest.raises(NotFound):
        sharing.share(cast.amina, cast.acme, by=amina, at=LATER)
    assert count(Share) == 0


def test_a_link_that_is_made_while_the_account_ends_is_not_made(
    cast, amina, monkeypatch
):
    cast.amina.date_of_birth = date(2000, 1, 1)
    db.session.commit()
    ends_before(monkeypatch, amina, links, "wished")
    with pytest.raises(NotFound):
        links.make(
            cast.amina,
            by=amina,
            expires_on=LATER.date() + timedelta(days=9),
            scope=ShareScope.components,
            purpose="",
            at=LATER,
        )
    assert count(ShareLink) == 0


def test_an_enquiry_that_is_sent_while_the_account_ends_is_not_sent(
    cast, amina, monkeypatch
):
    ends_before(monkeypatch, amina, enquiries, "_text")
    with pytest.raises(NotFound):
        enquiries.request(cast.amina, EnquiryKind.recheck, "", by=amina, at=LATER)
    assert count(Enquiry) == 0


def test_a_case_that_is_opened_while_the_account_ends_is_not_opened(cast, monkeypatch):
    account = cast.account(cast.amina)
    after = NOW + timedelta(days=9)
    ends_before(monkeypatch, account, cases, "require_missing")
    with pytest.raises(NotFound):
        cases.report_missing(cast.amina, "", by=account, at=after)
    assert count(CentreCase) == 0


def test_an_exam_that_is_added_while_the_account_ends_stays_free(
    cast, amina, monkeypatch
):
    session = cast.exam_session("2611-CAE-P", cast.session.exam)
    other = cast.entry(
        "0001", "Amina", "Benali", birth=cast.amina.date_of_birth, session=session
    )
    paper = Paper(other.id_number, "00482913", other.date_of_birth)
    ends_before(monkeypatch, amina, registering, "_require_same_person")
    with pytest.raises(Refused):
        registering.add_exam(amina, paper, address=HERE, at=LATER)
    assert other.account_id is None
