"""What an authenticator app is asked for: a code, with or without the password."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from app.views.forms import EsitoForm, longest, required

# Spaces may be pasted along.
LONGEST = 40
# What lets phones offer the code, and password managers fill it in.
FOR_CODES = {"autocomplete": "one-time-code", "spellcheck": "false"}


def _code(label: Any, hint: Any = "", **more: str) -> StringField:
    return StringField(
        label,
        [required(_l("Enter the code.")), longest(LONGEST)],
        description=hint,
        render_kw={**FOR_CODES, **more},
    )


class CodeForm(EsitoForm):
    """The code that the app shows now."""

    code = _code(
        _l("Code from your app"),
        _l("Six digits. A new code comes every 30 seconds."),
        inputmode="numeric",
    )


class RecoveryForm(EsitoForm):
    """One of the codes that were kept for an emergency."""

    code = StringField(
        _l("Recovery code"),
        [required(_l("Enter one of your recovery codes.")), longest(LONGEST)],
        description=_l("One of the ten that you kept. Each works once."),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class PasswordForm(EsitoForm):
    """The present password: a browser left open changes nothing."""

    password = PasswordField(
        _l("Present password"), [required(_l("Enter your present password."))]
    )


class BothForm(PasswordForm):
    """Password and code, for what would open the account to somebody else."""

    code = _code(_l("Code from your app"), _l("Or one of your recovery codes."))
