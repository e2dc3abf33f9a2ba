"""How a candidate gets their certificate: asked for, changed, cancelled."""

from datetime import date, timedelta

import pytest

from app.errors import Conflict, NotFound, Refused
from app.extensions import db
from app.models import CentreRules, Certificate, Mail
from app.services import certificates
from app.services.certificates import arranging, authorisation, collection
from app.services.certificates.arranging import Wish
from app.values import DayPart
from tests.cast import NOW, save
from tests.papers import words

DAY = timedelta(days=1)
# NOW is Monday 14 December 2026.
TODAY = NOW.date()
TUESDAY = date(2026, 12, 15)


@pytest.fixture
def arrived(cast):
    cast.result(cast.amina)
    cast.released(instant=NOW - 3 * DAY)
    cast.account(cast.amina)
    certificates.send(cast.session, None, TODAY - DAY, by=cast.officer, at=NOW)
    row = db.session.scalars(db.select(Certificate)).one()
    collection.arrive([row], TODAY, by=cast.clerk, at=NOW)
    return row


def arrange(cast, row, at=NOW, by=None, **wish):
    by = by or cast.amina.account
    arranging.arrange(row, Wish(**wish), by=by, at=at)


def morning(day):
    return {"collect_on": day, "part": DayPart.morning}


def test_she_comes_on_a_working_day(cast, arrived):
    arrange(cast, arrived, **morning(TUESDAY))
    assert (arrived.collect_on, arrived.collect_part) == (TUESDAY, DayPart.morning)
    assert arrived.collect_agreed_at is None
    # Nobody has missed a day before it is over.
    assert not arranging.missed(arrived, at=NOW + DAY)
    assert arranging.missed(arrived, at=NOW + 2 * DAY)


def test_a_change_has_to_be_confirmed_anew(cast, arrived):
    arrange(cast, arrived, **morning(TUESDAY))
    collection.agree(arrived, TUESDAY, DayPart.morning, by=cast.clerk, at=NOW)
    arrange(cast, arrived, **morning(TUESDAY + DAY), collector="Rita Benali")
    assert arrived.collect_agreed_at is None
    assert arrived.collector == "Rita Benali"
    arrange(cast, arrived, **morning(TUESDAY))
    assert arrived.collector == ""


def test_the_centre_offers_another_day_and_she_may_choose_one_again(cast, arrived):
    wednesday, thursday = Wish(TUESDAY + DAY, DayPart.afternoon), TUESDAY + 2 * DAY
    arrange(cast, arrived, **morning(TUESDAY), collector="Rita Benali")
    collection.agree(arrived, TUESDAY, DayPart.morning, by=cast.clerk, at=NOW)
    seen = (TUESDAY, DayPart.morning)
    arranging.offer(arrived, seen, wednesday, by=cast.clerk, at=NOW)
    assert (arrived.collect_on, arrived.collect_part) == (
        TUESDAY + DAY,
        DayPart.afternoon,
    )
    assert (arrived.collect_agreed_at, arrived.collector) == (NOW, "Rita Benali")
    mail = db.session.scalars(db.select(Mail).order_by(Mail.id.desc())).first()
    assert (mail.kind, mail.address) == ("certificate_moved", "amina@mail.example")
    assert (mail.values["day"], mail.values["part"]) == ("2026-12-16", "afternoon")
    arrange(cast, arrived, **morning(thursday))
    assert (arrived.collect_on, arrived.collect_agreed_at) == (thursday, None)


def test_the_centre_offers_no_day_on_which_nobody_can_come(cast, arrived):
    arrange(cast, arrived, **morning(TUESDAY))
    seen = (TUESDAY, DayPart.morning)
    for day in (None, TODAY, TUESDAY, date(2026, 12, 19), TODAY + 92 * DAY):
        wish = Wish(day, DayPart.morning)
        with pytest.raises(Refused):
            arranging.offer(arrived, seen, wish, by=cast.clerk, at=NOW)
    assert arrived.collect_on == TUESDAY
    assert arrived.collect_agreed_at is None


def test_the_centre_moves_no_appointment_that_she_has_changed_or_cancelled(
    cast, arrived
):
    seen, wish = (TUESDAY, DayPart.morning), Wish(TUESDAY + DAY, DayPart.morning)
    arrange(cast, arrived, **morning(TUESDAY + 2 * DAY))
    with pytest.raises(Conflict):
        arranging.offer(arrived, seen, wish, by=cast.clerk, at=NOW)
    arranging.cancel(arrived, by=cast.amina.account, at=NOW)
    for appointment in (seen, (None, None)):
        with pytest.raises(Conflict):
            arranging.offer(arrived, appointment, wish, by=cast.clerk, at=NOW)
    assert arrived.collect_on is None
    kinds = db.session.scalars(db.select(Mail.kind)).all()
    assert "certificate_moved" not in kinds


