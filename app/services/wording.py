"""Templates filled in for one person, in their language, outside of any page."""

from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale, format_date
from jinja2 import Environment, StrictUndefined
from jinja2.defaults import DEFAULT_NAMESPACE

from app.services import grading, labels
from app.values import Language


def rendered(template: str, language: Language, **values: Any) -> str:
    """Return a template filled in; a value it names and lacks is an error, not a blank.

    Nothing of the running request reaches it: no session, no host name, no language of
    whoever pressed the button.
    """
    board = current_app.config["ESITO_BOARD_NAME"]
    known = {"board": board, **values, "language": language.value}
    with force_locale(language.value):
        return _environment().get_template(template).render(known)


def letter(template: str, language: Language, **values: Any) -> str:
    """Return the template of an e-mail filled in; an empty value is an error, too.

    Better no message than thousands with a gap where the exam should stand. Only a name
    may be missing: whoever has none is greeted all the same.
    """
    told = {
        key: value
        for key, value in values.items()
        if key == "name" or value not in (None, "")
    }
    return rendered(template, language, **told)


def _environment() -> Environment:
    """Return the service's own templates with a stricter rule, made once.

    Without the request's `session`, `config` and the like: a forgotten value of that
    name would be found there, and printed.
    """
    kept = current_app.extensions.get("esito-wording")
    if kept is None:
        kept = current_app.jinja_env.overlay(undefined=StrictUndefined)
        words = ("_", "gettext", "ngettext", "pgettext", "npgettext")
        kept.globals = {**DEFAULT_NAMESPACE}
        kept.globals |= {name: current_app.jinja_env.globals[name] for name in words}
        kept.filters = {
            **kept.filters,
            "day": _day,
            "exam": _exam,
            "label": labels.in_words,
        }
        current_app.extensions["esito-wording"] = kept
    return kept  # type: ignore[no-any-return]


def _day(iso: str) -> str:
    return format_date(date.fromisoformat(str(iso)), "d MMMM y")


def _exam(code: str) -> str:
    return grading.exam(str(code)).name
