"""Secret Numbers: printable by the centre, useless to a thief of the database."""

import pytest

from app.services import credentials
from tests.cast import save


def test_a_secret_can_be_printed_again(cast):
    assert credentials.printed(cast.amina) == "00482913"


def test_the_stored_form_does_not_hold_the_secret(cast):
    assert "00482913" not in cast.amina.secret
    assert cast.amina.secret != credentials.sealed(cast.amina.id_number, "00482913")


def test_a_secret_moved_to_another_entry_opens_nothing(cast):
    cast.boris.secret = cast.amina.secret
    save(cast.boris)
    with pytest.raises(credentials.Unreadable):
        credentials.is_secret_of(cast.boris, "00482913")


@pytest.mark.parametrize("typed", ["00482913", "0048 2913", "0048-2913", " 00482913 "])
def test_spaces_and_dashes_that_people_type_do_not_matter(cast, typed):
    assert credentials.is_secret_of(cast.amina, typed)


@pytest.mark.parametrize("typed", ["", "482913", "00482914", "０0482913", "0048291３"])
def test_anything_else_is_wrong(cast, typed):
    assert not credentials.is_secret_of(cast.amina, typed)


def test_another_key_cannot_read_it(cast, app, monkeypatch):
    sealed = cast.amina
    monkeypatch.setitem(
        app.config, "SECRET_KEY", "another key, of which there are many"
    )
    monkeypatch.delitem(app.extensions, "esito-secret-cipher")
    with pytest.raises(credentials.Unreadable):
        credentials.printed(sealed)
    app.extensions.pop("esito-secret-cipher")


@pytest.mark.parametrize("digits", [4, 8])
def test_a_new_secret_has_as_many_digits_as_the_board_set(app, monkeypatch, digits):
    monkeypatch.setitem(app.config, "ESITO_SECRET_NUMBER_DIGITS", digits)
    drawn = {credentials.new_secret() for _ in range(50)}
    assert all(len(s) == digits and s.isdecimal() for s in drawn)
    assert len(drawn) > 40
