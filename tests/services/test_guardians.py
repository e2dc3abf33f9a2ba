"""Whom a child's parent hears from: until the 14th birthday, and not of the account."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Mail
from app.services import announcing, notices, sharing
from tests.cast import NOW

MOTHER = "mother@mail.example"


@pytest.fixture
def child(cast):
    """Amina, twelve years old, and the address of her mother that the centre knows."""
    cast.amina.date_of_birth = date(2014, 3, 5)
    cast.amina.guardian_email = MOTHER
    cast.result(cast.amina)
    db.session.commit()
    return cast.account(cast.amina)


def written_to(address):
    rows = select(Mail.kind).where(Mail.address == address).order_by(Mail.id)
    return list(db.session.scalars(rows))


def rome(year, month, day, hour=0, minute=0):
    """An instant on the board's clock in winter and spring before summer time."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=1)


@pytest.mark.parametrize(
    ("birth", "at", "told"),
    [
        # The day before the birthday, its last minute, and the birthday itself.
        (date(2012, 12, 15), rome(2026, 12, 14, 12), True),
        (date(2012, 12, 15), rome(2026, 12, 14, 23, 59), True),
        (date(2012, 12, 15), rome(2026, 12, 15), False),
        # It is the 15th in Rome and still the 14th in Greenwich.
        (date(2012, 12, 15), datetime(2026, 12, 14, 23, 0, tzinfo=UTC), False),
        (date(2012, 12, 15), datetime(2026, 12, 14, 22, 59, tzinfo=UTC), True),
        # Born on a leap day: 14 on 1 March of a year without one.
        (date(2012, 2, 29), rome(2026, 2, 28, 23, 59), True),
        (date(2012, 2, 29), rome(2026, 3, 1), False),
        # The 14th birthday is never on a leap day for somebody born on one.
        (date(2014, 3, 1), rome(2028, 2, 29, 23, 59), True),
        (date(2014, 3, 1), rome(2028, 3, 1), False),
        (date(2009, 3, 5), NOW, False),
    ],
)
def test_a_parent_is_told_until_the_14th_birthday_begins(cast, birth, at, told):
    cast.amina.date_of_birth, cast.amina.guardian_email = birth, MOTHER
    db.session.commit()
    notices.tell("share_receipt", cast.amina, about="x", at=at)
    assert written_to(MOTHER) == (["share_receipt"] if told else [])
    assert written_to("amina@mail.example") == ["share_receipt"]


@pytest.mark.parametrize(
    "about_account",
    [
        notices.confirm_email,
        notices.set_password,
        notices.password_changed,
        notices.sign_in_link,
        notices.email_change,
    ],
)
def test_mails_about_the_account_itself_go_to_the_account_alone(child, about_account):
    about_account(child, at=NOW)
    notices.email_changed(child, "old@mail.example", at=NOW)
    assert len(db.session.scalars(select(Mail)).all()) == 2
    assert written_to(MOTHER) == []


def test_a_parent_hears_that_a_result_is_out_and_whom_it_went_to(cast, child):
    cast.released(instant=NOW)
    announcing.announce_due(at=NOW)
    share = sharing.share(cast.amina, cast.acme, by=child, at=NOW)
    sharing.withdraw(share, by=child, at=NOW)
    assert written_to(MOTHER) == ["result_out", "share_receipt", "share_withdrawn"]
    assert written_to(child.email) == written_to(MOTHER)


def test_a_parent_whose_address_the_child_uses_is_told_once(cast, child):
    child.email = MOTHER.upper()
    db.session.commit()
    cast.released(instant=NOW)
    announcing.announce_due(at=NOW)
    notices.tell("share_receipt", cast.amina, about="x", at=NOW)
    everybody = db.session.scalars(select(Mail.address)).all()
    assert everybody == [MOTHER.upper()] * 2


def test_a_parent_of_a_child_without_an_account_is_told_too(cast):
    cast.amina.date_of_birth, cast.amina.guardian_email = date(2014, 3, 5), MOTHER
    cast.amina.email = ""
    db.session.commit()
    notices.tell("certificate_arrived", cast.amina, about="x", at=NOW)
    assert written_to(MOTHER) == ["certificate_arrived"]


def test_a_parent_is_written_to_in_the_language_of_the_entry(cast, child):
    child.language = "it"
    db.session.commit()
    notices.tell("share_receipt", cast.amina, about="x", at=NOW)
    rows = db.session.execute(select(Mail.address, Mail.language))
    assert {address: language.value for address, language in rows} == {
        "amina@mail.example": "it",
        MOTHER: "en",
    }
