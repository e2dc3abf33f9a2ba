"""Numbers that are printed: ID Numbers, and the numbers of Statements of Results."""

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.errors import Refused
from app.extensions import db
from app.models import Centre, Entry

_ID_NUMBER = re.compile(r"(?:[0-9]{6}[A-Z]{3}|[A-Z]{3}[0-9]{6})")
_STATEMENT_NUMBER = re.compile(r"[0-9]{2}[0-9A-Z][A-Z]{2}[0-9]{3}[0-9]{4}")
# No vowels, so that no word comes out, and no Y, which some read as one.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_BLANKS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
# Nobody types more than this where a number is asked for.
_LONGEST_TYPED = 64

# Which session of a year a statement number is of: 36 for each centre and candidate.
SESSION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def new_id_number() -> str:
    """Return a random ID Number: three letters and six digits, one of 8,000 million.

    Random, so that nobody can count on from their own. The caller keeps it unique.
    """
    letters = "".join(secrets.choice(_LETTERS) for _ in range(3))
    return f"{letters}{secrets.randbelow(1_000_000):06d}"


def normalised_id_number(text: str) -> str:
    """Return what was typed in upper case, without the blanks and dashes people add."""
    return _normalised(text)


def is_id_number(text: str) -> bool:
    """Tell whether a normalised text has the shape of an ID Number."""
    return _ID_NUMBER.fullmatch(text) is not None


def normalised_statement_number(text: str) -> str:
    """Return what was typed in upper case, without the blanks and dashes people add."""
    return _normalised(text)


def is_statement_number(text: str) -> bool:
    """Tell whether a normalised text has the shape of a statement's number."""
    return _STATEMENT_NUMBER.fullmatch(text) is not None


def _normalised(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text[:_LONGEST_TYPED])
    return _BLANKS.sub("", narrow).upper()


class StatementNumbers:
    """Gives out statement numbers that nobody has: year, session, centre, candidate.

    The session's character is the month of the exam in base 16 (C is December), or,
    when an earlier session of that month has it, the next free one of 0-9A-Z.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def allot(self, exam_date: date, centre: str, candidate: str) -> str:
        """Return a new number; raises Refused when all 36 of the year are given out."""
        year, rest = f"{exam_date.year % 100:02d}", f"{centre}{candidate}"
        for turn in range(len(SESSION_CHARACTERS)):
            place = (exam_date.month + turn) % len(SESSION_CHARACTERS)
            number = f"{year}{SESSION_CHARACTERS[place]}{rest}"
            if number not in self._taken:
                self._taken.add(number)
                return number
        raise Refused(
            _l(
                "Candidate number %(candidate)s of centre %(centre)s was used in %(n)s"
                " sessions of %(year)s, which is all there can be. Use another number.",
                candidate=candidate,
                centre=centre,
                n=len(SESSION_CHARACTERS),
                year=exam_date.year,
            ),
            field="candidate_number",
        )


def numbers_of(centres: Iterable[str]) -> StatementNumbers:
    """Return the allotment of the centres with these numbers, as it stands now."""
    taken: set[str] = set()
    wanted = sorted(set(centres))
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        taken.update(
            db.session.scalars(
                select(Entry.statement_number)
                .join(Centre, Centre.id == Entry.centre_id)
                .where(Centre.number.in_(part))
            )
        )
        # A centre that was renumbered left numbers behind that begin like these.
        taken.update(
            db.session.scalars(
                select(Entry.statement_number)
                .join(Centre, Centre.id == Entry.centre_id)
                .where(
                    func.substr(Entry.statement_number, 4, 5).in_(part),
                    func.substr(Entry.statement_number, 4, 5) != Centre.number,
                )
            )
        )
    return StatementNumbers(taken)


def statement_numbers(wanted: Sequence[tuple[date, str, str]]) -> list[str]:
    """Return a new statement number for each exam date, centre and candidate number.

    In the order given. Raises Refused when a candidate number of a centre has been used
    in 36 sessions of a year. Nothing is written: the entries that carry them are.
    """
    numbers = numbers_of(centre for _, centre, _ in wanted)
    return [numbers.allot(*one) for one in wanted]
