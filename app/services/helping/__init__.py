"""Help for organisations: pages of our own words, and a search over them.

Everything is in memory: the reader's words are compared with the texts in the reader's
language.
"""

from dataclasses import dataclass

from app.errors import NotFound
from app.services.access import NOTHING_HERE
from app.services.helping import belonging, knowing, working
from app.services.helping.page import Page as Page
from app.services.names import folded

PAGES: tuple[Page, ...] = (*working.PAGES, *knowing.PAGES, *belonging.PAGES)
_BY_SLUG = {page.slug: page for page in PAGES}
# Words of a search that count; what people paste is longer.
MOST_WORDS = 8
# A title that holds a word counts as much as so many paragraphs.
TITLE, OTHERS = 10, 3
# Endings that a word may lack: "download" finds "downloads", "results" finds "result".
SHORTEST_STEM = 4


@dataclass(frozen=True)
class Found:
    """A page that a search found, and its paragraph that answers best."""

    page: Page
    excerpt: str


def page(slug: str) -> Page:
    """Return the page of this name, or NotFound."""
    found = _BY_SLUG.get(slug)
    if found is None:
        raise NotFound(NOTHING_HERE)
    return found


def search(text: str) -> list[Found]:
    """Return the pages that hold every word, best first; accents and case are ignored.

    When no page holds every word, those that hold some of them.
    """
    words = [_stem(word) for word in folded(text).split() if len(word) > 1]
    words = list(dict.fromkeys(words))[:MOST_WORDS]
    rated = [(one, _rated(one, words)) for one in PAGES] if words else []
    best = max((held for _, (held, _, _) in rated), default=0)
    found = [(one, rate) for one, rate in rated if rate[0] == best and best > 0]
    # Pages as good as each other stay in their order.
    found.sort(key=lambda pair: -pair[1][1])
    return [Found(one, excerpt) for one, (_, _, excerpt) in found]


def _rated(page: Page, words: list[str]) -> tuple[int, int, str]:
    """Return how many of the words a page holds, how well, and its best paragraph."""
    title, others = folded(str(page.title)), folded(str(page.others))
    texts = [str(paragraph) for paragraph in page.paragraphs]
    hits = [[word in f" {folded(text)}" for word in words] for text in texts]
    held, points = 0, 0
    for number, word in enumerate(words):
        here = TITLE * (word in f" {title}") + OTHERS * (word in f" {others}")
        here += sum(hit[number] for hit in hits)
        held += here > 0
        points += here
    best = max(range(len(texts)), key=lambda number: (sum(hits[number]), -number))
    return held, points, texts[best]


def _stem(word: str) -> str:
    """Return the beginning of a word that its forms share."""
    short = word[:-1] if len(word) > SHORTEST_STEM else word
    return f" {short}"
