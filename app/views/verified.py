"""The page that a link opens: a result, for whoever knows the date of birth."""

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import NotFound, Refused, TooManyTries
from app.services import access, amending, links, photos, showing
from app.services.links.opening import Opened
from app.views.forms import DateOfBirthField, EsitoForm, required
from app.views.guards import client_address, public

pages = Blueprint("verified", __name__, url_prefix="/verify")

# What this browser has opened, and when; a look is that long, and a reader of several
# CVs keeps some apart.
MEMORY = "opened_links"
LASTS = timedelta(minutes=15)
MOST = 5


class BirthForm(EsitoForm):
    """What the holder of a link must know of the person whose result it is."""

    date_of_birth = DateOfBirthField(
        _l("Date of birth of the person"),
        [required(_l("Enter the date of birth."))],
        description=_l("Day, month, year. For example: 05/03/2009"),
    )


@pages.route("/<token>", methods=["GET", "POST"])
@public
def result(token: str) -> ResponseReturnValue:
    """Ask for the date of birth; show the result to whoever knew it a moment ago."""
    form, at = BirthForm(), clock.now()
    if form.validate_on_submit() and form.date_of_birth.data is not None:
        try:
            links.opened(
                token,
                form.date_of_birth.data,
                address=client_address(),
                browser=request.user_agent.string,
                at=at,
            )
        except Refused as problem:
            return _ask(form, problem)
        _remember(token, at)
        return redirect(url_for(".result", token=token), 303)
    if request.method != "POST":
        try:
            return _shown(token, at)
        except NotFound:
            pass
    return _ask(form)


@pages.post("/<token>/close")
@public
def close(token: str) -> ResponseReturnValue:
    """Forget in this browser that a link was opened: others may use the computer."""
    if EsitoForm().validate_on_submit():
        session[MEMORY] = {
            name: since for name, since in _memory().items() if name != _name(token)
        }
    return redirect(url_for(".result", token=token), 303)


@pages.get("/<token>/photo.jpg")
@public
def photo(token: str) -> ResponseReturnValue:
    """Give the photo that belongs to an opened link, where its scope has it."""
    (link, entry, _result), _since = _open_here(token, clock.now())
    shown = showing.photo_within(entry, link.scope)
    if shown is None:
        raise NotFound(access.NOTHING_HERE)
    return _unlisted(Response(photos.content(shown), mimetype=photos.TYPE))


def _shown(token: str, at: datetime) -> Response:
    (link, entry, found), since = _open_here(token, at)
    page = render_template(
        "public/verified.html",
        shown=showing.of(
            entry, found, link.scope, amended=amending.amended(found, at=at)
        ),
        photo_address=url_for(".photo", token=token),
        closing=url_for(".close", token=token),
        since=since,
        host=_host(),
    )
    return _unlisted(make_response(page))


def _ask(form: BirthForm, problem: Refused | None = None) -> Response:
    """Ask for the date of birth: alike for every address, whether it opens or not."""
    status = 400 if form.errors else 200
    if problem is not None:
        status = form.refuse(problem)
    page = render_template("public/verify_link.html", form=form, host=_host())
    answer = _unlisted(make_response(page, status))
    if isinstance(problem, TooManyTries):
        answer.headers["Retry-After"] = str(problem.retry_after)
    return answer


def _unlisted(answer: Response) -> Response:
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer


def _host() -> str:
    return urlsplit(current_app.config["ESITO_BASE_URL"]).netloc


def _remember(token: str, at: datetime) -> None:
    kept = {**_memory(), _name(token): at.isoformat()}
    newest = sorted(kept.items(), key=itemgetter(1))
    session[MEMORY] = dict(newest[-MOST:])


def _open_here(token: str, at: datetime) -> tuple[Opened, datetime]:
    """Return what a link shows that this browser has opened, and since when.

    Everything is looked up anew: what has ended meanwhile is gone at once.
    """
    kept = _memory().get(_name(token))
    since = datetime.fromisoformat(kept) if kept else None
    if since is None or not since <= at < since + LASTS:
        raise NotFound(access.NOTHING_HERE)
    return links.again(token, at=at), since


def _memory() -> dict[str, Any]:
    kept = session.get(MEMORY)
    return kept if isinstance(kept, dict) else {}


def _name(token: str) -> str:
    return token.partition(".")[0]
