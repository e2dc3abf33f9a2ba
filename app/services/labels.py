"""The labels of sessions in the reader's language: "November 2026", "novembre 2026"."""

import re

from babel.dates import get_month_names
from flask_babel import get_locale

_MONTHS = {name: number for number, name in get_month_names(locale="en").items()}
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b")


def in_words(label: str) -> str:
    """Return a session's label with the month's name translated, the rest as it is.

    Boards write labels in English, such as "March (FS) 2026"; what is no month stays.
    """
    names = get_month_names("wide", "format", get_locale() or "en")
    return _MONTH.sub(lambda found: str(names[_MONTHS[found[1]]]), str(label))
