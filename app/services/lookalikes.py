"""Names folded so that two that look alike to a reader are the same to the database."""

import unicodedata
from functools import cache

from confusable_homoglyphs import categories, confusables

# The model keeps this many characters.
LONGEST = 200


def folded(name: str) -> str:
    """Return a name without case, accents, punctuation and look-alike letters.

    A letter of another script that can be mistaken for a Latin one becomes that one:
    a name written with Cyrillic letters folds to the name it imitates. Latin letters
    and digits stay apart (rn and m, 0 and o): that is for the officer's eye.
    """
    latin = "".join(_latin(letter) for letter in unicodedata.normalize("NFKC", name))
    plain = unicodedata.normalize("NFKD", latin.casefold())
    kept = "".join(
        letter if letter.isalnum() else " "
        for letter in plain
        if not unicodedata.combining(letter)
    )
    return " ".join(kept.split())[:LONGEST]


def mixes_scripts(name: str) -> bool:
    """Tell whether one word of the name is written in two scripts."""
    return any(len(_scripts(word)) > 1 for word in name.split())


def has_hidden(name: str) -> bool:
    """Tell whether the name holds letters nobody sees: controls, marks of direction."""
    return any(unicodedata.category(letter)[0] == "C" for letter in name)


def _scripts(word: str) -> set[str]:
    letters = "".join(letter for letter in word if letter.isalpha())
    return set(categories.unique_aliases(letters)) - {"COMMON", "INHERITED"}


@cache
def _latin(letter: str) -> str:
    """Return the Latin letter that one of another script is mistaken for, else itself.

    A small letter may resemble only as a capital does (Cyrillic ve and B).
    """
    if letter.isascii():
        return letter
    for form in (letter, letter.upper()):
        for alike in confusables.confusables_data.get(form, []):
            found: str = alike["c"]
            if found.isascii() and found.isalpha():
                return found
    return letter
