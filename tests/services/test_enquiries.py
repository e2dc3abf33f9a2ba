"""Having a result checked: who may ask, until when, who decides, who hears of it."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import (
    AuditRow,
    CandidateAccount,
    CentreRules,
    Enquiry,
    Entry,
    Mail,
    Organisation,
    Release,
    Result,
)
from app.services import corrections, endings, enquiries, publication, sharing
from app.services.enquiries import Known
from app.values import (
    ComponentCode,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    ExamCode,
    ResultStatus,
)
from tests.cast import NOW, Cast, save
from tests.telling import tells

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
RECHECK, REMARK = EnquiryKind.recheck, EnquiryKind.remark
C = ComponentCode
# With 172, Grade C, before: 173 and Grade B.
BETTER = {C.R: 172, C.U: 170, C.W: 173, C.L: 175, C.S: 175}
SAME_GRADE = {C.R: 172, C.U: 170, C.W: 169, C.L: 175, C.S: 175}


@pytest.fixture
def amina(cast):
    """Amina's account, with her result out."""
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    return account


def offer(cast, at=NOW, entry=None):
    entry = entry or cast.amina
    result = publication.published_result(entry, at=at)
    return enquiries.offer(entry, result, at=at)


def asked(cast, account, kind=RECHECK, words="", at=NOW):
    return enquiries.request(cast.amina, kind, words, by=account, at=at)


def passed_on(cast, account, kind=RECHECK, at=NOW):
    enquiry = asked(cast, account, kind, at=at)
    enquiries.accept(enquiry, by=cast.clerk, at=at)
    return enquiry


def unchanged(cast, account, kind=RECHECK, at=NOW):
    enquiry = passed_on(cast, account, kind, at=at)
    enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=at)
    return enquiry


def changed(cast, account, scores=BETTER, kind=RECHECK, at=NOW):
    enquiry = passed_on(cast, account, kind, at=at)
    enquiries.decide_changed(enquiry, scores, "", by=cast.officer, at=at)
    return enquiry


def release(cast, instant, at):
    made = publication.propose(
        cast.session, None, instant, entry=cast.amina, by=cast.officer, at=at
    )
    publication.approve(made, by=cast.approver, at=at)
    return made


def kinds():
    return sorted(db.session.scalars(db.select(Mail.kind)).all())


# --- Asking ---------------------------------------------------------------------------


def test_a_recheck_that_changes_nothing_is_followed_by_a_remark(cast, amina):
    assert offer(cast).kind is RECHECK
    enquiry = asked(cast, amina, words="I answered everything.")
    assert offer(cast).kind is None
    assert offer(cast).going_on.known is Known.with_centre
    enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    # Monday, and five working days on.
    assert enquiry.answer_due_on == date(2026, 12, 21)
    assert offer(cast).going_on.known is Known.with_board
    # Late is what has no answer when its day is over.
    assert not offer(cast, NOW + 7 * DAY).going_on.late
    assert offer(cast, NOW + 8 * DAY).going_on.late
    enquiries.decide_unchanged(enquiry, "All is well.", by=cast.officer, at=NOW + DAY)
    assert not offer(cast, NOW + 8 * DAY).past[0].late
    after = offer(cast, NOW + DAY)
    assert (after.kind, after.days, after.going_on) == (REMARK, 15, None)
    (past,) = after.past
    assert (past.known, past.answer) == (Known.unchanged, "All is well.")
    second = asked(cast, amina, REMARK, at=NOW + DAY)
    enquiries.accept(second, by=cast.clerk, at=NOW + DAY)
    # Fifteen working days, over Christmas, New Year and Epiphany.
    assert second.answer_due_on == date(2027, 1, 8)
    enquiries.decide_unchanged(second, "", by=cast.officer, at=NOW + 2 * DAY)
    over = offer(cast, NOW + 2 * DAY)
    assert over.kind is None
    assert "appeal" in str(over.why_not)
    assert [one.kind for one in over.past] == [REMARK, RECHECK]


def test_a_remark_is_not_had_without_a_recheck(cast, amina):
    with pytest.raises(Refused):
        asked(cast, amina, REMARK)
    asked(cast, amina)
    with pytest.raises(Conflict):
        asked(cast, amina, REMARK)
    with pytest.raises(Conflict):
        asked(cast, amina)
    assert db.session.scalar(db.select(db.func.count()).select_from(Enquiry)) == 1


