"""What the service says in each language, so that a journey is walked in both."""

from datetime import date
from typing import Any

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from tests.whole.source import ROOT

LOCALES = {"en": "en-GB", "it": "it-IT"}
# In the names of a journey's organisations: it is found beside those of the other.
TELLING = {"en": "Aurora", "it": "Vespera"}


class Words:
    """The sentences of the pages in one language: `words("Send my result")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self.telling = TELLING[language]
        self._said: NullTranslations = NullTranslations()
        if language != "en":
            self._said = Translations.load(ROOT / "app" / "translations", [language])

    def __call__(self, sentence: str, **values: Any) -> str:
        """Return a sentence of the source as pages in this language say it."""
        said = self._said.gettext(sentence)
        return said % values if values else said

    def many(self, one: str, several: str, count: int, **values: Any) -> str:
        """Return a sentence about so many things, in the plural of this language."""
        said = self._said.ngettext(one, several, count)
        return str(said % {"num": count, **values})

    def day(self, day: date) -> str:
        """Return a day as pages and messages in this language say it."""
        return str(format_date(day, "d MMMM y", locale=self.locale.replace("-", "_")))
