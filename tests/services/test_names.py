"""Names as people search for them, and the letters that documents can print."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import names


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("José Muñoz", "jose munoz"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Søren Ærø", "soren aero"),
        ("Nguyễn Thị Hằng", "NGUYEN THI HANG"),
        ("Nguyễn Đức", "nguyen duc"),
        ("Jürgen Groß", "jurgen gross"),
        ("İbrahim Işık", "ibrahim isik"),
        ("Siobhán O’Brien", "siobhan o'brien"),
        ("Anne-Marie D'Angelo", "anne marie dangelo"),
        ("Ελένη Παπαδοπούλου", "ΕΛΕΝΗ ΠΑΠΑΔΟΠΟΥΛΟΥ"),
        ("Ａｍｉｎａ", "amina"),
        ("  Amina \u00a0 Benali ", "amina benali"),
        ("علی\u200cرضا", "علیرضا"),
    ],
)
def test_a_name_is_found_without_accents_case_width_and_punctuation(written, typed):
    assert names.folded(written) == names.folded(typed)
    assert names.folded(written)


def test_different_people_stay_different():
    folded = {names.folded(name) for name in ("Amina", "Amin", "Бенали", "王小明")}
    assert len(folded) == 4


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_and_fits_its_column(text):
    once = names.folded(text)
    assert names.folded(once) == once
    assert len(once) <= names.LONGEST_FOLDED


@given(st.text(max_size=50))
def test_composed_and_decomposed_letters_fold_alike(text):
    apart = unicodedata.normalize("NFD", text)
    together = unicodedata.normalize("NFC", text)
    assert names.folded(apart) == names.folded(together)


@pytest.mark.parametrize(
    "name",
    [
        "Amina Benali",
        "Łukasz Żółć",
        "Ελένη Παπαδοπούλου",
        "Дмитрий Щукин",
        "Nguyễn Thị Hằng",
        "王小明",
        "محمد",
        "O’Brien–Åberg",
    ],
)
def test_names_of_many_scripts_can_be_printed(name):
    assert names.unprintable(name) == []


def test_letters_that_the_fonts_lack_are_named_once_each():
    assert names.unprintable("สมชาย Amina ส") == ["ส", "ม", "ช", "า", "ย"]
    assert names.unprintable("김") == ["김"]


def test_both_weights_print_what_is_said_to_be_printable():
    for files in names.WEIGHTS:
        covered = set().union(*(names._letters(file) for file in files))
        assert names.printable() - set(names.JOINERS) <= covered