def test_nobody_asks_about_the_result_of_another(cast, amina):
    boris = cast.account(cast.boris)
    with pytest.raises(NotFound):
        asked(cast, boris)
    enquiry = asked(cast, amina)
    with pytest.raises(NotFound):
        enquiries.cancel(enquiry, by=boris, at=NOW)
    with pytest.raises(NotFound):
        enquiries.own(cast.boris, enquiry.reference)
    amina.ended_at = NOW
    db.session.commit()
    with pytest.raises(NotFound):
        enquiries.cancel(enquiry, by=amina, at=NOW)


def test_there_is_nothing_to_ask_before_the_result_is_out(cast):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released(instant=NOW)
    before = offer(cast, NOW - SECOND)
    assert (before.kind, before.deadline) == (None, None)
    with pytest.raises(Refused):
        asked(cast, account, at=NOW - SECOND)
    assert asked(cast, account, at=NOW)


def test_young_learners_and_results_without_scores_are_not_checked(cast):
    starters = cast.exam_session("2611-YLES", ExamCode.YLES)
    child = cast.entry("0009", "Carla", "Piccola", session=starters)
    assert "young learners" in str(offer(cast, entry=child).why_not)
    cast.result(cast.boris, status=ResultStatus.withheld)
    cast.released()
    none = offer(cast, entry=cast.boris)
    assert none.kind is None
    assert "grade or scores" in str(none.why_not)


def test_an_exam_without_writing_is_rechecked_and_not_remarked(cast):
    session = cast.exam_session("2611-DELTA", ExamCode.DELTA1)
    entry = cast.entry("0003", "Dora", "Tutor", session=session)
    nothing = dict.fromkeys(
        ("overall", "cefr", "score_r", "score_u", "score_w", "score_l", "score_s")
    )
    cast.result(entry, grade="Fail", **nothing)
    account = cast.account(entry)
    made = publication.propose(session, None, NOW, by=cast.officer, at=NOW - 2 * DAY)
    publication.approve(made, by=cast.approver, at=NOW - 2 * DAY)
    enquiry = enquiries.request(entry, RECHECK, "", by=account, at=NOW)
    enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    with pytest.raises(Refused) as same:
        enquiries.decide_changed(enquiry, {}, "", grade="Fail", by=cast.officer, at=NOW)
    assert "hold now" in str(same.value)
    db.session.refresh(enquiry)
    assert enquiry.state is EnquiryState.accepted
    enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=NOW)
    assert "no writing paper" in str(offer(cast, entry=entry).why_not)


# --- The deadline ---------------------------------------------------------------------


def test_the_deadline_ends_with_the_day_on_the_centres_own_clock(cast, amina):
    cast.it024.timezone = "America/New_York"
    db.session.commit()
    # Out on 14 December, 03:00 in New York; the last day is 13 January.
    assert offer(cast).deadline == date(2027, 1, 13)
    midnight = datetime(2027, 1, 14, 5, 0, tzinfo=UTC)
    assert offer(cast, midnight - SECOND).kind is RECHECK
    late = offer(cast, midnight)
    assert (late.kind, late.deadline) == (None, date(2027, 1, 13))
    with pytest.raises(Refused):
        asked(cast, amina, at=midnight)
    assert asked(cast, amina, at=midnight - SECOND)


def test_a_centre_sets_its_own_days_and_fees(cast, amina):
    save(
        CentreRules(
            centre=cast.it024,
            enquiry_days=14,
            recheck_fee="EUR 30",
            remark_fee="EUR 90",
            enquiry_rules="Pay at the counter.",
        )
    )
    first = offer(cast)
    assert (first.fee, first.days) == ("EUR 30", 5)
    assert first.deadline == date(2026, 12, 28)
    enquiry = unchanged(cast, amina)
    assert enquiry.fee == "EUR 30"
    assert (offer(cast).fee, offer(cast).rules) == ("EUR 90", "Pay at the counter.")


def test_who_waited_for_the_answer_has_a_week_to_go_on(cast, amina):
    last = datetime(2027, 1, 13, 12, 0, tzinfo=UTC)
    enquiry = passed_on(cast, amina, at=last)
    answered = last + 7 * DAY
    enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=answered)
    assert offer(cast, answered + 7 * DAY).kind is REMARK
    assert offer(cast, answered + 8 * DAY).kind is None