@pytest.mark.parametrize(
    "day",
    [
        None,
        TODAY - DAY,
        TODAY,
        # Saturday, Christmas, too far ahead.
        date(2026, 12, 19),
        date(2026, 12, 25),
        TODAY + timedelta(days=92),
    ],
)
def test_other_days_are_refused_at_their_field(cast, arrived, day):
    with pytest.raises(Refused) as refused:
        arrange(cast, arrived, **morning(day))
    assert refused.value.field == "collect_on"
    assert arrived.collect_on is None


def test_after_its_last_day_nothing_is_arranged(cast, arrived):
    arrived.keep_until = TUESDAY
    db.session.commit()
    with pytest.raises(Refused):
        arrange(cast, arrived, **morning(TUESDAY + DAY))
    arrange(cast, arrived, **morning(TUESDAY))


def test_the_first_day_is_the_next_working_day_of_the_centre(cast, arrived):
    friday = NOW + 4 * DAY
    assert arranging.first_day(arrived, at=friday) == date(2026, 12, 21)
    cast.it024.timezone = "Pacific/Auckland"
    db.session.commit()
    # It is Saturday there already.
    assert arranging.first_day(arrived, at=friday.replace(hour=20)) == date(
        2026, 12, 21
    )
    assert arranging.first_day(arrived, at=NOW.replace(hour=12)) == date(2026, 12, 16)


def test_morning_or_afternoon_has_to_be_said(cast, arrived):
    with pytest.raises(Refused) as refused:
        arrange(cast, arrived, collect_on=TUESDAY)
    assert refused.value.field == "part"


def test_it_is_posted_only_by_a_centre_that_does(cast, arrived):
    with pytest.raises(Refused) as refused:
        arrange(cast, arrived, post_to="Via Roma 1")
    assert refused.value.field == "post_to"
    save(CentreRules(centre=cast.it024, posts_certificates=True))
    arrange(cast, arrived, **morning(TUESDAY))
    arrange(cast, arrived, post_to=" Via Roma 1 ")
    assert (arrived.post_to, arrived.collect_on) == ("Via Roma 1", None)


def test_what_is_arranged_can_be_cancelled(cast, arrived):
    arrange(cast, arrived, **morning(TUESDAY), collector="Rita")
    arranging.cancel(arrived, by=cast.amina.account, at=NOW)
    left = (arrived.collect_on, arrived.collect_part, arrived.collector)
    assert left == (None, None, "")


def test_boris_arranges_nothing_for_amina(cast, arrived):
    boris = cast.account(cast.boris)
    with pytest.raises(NotFound):
        arrange(cast, arrived, by=boris, **morning(TUESDAY))
    with pytest.raises(NotFound):
        arranging.cancel(arrived, by=boris, at=NOW)


def test_a_schools_candidates_ask_their_school(cast, arrived):
    cast.amina.school = cast.liceo
    db.session.commit()
    with pytest.raises(Refused, match="school"):
        arrange(cast, arrived, **morning(TUESDAY))


def test_nothing_is_arranged_or_cancelled_once_it_is_gone(cast, arrived):
    collection.hand_over(arrived, "Amina", TODAY, by=cast.clerk, at=NOW)
    with pytest.raises(Conflict):
        arrange(cast, arrived, **morning(TUESDAY))
    with pytest.raises(Conflict):
        arranging.cancel(arrived, by=cast.amina.account, at=NOW)


def test_the_authorisation_names_both_and_asks_a_parent_to_sign(cast, arrived):
    arrange(cast, arrived, **morning(TUESDAY), collector="Željka Ćosić")
    paper = words(authorisation.to_collect(arrived, at=NOW))
    for said in (
        "Amina Benali",
        "Željka Ćosić",
        "15 December 2026",
        "in the morning",
        "Signature of a parent",
        "IT024",
    ):
        assert said in paper
    cast.amina.date_of_birth = date(2008, 12, 14)
    db.session.commit()
    grown = words(authorisation.to_collect(arrived, at=NOW))
    assert "Signature of the candidate" in grown
    assert "parent" not in grown
