"""What organisations ask for, and what shared results make of it."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import AuditRow, Entry, ExamSession, Requirement, Result, Share
from app.services import requirements
from app.services.requirements import Fit, Terms, fitting, keeping
from app.values import (
    ComponentCode,
    ExamCode,
    MemberRole,
    Mode,
    ResultStatus,
    ShareScope,
)
from tests.cast import NOW, save

C = ComponentCode
FCE = ExamCode.FCE
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def asked(cast, programme="", exam=FCE, **values):
    """Acme asks for something of an exam."""
    return requirements.save(Terms(programme, exam, **values), by=cast.verifier, at=NOW)


def made(exam=FCE, day=date(2026, 11, 14), **values):
    """An entry and its result, of 172 and Grade C, written nowhere."""
    graded = {"overall": 172, "grade": "C", "cefr": "B2", "score_r": 172}
    graded |= {"score_u": 170, "score_w": 168, "score_l": 168, "score_s": 175}
    session = ExamSession(code="X", exam=exam, exam_date=day)
    entry = Entry(id=1, session=session)
    return entry, Result(entry=entry, status=ResultStatus.graded, **graded | values)


def verdicts(cast, scope=ShareScope.components, on=TODAY, **values):
    entry, result = made(**values)
    found = requirements.verdicts(cast.acme.id, [(entry, result, scope)], on=on)
    return [(one.programme, one.fit, one.reasons) for one in found[entry.id]]


def fits(cast, **values):
    return [fit for _, fit, _ in verdicts(cast, **values)]


# --- What a result makes of it --------------------------------------------------------


def test_who_lists_no_exams_judges_nothing(cast):
    assert verdicts(cast) == []


def test_what_is_enough_meets_and_says_no_more(cast):
    asked(cast, overall=172, scores={C.L: 168}, months=24)
    assert verdicts(cast) == [("", Fit.meets, ())]


def test_each_score_that_is_too_low_is_named_with_what_is_wanted(cast):
    asked(cast, overall=180, scores={C.L: 175, C.R: 172})
    (verdict,) = verdicts(cast)
    assert verdict == (
        "",
        Fit.does_not,
        ("Overall 172, at least 180 wanted", "Listening 168, at least 175 wanted"),
    )


def test_a_score_below_what_its_exam_reports_is_not_given_away(cast):
    asked(cast, scores={C.L: 175})
    (verdict,) = verdicts(cast, score_l=103)
    assert verdict[2] == ("Listening below 122, at least 175 wanted",)


def test_parts_that_are_not_shared_cannot_be_told(cast):
    asked(cast, overall=170, scores={C.L: 175})
    (verdict,) = verdicts(cast, scope=ShareScope.overall)
    assert verdict[1:] == (
        Fit.cannot_tell,
        ("Listening is not shown, at least 175 wanted",),
    )
    # What can be seen and speaks against it is said even so, and nothing else.
    (verdict,) = verdicts(cast, scope=ShareScope.overall, overall=165)
    assert verdict[1:] == (Fit.does_not, ("Overall 165, at least 170 wanted",))


def test_nothing_of_a_hidden_part_shows_whatever_it_is(cast):
    asked(cast, scores={C.L: 175})
    seen = [
        verdicts(cast, scope=ShareScope.overall, score_l=score)
        for score in (103, 174, 175, 190, None)
    ]
    assert all(one == seen[0] for one in seen)


@pytest.mark.parametrize(
    ("values", "fit"),
    [
        ({"overall": 130, "grade": None, "cefr": None}, Fit.does_not),
        ({"overall": 150, "grade": "Level B1", "cefr": "B1"}, Fit.meets),
        (
            {"exam": ExamCode.DELTA1, "overall": None, "grade": "Fail", "cefr": None},
            Fit.does_not,
        ),
        (
            {"exam": ExamCode.DELTA1, "overall": None, "grade": "Pass", "cefr": None},
            Fit.meets,
        ),
        (
            {"exam": ExamCode.YLEM, "overall": 11, "grade": None, "cefr": None},
            Fit.meets,
        ),
    ],
)
def test_without_a_minimum_all_that_certifies_something_meets(cast, values, fit):
    asked(cast, exam=values.get("exam", FCE))
    assert fits(cast, **values) == [fit]


def test_scores_from_before_the_scale_cannot_be_told(cast):
    asked(cast, overall=160)
    before = {"day": date(2014, 12, 6), "overall": 76, "grade": "B", "score_r": None}
    (verdict,) = verdicts(cast, **before)
    assert verdict[1:] == (
        Fit.cannot_tell,
        ("its scores are not on the scale of today",),
    )
    # A failed one does not meet on any scale, and one that is too old neither.
    assert fits(cast, **before | {"grade": "E", "cefr": None}) == [Fit.does_not]
    asked(cast, "Master’s", months=24)
    assert fits(cast, **before) == [Fit.does_not, Fit.cannot_tell]


def test_each_programme_is_judged_by_itself_everything_else_last(cast):
    asked(cast, overall=160)
    asked(cast, "Master’s", overall=180)
    asked(cast, "Bachelor’s", ExamCode.CAE, overall=180)
    found = verdicts(cast)
    # For the Bachelor’s, B2 First counts as it does for everything else.
    assert [one[:2] for one in found] == [("Master’s", Fit.does_not), ("", Fit.meets)]


def test_an_exam_that_a_programme_does_not_list_does_not_meet(cast):
    asked(cast, "Bachelor’s", ExamCode.CAE)
    asked(cast, "Master’s", overall=160)
    assert verdicts(cast) == [
        ("Bachelor’s", Fit.does_not, ("B2 First is not among its exams",)),
        ("Master’s", Fit.meets, ()),
    ]
    assert verdicts(cast, exam=ExamCode.PET) == [
        ("", Fit.does_not, ("B1 Preliminary is not among the exams you list",))
    ]


def test_what_another_organisation_asks_for_is_theirs(cast):
    other = cast.organisation("Other College", "other.example")
    requirements.save(
        Terms("", FCE, overall=190),
        by=cast.member(other, "clerk@other.example"),
        at=NOW,
    )
    assert verdicts(cast) == []


# --- How old it may be ----------------------------------------------------------------


def by_the_calendar(taken, months):
    """The day of the exam and so many months: the last day on which it counts."""
    years, month = divmod(taken.month - 1 + months, 12)
    year, month = taken.year + years, month + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(taken.day, last))


DAYS = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@given(taken=DAYS, months=st.integers(1, 240), more=st.integers(-40, 40))
def test_an_exam_counts_to_its_day_some_months_on_and_no_longer(taken, months, more):
    last = by_the_calendar(taken, months)
    on = last + timedelta(days=more)
    assert (fitting.months_needed(taken, on) <= months) == (on <= last)


@pytest.mark.parametrize(
    ("taken", "months", "last"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2024, 11, 14), 24, date(2026, 11, 14)),
    ],
)
def test_a_month_without_that_day_ends_on_its_last(cast, taken, months, last):
    asked(cast, months=months)
    assert fits(cast, day=taken, on=last) == [Fit.meets]
    late = verdicts(cast, day=taken, on=last + timedelta(days=1))
    assert late[0][1] is Fit.does_not
    assert "taken more than" in late[0][2][0]


# --- The same as a condition ----------------------------------------------------------

PROGRAMMES = ("", "Bachelor’s", "Master’s")
EXAMS = (FCE, ExamCode.KET, ExamCode.DELTA1, ExamCode.CAE)
RESULTS = (
    {},
    {"overall": 165, "grade": "C"},
    {"overall": 185, "grade": "A", "cefr": "C1", "score_l": 190},
    {"overall": 130, "grade": None, "cefr": None},
    {"overall": None, "grade": "Fail", "cefr": None, "score_l": None},
    {"score_l": None},
)
DAYS_TAKEN = (
    date(2014, 12, 6),
    date(2015, 3, 1),
    date(2024, 2, 29),
    date(2026, 11, 14),
)


@pytest.fixture
def world(cast):
    """Shares of every kind of result, of several exams and days, in each scope."""
    account = cast.account(cast.amina)
    number = 1000
    for exam in EXAMS:
        for day in DAYS_TAKEN:
            session = ExamSession(
                code=f"{exam}-{day:%y%m}",
                exam=exam,
                mode=Mode.paper,
                label="x",
                exam_date=day,
                final_date=date(2026, 12, 19),
            )
            for values in RESULTS:
                number += 1
                scopes = list(ShareScope)
                share_of(cast, account, session, number, values, scopes[number % 3])
    db.session.commit()
    cast.result(cast.boris)
    release = cast.released(instant=NOW)
    db.session.execute(db.update(Result).values(release_id=release.id))
    db.session.commit()
    return cast


def share_of(cast, account, session, number, values, scope):
    entry = Entry(
        session=session,
        centre=cast.it024,
        candidate_number=str(number),
        first_name="Ana",
        family_name=f"No{number}",
        folded_name="ana",
        date_of_birth=date(2009, 1, 1),
        statement_number=f"26XIT024{number}",
        created_at=NOW,
    )
    result = made(**values)[1]
    result.entry, result.version, result.imported_at = entry, 1, NOW
    share = Share(
        entry=entry,
        organisation=cast.acme,
        account=account,
        at=NOW,
        terms_version="x",
        scope=scope,
    )
    db.session.add_all([entry, result, share])


@pytest.mark.parametrize(
    "terms",
    [
        [],
        [Terms("", FCE)],
        [Terms("", FCE, overall=170), Terms("", ExamCode.DELTA1, months=24)],
        [Terms("", FCE, scores={C.L: 170}), Terms("Master’s", FCE, months=33)],
        [Terms("", FCE, overall=160, scores={C.R: 172}, months=12)],
        [Terms("Bachelor’s", ExamCode.KET, overall=140), Terms("Master’s", FCE)],
        [Terms("Master’s", ExamCode.CAE, overall=180), Terms("", FCE, overall=170)],
        [Terms("Master’s", FCE, overall=180), Terms("", FCE, scores={C.S: 176})],
    ],
    ids=range(8),
)
def test_the_filter_finds_what_the_page_says(cast, terms, world):
    for one in terms:
        requirements.save(one, by=cast.verifier, at=NOW)
    at, on = NOW + HOUR, date(2026, 11, 28)
    shares = db.session.scalars(db.select(Share)).all()
    results = {row.entry_id: row for row in db.session.scalars(db.select(Result))}
    found = requirements.verdicts(
        cast.acme.id,
        [(share.entry, results[share.entry_id], share.scope) for share in shares],
        on=on,
    )

    def keys(condition):
        return set(db.session.scalars(db.select(Share.id).where(condition)))

    listed = keeping.programmes(cast.acme.id)
    for programme in (None, *listed):
        says = {
            share.id: {
                one.fit for one in applying(found[share.entry_id], programme, listed)
            }
            for share in shares
        }
        options = {"on": on, "at": at, "programme": programme}
        met = keys(requirements.met(cast.acme.id, **options))
        missed = keys(requirements.missed(cast.acme.id, **options))
        assert met == {key for key, fits in says.items() if Fit.meets in fits}
        assert missed == {key for key, fits in says.items() if fits == {Fit.does_not}}
        assert not (terms and programme is None) or missed


def applying(found, programme, _listed):
    """Which verdicts are about a programme: its own, or that of everything else."""
    if programme is None:
        return found
    own = [one for one in found if one.programme == programme]
    return own or [one for one in found if one.programme == ""]


def test_the_filter_knows_nothing_of_a_result_that_is_not_out(cast):
    asked(cast, overall=160)
    cast.result(cast.amina)
    save(
        Share(
            entry=cast.amina,
            organisation=cast.acme,
            account=cast.account(cast.amina),
            at=NOW,
            terms_version="x",
        )
    )
    cast.released(instant=NOW + HOUR)

    def found(at):
        options = {"on": TODAY, "at": at}
        which = (requirements.met, requirements.missed)
        conditions = [one(cast.acme.id, **options) for one in which]
        rows = db.select(Share.id)
        return [len(db.session.scalars(rows.where(c)).all()) for c in conditions]

    assert found(NOW) == [0, 0]
    assert found(NOW + HOUR) == [1, 0]
    assert db.session.scalar(db.select(db.func.count(Share.id))) == 1


# --- In words, before sharing ---------------------------------------------------------


def test_candidates_read_a_sentence_for_each_programme(cast):
    def read(exam=FCE):
        return requirements.for_candidate(cast.acme, exam, on=TODAY)

    assert read() == []
    asked(cast, overall=170)
    assert read() == ["Overall at least 170."]
    asked(cast, "Master’s", overall=180, scores={C.L: 175}, months=24)
    assert read() == [
        "Master’s: overall at least 180, Listening at least 175, taken in the last"
        " 24 months.",
        "Everything else: overall at least 170.",
    ]
    assert read(ExamCode.PET) == [
        "B1 Preliminary is not among the exams that they list."
    ]


# --- Writing it down ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms("", FCE, overall=191), "overall"),
        (Terms("", FCE, overall=79), "overall"),
        (Terms("", FCE, scores={C.L: 300}), "score_l"),
        (Terms("", FCE, scores={C.RW: 170}), "score_rw"),
        (Terms("", ExamCode.YLEM, scores={C.L: 6}), "score_l"),
        (Terms("", ExamCode.YLEM, overall=16), "overall"),
        (Terms("", ExamCode.DELTA1, overall=1), "overall"),
        (Terms("", FCE, months=0), "months"),
        (Terms("", FCE, months=241), "months"),
        (Terms("x" * 121, FCE), "programme"),
    ],
)
def test_what_no_result_can_have_is_refused_beside_its_field(cast, terms, field):
    with pytest.raises(Refused) as refused:
        requirements.save(terms, by=cast.verifier, at=NOW)
    assert refused.value.field == field
    assert keeping.of(cast.acme.id) == []


@pytest.mark.parametrize("programme", ["", "Master’s", " MASTER’S "])
def test_one_programme_asks_once_of_an_exam(cast, programme):
    asked(cast, "Master’s" if programme else "")
    with pytest.raises(Refused) as refused:
        asked(cast, programme, overall=170)
    assert refused.value.field == "exam"
    asked(cast, programme, ExamCode.CAE)
    assert len(keeping.programmes(cast.acme.id)) == 1


def test_every_user_says_it_differently_and_deletes_it_and_the_trail_knows(cast):
    row = asked(cast, "Master’s", overall=170)
    colleague = cast.member(cast.acme, "two@acme.example", role=MemberRole.admin)
    terms = Terms("Master’s", FCE, overall=180)
    requirements.save(terms, instead_of=row, by=colleague, at=NOW)
    assert [one.overall for one in keeping.of(cast.acme.id)] == [180]
    requirements.delete(row, by=colleague, at=NOW)
    assert keeping.of(cast.acme.id) == []
    about = db.select(AuditRow.action, AuditRow.actor).where(
        AuditRow.subject == f"requirement:{row.reference}"
    )
    first, second = (f"member:{one.reference}" for one in (cast.verifier, colleague))
    assert db.session.execute(about.order_by(AuditRow.id)).all() == [
        ("requirement_saved", first),
        ("requirement_saved", second),
        ("requirement_deleted", second),
    ]
    for late in (
        lambda: requirements.delete(row, by=colleague, at=NOW),
        lambda: requirements.save(terms, instead_of=row, by=colleague, at=NOW),
    ):
        with pytest.raises(Conflict):
            late()


def test_nobody_touches_what_another_organisation_asks_for(cast):
    row = asked(cast, overall=170)
    other = cast.organisation("Other College", "other.example")
    stranger = cast.member(other, "clerk@other.example")
    with pytest.raises(NotFound):
        requirements.own(stranger, row.reference)
    with pytest.raises(Conflict):
        requirements.delete(row, by=stranger, at=NOW)
    terms = Terms("", FCE, overall=180)
    with pytest.raises(Conflict):
        requirements.save(terms, instead_of=row, by=stranger, at=NOW)
    assert [one.overall for one in keeping.of(cast.acme.id)] == [170]


def test_a_list_that_is_full_says_so(cast, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    asked(cast)
    asked(cast, "Master’s")
    with pytest.raises(Refused, match="delete some first"):
        asked(cast, "Bachelor’s")
    assert db.session.query(Requirement).count() == 2
