"""A link that shows one result: who makes it, what opens it, and how it ends."""

import threading
from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused, TooManyTries
from app.extensions import db
from app.models import AuditRow, Mail, Photo, Release, ShareLink, ShareLinkLook
from app.services import access, corrections, links, publication
from app.services.links import addressing, opening
from app.values import ResultStatus, ShareScope, ShareState
from tests.cast import NOW, Cast, save
from tests.telling import tells

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
BORN = date(2008, 7, 1)
UNTIL = date(2027, 1, 13)


@pytest.fixture
def boris(cast):
    """Boris's account; he is 18, and his result is out."""
    cast.result(cast.boris)
    account = cast.account(cast.boris)
    cast.released()
    return account


def make(entry, account, *, at=NOW, **wish):
    wished = {"expires_on": UNTIL, "scope": ShareScope.components, "purpose": ""}
    return links.make(entry, by=account, at=at, **{**wished, **wish})


def look(link, born=BORN, *, at=NOW, address="192.0.2.7", browser="Firefox/140"):
    token = link if isinstance(link, str) else addressing.token(link)
    return links.opened(token, born, address=address, browser=browser, at=at)


def told(kind):
    query = db.select(Mail).where(Mail.kind == kind).order_by(Mail.id)
    return db.session.scalars(query).all()


def acts():
    return list(db.session.scalars(db.select(AuditRow.action).order_by(AuditRow.id)))


def looks():
    return db.session.scalars(db.select(ShareLinkLook)).all()


# --- Making one -----------------------------------------------------------------------


def test_boris_makes_a_link_and_is_told_of_it(cast, boris):
    link = make(cast.boris, boris, purpose="  My   CV ")
    assert (link.purpose, link.scope) == ("My CV", ShareScope.components)
    assert link.expires_at > NOW + 29 * DAY
    (mail,) = told("link_made")
    assert mail.address == boris.email
    assert mail.values["until"] == UNTIL.isoformat()
    assert "My CV" not in str(mail.values)
    row = db.session.scalars(db.select(AuditRow).order_by(AuditRow.id.desc())).first()
    assert (row.action, row.subject) == ("link_made", f"link:{link.reference}")
    assert "My CV" not in row.detail


def test_the_address_is_on_our_own_host_and_half_of_it_is_in_no_table(cast, boris):
    link = make(cast.boris, boris)
    address = links.address(link)
    start, _, token = address.rpartition("/")
    assert start == "http://127.0.0.1:8000/verify"
    reference, _, signature = token.partition(".")
    assert reference == link.reference
    assert len(signature) == 22
    row = {column.key: str(getattr(link, column.key)) for column in link.__table__.c}
    assert not any(signature in value for value in row.values())


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (None, "last day"),
        (date(2026, 12, 14), "after today"),
        (date(1999, 1, 1), "after today"),
        (date(2027, 12, 15), "12 months"),
        (date(9999, 12, 31), "12 months"),
    ],
)
def test_a_link_ends_within_a_year(cast, boris, day, said):
    with pytest.raises(Refused) as refusal:
        make(cast.boris, boris, expires_on=day)
    assert refusal.value.field == "expires_on"
    assert said in str(refusal.value)
    assert make(cast.boris, boris, expires_on=date(2027, 12, 14))


def test_the_usual_link_lasts_thirty_days_on_the_boards_calendar(app):
    # Half past midnight in Rome is still the day before in Greenwich.
    late = NOW.replace(hour=23, minute=30)
    assert links.usual_last_day(late) == date(2027, 1, 14)


def test_nobody_makes_a_link_to_the_result_of_another(cast, boris):
    amina = cast.account(cast.amina)
    with pytest.raises(NotFound):
        make(cast.boris, amina)
    boris.ended_at = NOW
    db.session.commit()
    with pytest.raises(NotFound):
        make(cast.boris, boris)
    assert db.session.scalars(db.select(ShareLink)).all() == []


def test_only_a_graded_result_that_is_out_can_be_linked_to(cast):
    cast.result(cast.boris)
    account = cast.account(cast.boris)
    cast.released(instant=NOW)
    with pytest.raises(Refused, match="no result"):
        make(cast.boris, account, at=NOW - SECOND)
    zoe = cast.entry("0003", "Zoe", "Absent", birth=BORN)
    cast.result(zoe, status=ResultStatus.absent_all)
    cast.released()
    with pytest.raises(Refused, match="no result"):
        make(zoe, cast.account(zoe))


