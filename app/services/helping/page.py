"""What a page of the help for organisations is made of."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Page:
    """One subject: a title, short paragraphs, and where in the service it happens.

    Texts are translated when they are shown. `others` are words that people look for
    and that the page does not use.
    """

    slug: str
    title: Any
    paragraphs: tuple[Any, ...]
    path: str = ""
    path_words: Any = ""
    others: Any = ""
