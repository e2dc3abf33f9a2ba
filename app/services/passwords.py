"""Passwords: good enough, hashed with argon2id, never inside a transaction."""

from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services import guessable
from app.transactions import end_read, writing

# OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane; about 18 ms a hash here, so
# that two cores can let 100 people a second in.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# NIST SP 800-63B: at least 8 characters, every character allowed, no composition rule.
SHORTEST = 8
# Far above what anybody types, and cheap to hash.
LONGEST = 256


def require_good(password: str, own: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, or among the first to be tried.

    `own` is what others know of its owner: their name, their e-mail address.
    """
    if len(password) < SHORTEST:
        words = _l("Choose a password of at least %(n)s characters.", n=SHORTEST)
    elif len(password) > LONGEST:
        words = _l("Choose a password of at most %(n)s characters.", n=LONGEST)
    elif guessable.is_listed(password):
        words = COMMON
    elif guessable.is_own(password, own):
        words = OWN
    elif guessable.is_guessed_soon(password):
        words = SIMPLE
    else:
        return
    raise Refused(words, field="password")


def hashed(password: str, own: Iterable[str] = ()) -> str:
    """Return the hash to store; refuse a password that is not good."""
    require_good(password, own)
    _leave_transaction()
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Tell whether the password is the stored one; takes as long when there is none."""
    _leave_transaction()
    try:
        right = _hasher.verify(stored or _NOBODY, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def _leave_transaction() -> None:
    if writing():
        raise RuntimeError("a password is hashed before the transaction begins")
    end_read()


# What an unknown name is compared with, so that it takes as long as a known one.
_NOBODY = _hasher.hash("nobody signs in with this password")

COMMON = _l(
    "Many people use this password, so others try it first. Choose another one: for"
    " example three words that do not belong together."
)
SIMPLE = _l(
    "This password is easy to guess. Make it longer: for example three words that do"
    " not belong together."
)
OWN = _l(
    "This password is your name, your email address or your date of birth, which others"
    " know. Choose another one."
)