def test_a_photo_can_be_shown_only_where_there_is_one(cast, boris):
    with pytest.raises(Refused) as refusal:
        make(cast.boris, boris, scope=ShareScope.photo)
    assert refusal.value.field == "scope"
    photo = Photo(entry=cast.boris, source_hash="0" * 64, width=300, height=400)
    photo.imported_at = NOW
    save(photo)
    assert make(cast.boris, boris, scope=ShareScope.photo)


def test_a_form_that_is_sent_twice_makes_one_link(cast, boris):
    link = make(cast.boris, boris)
    assert make(cast.boris, boris, at=NOW + SECOND) == link
    assert len(told("link_made")) == acts().count("link_made") == 1
    # Another wish, a minute later, or an end in between: then another is meant.
    assert make(cast.boris, boris, scope=ShareScope.overall) != link
    links.revoke(link, by=boris, at=NOW + SECOND)
    again = make(cast.boris, boris, at=NOW + 2 * SECOND)
    assert again != link
    assert make(cast.boris, boris, at=NOW + 62 * SECOND) not in (link, again)


def test_ten_links_work_at_a_time(cast, boris):
    names = map(str, range(links.MOST_LIVE))
    made = [make(cast.boris, boris, purpose=name) for name in names]
    with pytest.raises(Refused, match="ten links"):
        make(cast.boris, boris)
    links.revoke(made[0], by=boris, at=NOW)
    assert make(cast.boris, boris)
    # Those whose day is over do not count.
    later = made[1].expires_at
    assert make(cast.boris, boris, at=later, expires_on=date(2027, 3, 1))


@pytest.mark.parametrize(
    ("born", "first"),
    [
        (date(2009, 3, 5), date(2027, 3, 5)),
        # On 29 February they turn 18 on 1 March, unless there is a 29 February.
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 12, 31), date(2026, 12, 31)),
    ],
)
def test_links_are_for_those_who_are_18(app, cast, born, first):
    entry = cast.entry("0009", "Zoe", "Young", birth=born)
    assert links.open_from(entry) == first
    rome = timedelta(hours=1)
    midnight = NOW.replace(year=first.year, month=first.month, day=first.day, hour=0)
    midnight -= rome
    assert not links.open_to(entry, at=midnight - SECOND)
    assert links.open_to(entry, at=midnight)


def test_somebody_of_17_makes_none_unless_the_board_lets_them(app, cast, monkeypatch):
    cast.result(cast.amina)
    account = cast.account(cast.amina)
    cast.released()
    with pytest.raises(Refused, match="18th birthday") as refusal:
        make(cast.amina, account)
    assert refusal.value.status == 403
    monkeypatch.setitem(app.config, "ESITO_LINKS_FOR_MINORS", True)
    link = make(cast.amina, account)
    born = cast.amina.date_of_birth
    assert look(link, born)
    # Switched off again, it opens nothing at once.
    monkeypatch.setitem(app.config, "ESITO_LINKS_FOR_MINORS", False)
    with pytest.raises(Refused):
        look(link, born)
    assert links.one(link, at=NOW).state is ShareState.suspended
    assert links.one(link, at=NOW).address == ""


# --- Opening it -----------------------------------------------------------------------


def test_the_right_date_opens_it_and_boris_is_told_of_each_look(cast, boris):
    link = make(cast.boris, boris)
    found, entry, result = look(link)
    assert (found.id, entry.id, result.overall) == (link.id, cast.boris.id, 172)
    look(link, at=NOW + SECOND, browser="x" * 900)
    assert [len(row.browser) for row in looks()] == [11, 200]
    first, second = told("link_looked")
    assert first.address == second.address == boris.email
    assert first.values["path"] == f"/candidate/links/{link.reference}"
    assert not tells(str(first.values), "172")
    row = links.one(link, at=NOW + DAY)
    assert (row.looks, row.last_look) == (2, NOW + SECOND)


def test_a_mailbox_is_not_flooded_and_no_look_is_lost(cast, boris, monkeypatch):
    monkeypatch.setattr(opening, "MAILS_A_DAY", 3)
    link = make(cast.boris, boris)
    for n in range(5):
        look(link, at=NOW + n * SECOND)
    assert len(told("link_looked")) == 3
    assert len(looks()) == 5
    look(link, at=NOW + DAY)
    assert len(told("link_looked")) == 4


