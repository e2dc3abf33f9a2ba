"""What all forms share: days as people type them, refusals beside their field."""

from datetime import UTC, date, datetime

import pytest
from wtforms import PasswordField, StringField, TextAreaField

from app import clock
from app.errors import Refused
from app.views.forms import (
    DateOfBirthField,
    EsitoForm,
    email_address,
    longest,
    read_day,
    required,
    same_as,
)


class Example(EsitoForm):
    name = StringField("Name", [required("Enter your name."), longest(10)])
    born = DateOfBirthField("Date of birth", [required("Enter your date of birth.")])
    email = StringField("Email", [email_address()])
    password = PasswordField("Password")
    again = PasswordField("Again", [same_as("password", "The two differ.")])
    note = TextAreaField("Note")


@pytest.fixture
def sent(app, monkeypatch):
    """A function that sends the example form and returns it, checked."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 14, tzinfo=UTC))

    def send(**values):
        filled = {"name": "Amina", "born": "05/03/2009", **values}
        app.config["WTF_CSRF_ENABLED"] = False
        with app.test_request_context("/", method="POST", data=filled):
            form = Example()
            form.well = form.validate_on_submit()
            form.said = {k: [str(m) for m in v] for k, v in form.errors.items()}
        return form

    yield send
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.mark.parametrize(
    "typed",
    ["05/03/2009", "5/3/2009", "05.03.2009", "5-3-2009", "2009-03-05", "05032009"],
)
def test_a_day_is_understood_as_people_write_it(typed):
    assert read_day(typed) == date(2009, 3, 5)


@pytest.mark.parametrize(
    "typed",
    [
        "31/02/2009",
        "29/02/2007",
        "05/13/2009",
        "0/1/2009",
        "05/03/09",
        "05/03-2009",
        "5 March 2009",
        "2009/03/05",
        "2009-3-5",
        "٠٥/٠٣/٢٠٠٩",
        "05/03/2009 ",
        "05/03/20091",
        "0000-01-01",
        "20090305",
        "31022009",
        "532009",
        "050309",
    ],
)
def test_what_is_no_day_is_not_guessed(typed):
    assert read_day(typed) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Enter your date of birth."),
        ("yesterday", "Enter a date such as 05/03/2009 (day/month/year)."),
        ("31/12/1899", "This date is too long ago. Check the year."),
        ("15/12/2026", "This date is in the future. Check the year."),
    ],
)
def test_an_impossible_date_of_birth_is_explained_once_and_stays(sent, typed, why):
    form = sent(born=typed)
    assert form.said == {"born": [why]}
    assert f'value="{typed}"' in str(form.born())


def test_texts_are_stripped_and_passwords_are_not(sent):
    form = sent(name="  Amina \t", password=" a b ", again=" a b ")
    assert form.well
    assert form.name.data == "Amina"
    assert form.password.data == " a b "


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "a\x85b"])
def test_a_control_character_is_refused_beside_its_field(sent, text):
    form = sent(name=text)
    assert not form.well
    assert list(form.said) == ["name"]


def test_a_long_text_may_have_lines(sent):
    assert sent(note="one\r\ntwo").well
    assert not sent(note="one\x00two").well


def test_a_text_that_is_far_too_long_is_told_so_once_and_nothing_else(sent):
    said = sent(name="x" * 5000, note="x" * 5000).said
    assert said == {
        "name": ["This is too long: use at most 10 characters."],
        "note": ["This is too long: use at most 4000 characters."],
    }


def test_each_field_says_what_is_wrong_with_it(sent):
    form = sent(name="x" * 11, email="nobody", password="a", again="b")
    assert form.said == {
        "name": ["This is too long: use at most 10 characters."],
        "email": ["Enter an email address such as name@example.org."],
        "again": ["The two differ."],
    }


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("amina@mail.example", True),
        ("a.b+c@sub.mail.example", True),
        ("jose@müller.example", True),
        # No message of ours would reach them.
        ("josé@mail.example", False),
        ("amina\u200b@mail.example", False),
        ("amina@mail", False),
        ("amina@@mail.example", False),
        ("amina mail@x.example", False),
        ("a@b.example, c@d.example", False),
        ("Amina <a@b.example>", False),
        ("a@b..example", False),
        ("@b.example", False),
        ("x" * 250 + "@b.example", False),
    ],
)
def test_an_email_address_has_the_shape_of_one(sent, address, good):
    assert sent(email=address).well is good


def test_a_refusal_stands_beside_its_field_or_above_the_form(sent):
    form = sent()
    assert form.refuse(Refused("Taken.", field="name", status=409)) == 409
    assert form.refuse(Refused("Not now.")) == 400
    assert form.refuse(Refused("Odd.", field="no_such_field")) == 400
    assert form.errors == {"name": ["Taken."], "": ["Not now.", "Odd."]}
