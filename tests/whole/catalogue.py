"""The Italian catalogue, and what it tells: which words are English."""

import re

from babel.messages.pofile import read_po
from lxml import html

from app.services.exams import EXAMS
from tests.whole.source import ROOT

PO = ROOT / "app/translations/it/LC_MESSAGES/messages.po"
PLACE = re.compile(r"%(?:\(\w+\)[sd]|%)")


def sides(message):
    """The English and the Italian forms of a message, each as a tuple."""
    one, other = message.id, message.string
    return (
        one if isinstance(one, tuple) else (one,),
        other if isinstance(other, tuple) else (other,),
    )


def catalogue():
    with PO.open("rb") as file:
        return read_po(file, locale="it")


def messages():
    return [message for message in catalogue() if message.id]


# What keeps its English name: what is printed on paper, and exams.
NAMES = (
    "Statement of Results",
    "Confirmation of Entry",
    "Results Information",
    "Pass with Distinction",
    "Pass with Merit",
    "Esito Language Board",
    *sorted((exam.name for exam in EXAMS.values()), key=len, reverse=True),
)
# What people, places and organisations of the tests are called, and what they wrote.
DATA = (
    "Acme University",
    "New College",
    "Rita Registrar",
    "Centre IT024",
    "Isole Heard e McDonald",
    # On the preview of a file, and on every sample of a document in Italy.
    "SPECIMEN",
    *("Registrar", "English"),
)
# Addresses, references, hashes, and what the trail keeps for programs.
CODES = re.compile(
    r"\S+@\S+|https?://\S+|\S+\.example\S*|\{[^}]*\}|\S*[\d_]\S*|\w+:\S+"
)
WORD = re.compile(r"[^\W\d_]{2,}")


def words(text):
    return {word.lower() for word in WORD.findall(PLACE.sub(" ", text))}


def english():
    """The words of the source that no Italian sentence holds."""
    source, said = set(), set()
    for message in messages():
        for forms, found in zip(sides(message), (source, said), strict=True):
            found.update(*map(words, forms))
    return source - said


ENGLISH = english()


def english_in(text):
    for name in (*NAMES, *DATA):
        text = text.replace(name, " ")
    return sorted(words(CODES.sub(" ", text)) & ENGLISH)


def visible(page):
    """What a reader sees or hears of a page, without what is marked as English."""
    tree = html.fromstring(page)
    assert tree.get("lang") == "it"
    texts = tree.xpath(
        "//body//text()[not(ancestor::script) and not(ancestor::*[@lang='en'])"
        # Time zones have one name for everybody: America/New_York.
        " and not(ancestor::select[@name='timezone'])]"
    )
    spoken = "//@aria-label | //@title | //@alt | //@placeholder | //@data-label"
    return " ".join([tree.findtext(".//title"), *texts, *tree.xpath(spoken)])