def test_a_result_signed_late_counts_from_the_signature(cast):
    cast.result(cast.amina)
    made = publication.propose(
        cast.session, None, NOW - 9 * DAY, by=cast.officer, at=NOW - 10 * DAY
    )
    publication.approve(made, by=cast.approver, at=NOW)
    assert offer(cast).deadline == date(2027, 1, 13)


# --- Centre and candidate -------------------------------------------------------------


def test_a_request_is_cancelled_while_the_centre_has_not_answered(cast, amina):
    enquiry = asked(cast, amina)
    enquiries.cancel(enquiry, by=amina, at=NOW)
    assert enquiry.state is EnquiryState.cancelled
    with pytest.raises(Conflict):
        enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    again = passed_on(cast, amina)
    with pytest.raises(Conflict):
        enquiries.cancel(again, by=amina, at=NOW)
    assert again.state is EnquiryState.accepted


def test_a_refused_request_says_why_and_can_be_made_again(cast, amina):
    enquiry = asked(cast, amina)
    with pytest.raises(Refused) as nothing:
        enquiries.refuse(enquiry, "  ", by=cast.clerk, at=NOW)
    assert nothing.value.field == "why"
    enquiries.refuse(enquiry, "The fee was not paid.", by=cast.clerk, at=NOW)
    (past,) = offer(cast).past
    assert (past.known, past.answer) == (Known.refused, "The fee was not paid.")
    assert offer(cast).kind is RECHECK
    refused = db.session.scalars(
        db.select(Mail).where(Mail.kind == "enquiry_refused")
    ).one()
    assert "paid" not in str(refused.values)


def test_who_registers_an_entry_later_does_not_read_what_was_written(cast, amina):
    enquiry = asked(cast, amina, words="My writing was good.")
    enquiries.refuse(enquiry, "You did not pay, Carla.", by=cast.clerk, at=NOW)
    endings.not_theirs(cast.amina, by=cast.clerk, at=NOW)
    cast.account(cast.amina)
    past = offer(cast).past[0]
    assert past.known is Known.refused
    assert (past.words, past.answer) == ("", "")


def test_a_centre_is_not_asked_for_ever(cast, amina):
    for _ in range(5):
        enquiries.cancel(asked(cast, amina), by=amina, at=NOW)
    over = offer(cast)
    assert over.kind is None
    assert "talk to your centre" in str(over.why_not)
    with pytest.raises(Refused):
        asked(cast, amina)
    # Of another version than those requests were about, one may ask.
    cast.result(cast.amina, version=2, overall=181, grade="A", cefr="C1")
    release(cast, NOW + DAY, NOW)
    assert offer(cast, NOW + DAY).kind is RECHECK


def test_only_what_the_centre_passed_on_is_decided_and_only_once(cast, amina):
    enquiry = asked(cast, amina)
    with pytest.raises(Conflict):
        enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=NOW)
    with pytest.raises(Conflict):
        enquiries.decide_changed(enquiry, BETTER, "", by=cast.officer, at=NOW)
    enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    with pytest.raises(Conflict):
        enquiries.accept(enquiry, by=cast.clerk, at=NOW)
    enquiries.decide_unchanged(enquiry, "", by=cast.officer, at=NOW)
    with pytest.raises(Conflict):
        enquiries.decide_changed(enquiry, BETTER, "", by=cast.officer, at=NOW)
    assert db.session.scalar(db.select(db.func.max(Result.version))) == 1


def test_long_words_are_refused_where_they_were_typed(cast, amina):
    with pytest.raises(Refused) as long:
        asked(cast, amina, words="x" * 1001)
    assert long.value.field == "words"


# --- The amendment --------------------------------------------------------------------


def test_an_amended_result_takes_two_signatures(cast, amina):
    enquiry = changed(cast, amina)
    new = enquiry.new_result
    assert (new.version, new.overall, new.grade, new.cefr) == (2, 173, "B", "B2")
    assert (new.held_why, new.release_id) == ("", None)
    assert publication.published_result(cast.amina, at=NOW + 40 * DAY).version == 1
    made = publication.propose(
        cast.session, None, NOW + DAY, entry=cast.amina, by=cast.officer, at=NOW
    )
    assert publication.published_result(cast.amina, at=NOW + 2 * DAY).version == 1
    with pytest.raises(Refused):
        publication.approve(made, by=cast.officer, at=NOW)
    publication.approve(made, by=cast.approver, at=NOW)
    assert publication.published_result(cast.amina, at=NOW + DAY - SECOND).version == 1
    assert publication.published_result(cast.amina, at=NOW + DAY) == new


