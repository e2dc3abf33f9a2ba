"""What the service says in each language, so that a journey is walked in both."""

from typing import Any

from babel.support import NullTranslations, Translations

from tests.whole.source import ROOT

LOCALES = {"en": "en-GB", "it": "it-IT"}


class Words:
    """The sentences of the pages in one language: `words("Send my result")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = LOCALES[language]
        self._said: NullTranslations = NullTranslations()
        if language != "en":
            self._said = Translations.load(ROOT / "app" / "translations", [language])

    def __call__(self, sentence: str, **values: Any) -> str:
        """Return a sentence of the source as pages in this language say it."""
        said = self._said.gettext(sentence)
        return said % values if values else said