def test_whatever_is_wrong_is_answered_with_one_sentence(cast, boris):
    link = make(cast.boris, boris, expires_on=date(2026, 12, 15))
    token = addressing.token(link)
    other = make(cast.boris, boris)
    ended = make(cast.boris, boris)
    links.revoke(ended, by=boris, at=NOW)
    forged = f"{link.reference}.{addressing.token(other).partition('.')[2]}"
    wrong = [
        (token, date(2008, 7, 2), NOW),
        (token, BORN, NOW + 3 * DAY),
        (addressing.token(ended), BORN, NOW),
        (forged, BORN, NOW),
        (link.reference, BORN, NOW),
        (f"{link.reference}.", BORN, NOW),
        (token[:-1], BORN, NOW),
        (f"{token}=", BORN, NOW),
        (f"{token}.x", BORN, NOW),
        (token.upper(), BORN, NOW),
        (f"{'x' * 22}.{'y' * 22}", BORN, NOW),
        ("", BORN, NOW),
        (".", BORN, NOW),
        ("ünï.cödé" * 90, BORN, NOW),
        ("\udcff.\udcff", BORN, NOW),
    ]
    answers = set()
    for n, (given, born, at) in enumerate(wrong):
        with pytest.raises(Refused) as refusal:
            look(given, born, at=at, address=f"192.0.2.{n}")
        answers.add((str(refusal.value), refusal.value.status, refusal.value.field))
    assert len(answers) == 1
    assert looks() == []
    assert told("link_looked") == []
    assert look(token)


def test_a_result_taken_back_is_answered_like_a_wrong_date(cast, boris):
    link = make(cast.boris, boris)
    release = db.session.scalars(db.select(Release)).one()
    publication.withdraw(release, by=cast.officer, why="a mistake", at=NOW + SECOND)
    with pytest.raises(Refused, match="does not open"):
        look(link, at=NOW + SECOND)
    with pytest.raises(NotFound):
        links.again(addressing.token(link), at=NOW + SECOND)
    assert looks() == []


def test_one_result_withdrawn_is_seen_by_nobody(cast, boris):
    link = make(cast.boris, boris)
    result = publication.published_result(cast.boris, at=NOW)
    corrections.withdraw_result(result, by=cast.officer, why="malpractice", at=NOW)
    with pytest.raises(Refused):
        look(link, at=NOW + SECOND)


def test_a_correction_is_shown_from_its_instant_on(cast, boris):
    link, later = make(cast.boris, boris), NOW + DAY
    cast.result(cast.boris, version=2, overall=173, grade="B")
    release = publication.propose(cast.session, None, later, by=cast.officer, at=NOW)
    publication.approve(release, by=cast.approver, at=NOW)
    token = addressing.token(link)
    assert links.again(token, at=later - SECOND)[2].overall == 172
    assert links.again(token, at=later)[2].overall == 173


def test_a_key_of_another_purpose_or_another_board_opens_nothing(cast, boris, app):
    link = make(cast.boris, boris)
    token = addressing.token(link)
    assert addressing.reference_in(token) == link.reference
    key = app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another board's key, which is not ours"
    try:
        assert addressing.reference_in(token) == ""
    finally:
        app.config["SECRET_KEY"] = key


def test_wrong_dates_are_slowed_down_and_a_right_one_is_forgiven(cast, boris):
    link = make(cast.boris, boris)
    for _ in range(4):
        with pytest.raises(Refused, match="does not open"):
            look(link, date(2000, 1, 1))
    assert look(link)
    for _ in range(5):
        with pytest.raises(Refused, match="does not open"):
            look(link, date(2000, 1, 1))
    with pytest.raises(TooManyTries):
        look(link)
    # Somebody elsewhere is not held up by it.
    assert look(link, address="198.51.100.1")


def test_unknown_links_are_slowed_down_in_the_same_way(app):
    for _ in range(5):
        with pytest.raises(Refused, match="does not open"):
            look("never.made")
    with pytest.raises(TooManyTries):
        look("never.made")


def test_a_guesser_with_many_addresses_ends_the_link_and_boris_is_told(cast, boris):
    link = make(cast.boris, boris)
    for n in range(opening.MOST_WRONG):
        with pytest.raises(Refused, match="does not open"):
            look(link, date(1990, 1, 1), address=f"10.0.0.{n}", at=NOW + n * DAY / 10)
    later = NOW + 6 * DAY
    with pytest.raises(Refused, match="does not open"):
        look(link, address="10.9.9.9", at=later)
    (mail,) = told("link_ended")
    assert mail.address == boris.email
    assert links.one(link, at=later).state is ShareState.withdrawn
    assert acts()[-1] == "link_revoked"