def test_a_proposal_for_one_result_binds_no_other(cast, amina):
    boris = cast.result(cast.boris)
    enquiry = changed(cast, amina)
    made = release(cast, NOW + DAY, NOW)
    assert (made.result_count, made.centre_id) == (1, None)
    db.session.refresh(boris)
    assert (boris.release_id, enquiry.new_result.release_id) == (None, made.id)


def test_the_candidate_hears_of_a_change_when_it_can_be_seen(cast, amina):
    changed(cast, amina)
    release(cast, NOW + DAY, NOW)
    before = offer(cast, NOW + DAY - SECOND)
    assert before.going_on.known is Known.with_board
    assert before.going_on.answered_at is None
    with pytest.raises(Conflict):
        asked(cast, amina, at=NOW + DAY - SECOND)
    after = offer(cast, NOW + DAY)
    assert after.going_on is None
    (past,) = after.past
    assert (past.known, past.refund) == (Known.changed, True)
    # A new result, and a new deadline for the stage that follows.
    assert (after.kind, after.deadline) == (REMARK, date(2027, 1, 14))


def test_a_score_that_leaves_the_grade_gives_no_fee_back(cast, amina):
    changed(cast, amina, SAME_GRADE)
    release(cast, NOW + DAY, NOW)
    (past,) = offer(cast, NOW + DAY).past
    assert (past.known, past.refund) == (Known.changed, False)


def test_an_enquiry_that_goes_on_blocks_until_everybody_is_told(cast, amina):
    assert not enquiries.going_on(cast.amina)
    enquiry = changed(cast, amina)
    assert enquiries.going_on(cast.amina)
    enquiry.told_at = NOW
    db.session.commit()
    assert not enquiries.going_on(cast.amina)


def test_figures_that_cannot_be_are_refused_at_their_field(cast, amina):
    enquiry = passed_on(cast, amina)
    for scores, field in (
        ({**BETTER, C.W: 231}, "score_w"),
        ({**BETTER, C.RW: 150}, "score_rw"),
        ({C.R: 170}, "score_u"),
    ):
        with pytest.raises(Refused) as wrong:
            enquiries.decide_changed(enquiry, scores, "", by=cast.officer, at=NOW)
        assert wrong.value.field == field
    db.session.refresh(enquiry)
    assert (enquiry.state, enquiry.outcome) == (EnquiryState.accepted, None)


def test_figures_that_contradict_the_rule_are_held_and_not_corrected(cast, amina):
    new = corrections.amend(
        cast.amina, BETTER, overall=180, grade="A", cefr="C1", by=cast.officer, at=NOW
    )
    assert (new.overall, new.grade) == (180, "A")
    assert "by the rule 173" in new.held_why
    with pytest.raises(Refused):
        publication.propose(
            cast.session, None, NOW + DAY, entry=cast.amina, by=cast.officer, at=NOW
        )


def test_the_version_that_was_asked_about_is_no_change(cast, amina):
    enquiry = passed_on(cast, amina)
    made = db.session.scalars(db.select(Release)).one()
    publication.withdraw(made, by=cast.officer, why="wrong hour", at=NOW + SECOND)
    same = publication.ready_results(cast.session, None)
    now = db.session.get(Result, db.session.scalars(same).one()).scores
    with pytest.raises(Refused):
        enquiries.decide_changed(enquiry, now, "", by=cast.officer, at=NOW + DAY)
    db.session.refresh(enquiry)
    assert enquiry.state is EnquiryState.accepted


def test_a_correction_that_waits_already_is_taken_and_not_doubled(cast, amina):
    enquiry = passed_on(cast, amina)
    waiting = cast.result(cast.amina, version=2, score_w=173, overall=173, grade="B")
    enquiries.decide_changed(enquiry, BETTER, "", by=cast.officer, at=NOW)
    assert enquiry.new_result == waiting


def test_an_amendment_leaves_a_release_that_is_not_out(cast, amina):
    wrong = cast.result(cast.amina, version=2, score_w=200, overall=178, grade="B")
    pending = release(cast, NOW + DAY, NOW)
    changed(cast, amina)
    db.session.refresh(wrong)
    assert wrong.release_id is None
    assert publication.published_result(cast.amina, at=NOW + DAY).version == 1
    assert pending.result_count == 1


