"""What somebody writes to have their organisation admitted, checked field by field."""

from dataclasses import dataclass, replace

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

from app.errors import Refused
from app.services import countries, domains, lookalikes
from app.values import Language, OrganisationType

# Fields of an application, and how much of each the tables keep.
LONGEST = {
    "first_name": 80,
    "family_name": 80,
    "job_title": 120,
    "organisation": 160,
    "city": 80,
}


@dataclass(frozen=True)
class Application:
    """An organisation and the person who applies for it."""

    first_name: str
    family_name: str
    job_title: str
    email: str
    organisation: str
    type: OrganisationType
    website: str
    city: str
    country: str
    language: Language = Language.en


def checked(application: Application) -> Application:
    """Return the application as the tables keep it; refuse it at its wrong field."""
    kept = {field: words(getattr(application, field), field) for field in LONGEST}
    if lookalikes.mixes_scripts(kept["organisation"]):
        raise Refused(
            _l("Write each word of the name in the letters of one alphabet."),
            field="organisation",
        )
    if not lookalikes.folded(kept["organisation"]):
        raise Refused(_l("Enter the name of your organisation."), field="organisation")
    if not countries.is_country(application.country):
        raise Refused(_l("Choose a country."), field="country")
    return replace(
        application,
        **kept,  # type: ignore[arg-type]
        email=email(application.email),
        website=domains.website(application.website),
    )


def email(typed: str) -> str:
    """Return an e-mail address in lower case; refuse what is none."""
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        raise Refused(
            _l("Enter an email address such as name@example.org."), field="email"
        ) from None
    return (found.ascii_email or found.normalized).lower()


def words(typed: str, field: str) -> str:
    """Return a name or title with single spaces; refuse what the tables cannot keep."""
    kept = " ".join(typed.split())
    if not kept:
        raise Refused(_l("Please fill this in."), field=field)
    if len(kept) > LONGEST[field]:
        raise Refused(
            _l("Use at most %(n)s characters here.", n=LONGEST[field]), field=field
        )
    if lookalikes.has_hidden(kept):
        raise Refused(
            _l("This holds characters that nobody can see. Type it again."),
            field=field,
        )
    return kept
