"""Which language a page is in: the visitor's choice, else their browser's wish."""

from flask import current_app, has_request_context, request, session


def chosen_language() -> str:
    """Return the language of this request; outside of one, English."""
    if not has_request_context():
        return "en"
    known = list(current_app.config["LANGUAGES"])
    chosen = session.get("locale")
    if chosen in known:
        return str(chosen)
    return request.accept_languages.best_match(known) or "en"