def test_a_release_taken_back_before_its_instant_leaves_the_old_version(cast, amina):
    changed(cast, amina)
    made = release(cast, NOW + 2 * DAY, NOW)
    publication.withdraw(made, by=cast.officer, why="too early", at=NOW + DAY)
    later = NOW + 3 * DAY
    assert publication.published_result(cast.amina, at=later).version == 1
    assert offer(cast, later).going_on.known is Known.with_board


def test_the_trail_names_acts_and_no_marks(cast, amina):
    changed(cast, amina)
    acts = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id.desc())).all()
    names = [row.action for row in acts[:4]]
    assert names == [
        "enquiry_decided",
        "result_amended",
        "enquiry_accepted",
        "enquiry_requested",
    ]
    told = " ".join(row.detail for row in acts[:4])
    assert not tells(told, "173")
    assert "changed" not in told


# --- Races ----------------------------------------------------------------------------


def at_once(app, *acts):
    """Do acts in threads at one moment; return what each came to."""
    ready, outcomes = threading.Barrier(len(acts)), []
    db.session.commit()

    def do(act):
        with app.app_context():
            ready.wait()
            try:
                act()
                outcomes.append("done")
            except Refused as refused:
                outcomes.append(type(refused).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def ready_to_race(app):
    cast = Cast()
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    keys = (cast.amina.id, account.id, cast.clerk.id, cast.officer.id)
    return cast, keys


def test_two_requests_at_once_are_one(own_app):
    _, (entry, account, *_) = ready_to_race(own_app)

    def ask():
        enquiries.request(
            db.session.get(Entry, entry),
            RECHECK,
            "",
            by=db.session.get(CandidateAccount, account),
            at=NOW,
        )

    assert at_once(own_app, ask, ask) == ["Conflict", "done"]
    assert kinds() == ["enquiry_for_centre", "enquiry_received"]


def test_two_officers_who_decide_at_once_write_one_version(own_app):
    cast, (_, account, _, officer) = ready_to_race(own_app)
    enquiry = passed_on(cast, db.session.get(CandidateAccount, account)).id
    user = type(cast.officer)

    def decide():
        enquiries.decide_changed(
            db.session.get(Enquiry, enquiry),
            BETTER,
            "",
            by=db.session.get(user, officer),
            at=NOW,
        )

    assert at_once(own_app, decide, decide) == ["Conflict", "done"]
    assert db.session.scalar(db.select(db.func.max(Result.version))) == 2
    row = db.session.get(Enquiry, enquiry, populate_existing=True)
    assert (row.outcome, row.new_result.version) == (EnquiryOutcome.changed, 2)


def test_cancelled_or_passed_on_but_not_both(own_app):
    cast, (_, account, clerk, _) = ready_to_race(own_app)
    enquiry = asked(cast, db.session.get(CandidateAccount, account)).id
    user = type(cast.officer)

    def cancel():
        owner = db.session.get(CandidateAccount, account)
        enquiries.cancel(db.session.get(Enquiry, enquiry), by=owner, at=NOW)

    def accept():
        by = db.session.get(user, clerk)
        enquiries.accept(db.session.get(Enquiry, enquiry), by=by, at=NOW)

    assert at_once(own_app, cancel, accept) == ["Conflict", "done"]


def test_she_shares_it_while_the_officer_amends_it(own_app, monkeypatch):
    cast, (entry, account, _, officer) = ready_to_race(own_app)
    enquiry = passed_on(cast, db.session.get(CandidateAccount, account)).id
    acme, user = cast.acme.id, type(cast.officer)
    hers, traced = threading.Event(), threading.Event()
    wished, trace = sharing.wished, enquiries._trace

    def slowly_wished(*args, **values):
        # The entry is hers until she is done, and the trail is not written yet.
        hers.set()
        traced.wait(1)
        return wished(*args, **values)

    def traced_first(*args, **values):
        trace(*args, **values)
        traced.set()

    monkeypatch.setattr(sharing, "wished", slowly_wished)
    monkeypatch.setattr(enquiries, "_trace", traced_first)

    def share():
        rows = db.session.get(Entry, entry), db.session.get(Organisation, acme)
        by = db.session.get(CandidateAccount, account)
        db.session.commit()
        sharing.share(*rows, by=by, at=NOW)

    def decide():
        row, by = db.session.get(Enquiry, enquiry), db.session.get(user, officer)
        db.session.commit()
        hers.wait(5)
        enquiries.decide_changed(row, BETTER, "", by=by, at=NOW)

    assert at_once(own_app, share, decide) == ["done", "done"]