# --- Ending it ------------------------------------------------------------------------


def test_an_ended_link_shows_nothing_at_once(cast, boris):
    link = make(cast.boris, boris)
    look(link)
    token = addressing.token(link)
    assert links.again(token, at=NOW)
    links.revoke(link, by=boris, at=NOW + SECOND)
    with pytest.raises(NotFound):
        links.again(token, at=NOW + SECOND)
    with pytest.raises(Refused):
        look(link, at=NOW + SECOND)
    with pytest.raises(Conflict):
        links.revoke(link, by=boris, at=NOW + SECOND)
    assert acts().count("link_revoked") == 1


def test_an_expired_link_shows_nothing_from_the_end_of_its_last_day(cast, boris):
    link = make(cast.boris, boris, expires_on=date(2026, 12, 15))
    token, end = addressing.token(link), link.expires_at
    assert end == NOW.replace(day=15, hour=23)
    assert links.again(token, at=end - SECOND)
    with pytest.raises(NotFound):
        links.again(token, at=end)
    assert links.one(link, at=end).state is ShareState.expired


def test_nobody_ends_or_finds_the_link_of_another(cast, boris):
    link, amina = make(cast.boris, boris), cast.account(cast.amina)
    with pytest.raises(NotFound):
        access.own_link(amina, link.reference)
    with pytest.raises(NotFound):
        links.revoke(link, by=amina, at=NOW)
    assert access.own_link(boris, link.reference) == link
    assert links.of(amina, at=NOW) == []
    assert [row.link for row in links.of(boris, at=NOW)] == [link]


def test_a_link_dies_when_its_entry_becomes_somebody_elses(cast, boris):
    link = make(cast.boris, boris)
    cast.boris.account = cast.account(cast.amina)
    db.session.commit()
    with pytest.raises(Refused):
        look(link)
    with pytest.raises(NotFound):
        links.again(addressing.token(link), at=NOW)


def test_all_links_end_with_the_account(cast, boris):
    made = [make(cast.boris, boris, purpose=name) for name in "abc"]
    links.revoke(made[0], by=boris, at=NOW)
    assert links.end_all(boris, at=NOW + SECOND) == 2
    assert links.end_all(boris, at=NOW + SECOND) == 0
    for link in made:
        with pytest.raises(NotFound):
            links.again(addressing.token(link), at=NOW + SECOND)
    assert acts().count("link_revoked") == 3


def test_links_that_work_stand_before_those_that_are_over(cast, boris):
    old = make(cast.boris, boris, at=NOW)
    new = make(cast.boris, boris, at=NOW + SECOND, purpose="My CV")
    links.revoke(new, by=boris, at=NOW + SECOND)
    rows = links.of_entry(cast.boris, at=NOW + 2 * SECOND).rows
    assert [row.link for row in rows] == [old, new]
    assert [bool(row.address) for row in rows] == [True, False]


def test_looks_are_paged_newest_first(cast, boris):
    link = make(cast.boris, boris)
    rows = [
        ShareLinkLook(link_id=link.id, at=NOW + n * SECOND, browser=str(n))
        for n in range(opening.LOOKS_ROWS + 2)
    ]
    db.session.add_all(rows)
    db.session.commit()
    first, second = links.looks_at(link), links.looks_at(link, 2)
    assert (first.rows[0].browser, first.has_next) == ("51", True)
    assert ([row.browser for row in second.rows], second.has_next) == (
        ["1", "0"],
        False,
    )
    assert links.looks_at(link, 10**30).rows == []


def test_an_eleventh_link_is_not_made_by_two_at_once(own_app):
    cast = Cast()
    cast.result(cast.boris)
    account = cast.account(cast.boris)
    cast.released()
    for n in range(links.MOST_LIVE - 1):
        make(cast.boris, account, purpose=str(n))
    entry_id, account_id = cast.boris.id, account.id
    gate, done = threading.Barrier(2), []

    def one_more(purpose):
        with own_app.app_context():
            entry = db.session.get(type(cast.boris), entry_id)
            by = db.session.get(type(account), account_id)
            db.session.commit()
            gate.wait()
            try:
                make(entry, by, purpose=purpose)
                done.append("made")
            except Refused:
                done.append("refused")
            db.session.remove()

    threads = [threading.Thread(target=one_more, args=[who]) for who in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["made", "refused"]
