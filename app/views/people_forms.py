"""What is filled in about somebody who works for an organisation."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from app.services import applications
from app.views.forms import EsitoForm, longest, required

ENTER_EMAIL = _l("Enter an email address such as name@example.org.")


def words(label: Any, name: str, message: Any) -> StringField:
    """Return a field that is required, and no longer than what is kept under a name."""
    limit = applications.LONGEST[name]
    return StringField(label, [required(message), longest(limit)])


class OwnWorkForm(EsitoForm):
    """Who fills in the form, and their job."""

    first_name = words(_l("First name"), "first_name", _l("Enter your first name."))
    family_name = words(_l("Last name"), "family_name", _l("Enter your last name."))
    job_title = words(_l("Job title"), "job_title", _l("Enter your job title."))
