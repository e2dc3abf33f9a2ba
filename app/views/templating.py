"""How pages are filled in: Flask's way, without the detours it makes for each word.

A page says up to a hundred texts, imports a handful of components and names a dozen
addresses. What comes out is the same, in half the time.
"""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask.templating import Environment
from flask_babel import Domain, get_babel, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


class Pages(Environment):
    """Templates that share one set of globals instead of a chain of two each.

    Nothing here gives a template globals of its own, and each import of a component
    compares the two sets key by key.
    """

    def make_globals(
        self, d: MutableMapping[str, Any] | None
    ) -> MutableMapping[str, Any]:
        """Return the globals of a template: everybody's, unless it has its own."""
        return super().make_globals(d) if d else self.globals


class Words(Domain):
    """The catalogues, looked up once for a page instead of once for each word."""

    def get_translations(self) -> Any:
        """Return the catalogue of the language in force."""
        return _catalogue(self)

    def looked_up(self) -> Any:
        """Return what the library finds, which takes longer than to say the word."""
        return super().get_translations()


def register(app: Flask) -> None:
    """Give every template words in the reader's language, and addresses."""
    babel = get_babel(app)
    babel.instance.domain_instance = Words(domain=babel.default_domain)
    words = {"_": _said, "gettext": _said, "ngettext": _said_of_many}
    app.jinja_env.globals.update(words, url_for=address)


def address(endpoint: str, **values: Any) -> str:
    """Return an address as `url_for` does; those that never change are kept."""
    if endpoint.startswith(".") or values.keys() - {"filename"}:
        return url_for(endpoint, **values)
    kept = current_app.extensions.setdefault("esito_addresses", {})
    key = (request.script_root, endpoint, values.get("filename"))
    if key not in kept:
        kept[key] = url_for(endpoint, **values)
    return str(kept[key])


# Jinja's own `_` passes the whole context through three calls, and copies it in loops.


@pass_eval_context
def _said(page: EvalContext, text: str, /, **values: Any) -> str:
    """Return a text translated, with its values, which are escaped in a page."""
    return _filled(page, _catalogue().ugettext(text), values)


@pass_eval_context
def _said_of_many(
    page: EvalContext, one: str, many: str, num: int, /, **values: Any
) -> str:
    """Return the text for so many, translated; `num` is one of its values."""
    said = _catalogue().ungettext(one, many, num)
    return _filled(page, said, {"num": num, **values})


def _catalogue(domain: Words | None = None) -> Any:
    """Return the catalogue of the language in force, found once until that changes."""
    # Flask-Babel keeps the language here; asking it takes longer than saying the word.
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    kept = g.get("words")
    if kept is None or kept[0] is not locale:
        domain = domain or get_babel().instance.domain_instance
        kept = g.words = (locale, domain.looked_up())
    return kept[1]


def _filled(page: EvalContext, said: str, values: dict[str, Any]) -> str:
    text = Markup(said) if page.autoescape else said  # noqa: S704 - a catalogue's own
    return text % values if "%" in said else text
