"""Pages for everybody: the front door, help, the terms, and where the centres are."""

from babel import Locale
from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import get_locale
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.services import grading, languages, scale, score_tables
from app.values import TERMS_VERSION, ComponentCode, ExamCode, Language
from app.views.addresses import safe_local
from app.views.centre_search import searched
from app.views.guards import current_candidate, current_member, public

pages = Blueprint("public", __name__)


@pages.get("/")
@public
def home() -> str:
    """Lead candidates, organisations and schools to their own door."""
    office = current_app.config["ESITO_SURFACE"] == "all"
    return render_template("public/home.html", office=office, example=_example())


@pages.get("/centres")
@public
def centres() -> str:
    """Find an exam centre by city, school or exam date."""
    return render_template(
        "public/centres.html",
        search=searched(everything=True),
        country_name=country_name,
    )


@pages.get("/verify")
@public
def verify() -> str:
    """Explain how a result is verified; nobody's result is shown here."""
    begins = f"{current_app.config['ESITO_BASE_URL']}/verify/"
    return render_template("public/verify.html", link_begins=begins)


@pages.get("/help")
@public
def help_page() -> str:
    """Answer what people ask."""
    digits = current_app.config["ESITO_SECRET_NUMBER_DIGITS"]
    return render_template(
        "public/help.html",
        digits=digits,
        example=_example(),
        scale=score_tables.scale(),
        tables=score_tables.tables(),
    )


@pages.get("/terms")
@public
def terms() -> str:
    """Show the terms that accounts and shares agree to."""
    return render_template("public/terms.html", version=TERMS_VERSION)


@pages.get("/privacy")
@public
def privacy() -> str:
    """Say which personal data are kept, why, and for how long."""
    sender = current_app.config["MAIL_DEFAULT_SENDER"]
    contact = "" if sender.endswith("@localhost") else sender
    return render_template("public/privacy.html", contact=contact)


@pages.get("/accessibility")
@public
def accessibility() -> str:
    """Say how the service is made for everybody, and whom to tell when it is not."""
    return render_template("public/accessibility.html")


@pages.post("/language")
@public
def language() -> BaseResponse:
    """Remember the language that was chosen, and show the same page again.

    Whoever is signed in is also written to in it.
    """
    chosen = request.form.get("language", "")
    if chosen in current_app.config["LANGUAGES"]:
        session["locale"] = chosen
        person = current_candidate() or current_member()
        if person is not None:
            languages.keep(person, Language(chosen), at=clock.now())
    back = safe_local(request.form.get("next")) or url_for("public.home")
    return redirect(back, code=303)


@pages.get("/favicon.ico")
@public
def favicon() -> BaseResponse:
    """Answer browsers that ask for the icon where icons used to lie."""
    return redirect(url_for("static", filename="favicon.svg"), code=301)


@pages.get("/robots.txt")
@public
def robots() -> Response:
    """Tell search engines that only the public pages are worth their while."""
    private = ("/admin", "/api", "/candidate", "/school", "/verifier")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _example() -> Markup:
    """Draw the scale with a result that is nobody's."""
    scores = {"R": 172, "U": 168, "W": 166, "L": 178, "S": 176}
    parts = {ComponentCode(code): score for code, score in scores.items()}
    return scale.picture(grading.exam(ExamCode.FCE), 172, parts, name="example")


def country_name(code: str) -> str:
    """Return a country's name in the reader's language."""
    locale = get_locale() or Locale("en")
    return str(locale.territories.get(code, code))
