"""What people at each level of the European framework can do, in our own words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.services.exams import CEFR_BOUNDS

# Lowest first.
ORDER = tuple(level for _low, level in reversed(CEFR_BOUNDS))

IN_SHORT: dict[str, Any] = {
    "A1": _l("uses everyday phrases"),
    "A2": _l("exchanges simple information on familiar things"),
    "B1": _l("manages most situations of everyday life and travel"),
    "B2": _l("talks and writes freely on many subjects"),
    "C1": _l("uses English well for study and work"),
    "C2": _l("understands almost everything, speaks with precision"),
}

ABILITIES: dict[str, Any] = {
    "A1": _l(
        "People at Level A1 understand and use everyday phrases. They can introduce"
        " themselves and ask simple questions, when others speak slowly."
    ),
    "A2": _l(
        "People at Level A2 understand short, clear messages about familiar things."
        " They can shop, ask the way, and talk simply about their family and their day."
    ),
    "B1": _l(
        "People at Level B1 manage most situations at school, at work and on a journey."
        " They can describe experiences and plans, and say in a few words why they"
        " think something."
    ),
    "B2": _l(
        "People at Level B2 follow the main ideas of longer texts and talks. They can"
        " discuss many subjects with little effort, and write clearly for and against"
        " an idea."
    ),
    "C1": _l(
        "People at Level C1 understand long and demanding texts, also what is not said"
        " directly. They can use English well in their studies and at work, without"
        " having to look for words often."
    ),
    "C2": _l(
        "People at Level C2 understand almost everything that they hear or read. They"
        " can say exactly what they mean, also in difficult subjects, with small"
        " differences of meaning."
    ),
}


def above(level: str | None, other: str | None) -> bool:
    """Return whether a level lies above another; none lies below all."""
    return _place(level) > _place(other)


def _place(level: str | None) -> int:
    return ORDER.index(level) if level in ORDER else -1
