"""Translated words in templates, without the detour that Jinja makes for each.

Jinja's `_` passes the whole context through three calls, and copies it inside of loops:
half of the time of a page with a table went there. What these say is the same.
"""

from typing import Any

from flask import Flask
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


def register(app: Flask) -> None:
    """Let every template say words in the reader's language."""
    app.jinja_env.globals.update(_=_said, gettext=_said, ngettext=_said_of_many)


@pass_eval_context
def _said(page: EvalContext, text: str, /, **values: Any) -> str:
    """Return a text translated, with its values, which are escaped in a page."""
    return _filled(page, get_translations().ugettext(text), values)


@pass_eval_context
def _said_of_many(
    page: EvalContext, one: str, many: str, num: int, /, **values: Any
) -> str:
    """Return the text for so many, translated; `num` is one of its values."""
    said = get_translations().ungettext(one, many, num)
    return _filled(page, said, {"num": num, **values})


def _filled(page: EvalContext, said: str, values: dict[str, Any]) -> str:
    text = Markup(said) if page.autoescape else said  # noqa: S704 - a catalogue's own
    return text % values if "%" in said else text
