"""Names of people as they are searched for, and as the documents can print them."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFontFile

FONTS = Path(__file__).resolve().parent.parent / "assets" / "fonts"
# The fonts of the documents, each weight with what stands in for its missing letters.
WEIGHTS = (
    ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "DroidSansFallbackFull.ttf"),
    ("NotoSans-Bold.ttf", "DejaVuSans-Bold.ttf", "DroidSansFallbackFull.ttf"),
)
# As wide as the column that holds it.
LONGEST_FOLDED = 300
# Join or part letters in Persian and Indian names; they leave no mark of their own.
JOINERS = "\u200c\u200d"

# Letters that Unicode does not take apart, as people type them on other keyboards.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        **dict.fromkeys("-\u2010\u2011\u2012\u2013\u2014", " "),
        **dict.fromkeys("'\u2018\u2019\u02bc\u02bb`\u00b4.", None),
    }
)


def folded(text: str) -> str:
    """Return a name without accents, case, width and punctuation, for searching.

    "Łukasz O’Brien-Åberg" and "lukasz obrien aberg" fold to the same text.
    """
    plain = text.casefold().translate(_PLAIN)
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain).casefold().translate(_PLAIN)
        plain = "".join(c for c in apart if unicodedata.category(c) not in _MARKS)
    return " ".join(plain.split())[:LONGEST_FOLDED]


# Accents and other marks over letters, and invisible joiners.
_MARKS = frozenset({"Mn", "Me", "Cf"})


def unprintable(text: str) -> list[str]:
    """Return the characters that the fonts of the documents lack, each once."""
    letters = set(text)
    if letters <= _ASCII:
        return []
    missing = letters - printable()
    return [c for c in dict.fromkeys(text) if c in missing]


_ASCII = frozenset(map(chr, range(0x20, 0x7F)))


@cache
def printable() -> frozenset[str]:
    """Return every character that the documents can print, in both weights."""
    weights = [_covered(weight) for weight in WEIGHTS]
    return frozenset(weights[0].intersection(*weights[1:])) | set(JOINERS)


def _covered(files: Iterable[str]) -> set[str]:
    return set().union(*(_letters(name) for name in files))


@cache
def _letters(name: str) -> frozenset[str]:
    return frozenset(map(chr, TTFontFile(str(FONTS / name)).charToGlyph))
