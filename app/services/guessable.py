"""Passwords that others would try first: listed, plainly guessable, or one's own name.

The lists and the estimate are those of the package zxcvbn; see
docs/decisions/0010-accounts.md.
"""

import re
from collections.abc import Iterable
from functools import cache
from threading import Lock
from types import ModuleType

from app.services.names import folded

# One word, date, keyboard row or sequence stays below this; "six letters and two
# digits" never does unless it is listed, because two parts together begin here.
FEWEST_GUESSES = 10_000
# Beyond it the estimate may take seconds of odd input, which anybody could send.
LONGEST_ESTIMATED = 16

# The package keeps the words of one estimate in a place that all threads share.
_one_at_a_time = Lock()
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)


def is_listed(password: str) -> bool:
    """Tell whether a password is one of the 30,000 most used, whatever its case."""
    return password.lower() in _lists().matching.RANKED_DICTIONARIES["passwords"]


def is_guessed_soon(password: str) -> bool:
    """Tell whether a password is one word, date, sequence or repetition at most."""
    repeated = _REPEATED.fullmatch(password)
    seen = repeated[1] * 2 if repeated else password
    if len(seen) > LONGEST_ESTIMATED:
        return False
    with _one_at_a_time:
        return bool(_lists().zxcvbn(seen)["guesses"] < FEWEST_GUESSES)


def is_own(password: str, own: Iterable[str]) -> bool:
    """Tell whether a password is a name, an address or a date of its owner's.

    Digits and signs around letters do not count: "Benali.2009" is the name Benali.
    """
    told = {form for text in own for form in _forms(text)}
    return _bare(password) in told


def _forms(text: str) -> set[str]:
    """Return how somebody would type what is theirs: each word, and all of them."""
    local = text.partition("@")[0]
    words = [_bare(word) for word in re.split(r"[\s._+-]+", local)]
    forms = {_bare(text), _bare(local), "".join(reversed(words)), *words}
    return {form for form in forms if len(form) > 2}


def _bare(text: str) -> str:
    """Return the letters of a text, folded; the digits when it has no letters."""
    plain = folded(text)
    letters = "".join(c for c in plain if c.isalpha())
    return letters or "".join(c for c in plain if c.isdigit())


@cache
def _lists() -> ModuleType:
    # Loaded with the first password that somebody sets: 17 MB, 30 ms.
    import zxcvbn

    return zxcvbn
