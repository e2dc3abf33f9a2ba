"""In words: where somebody's e-mail address lies, seen from an organisation."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.services import domains
from app.services.domains import Lies

LIES: dict[Lies, Any] = {
    Lies.under: _l("Lies under the website's domain"),
    Lies.elsewhere: _l("Does not lie under the website's domain"),
    Lies.free_mail: _l("At a free mail provider, where anybody gets an address"),
}


def lies(email: str, website: str) -> Any:
    """Return in words where an e-mail address lies, for whoever decides."""
    return LIES[domains.where(email, website)]
