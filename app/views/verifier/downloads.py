"""Taking shared results along: what as, and what was taken before."""

from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import Conflict, NotFound, Refused
from app.models import Download
from app.services import downloads, localtime
from app.services.downloads import kinds, templates
from app.services.inbox import Selection
from app.values import DownloadFormat, Language, WorkState
from app.views.guards import member_only
from app.views.verifier import pages, searching
from app.views.verifier.download_forms import AgainForm, DownloadForm

CHANGED = _l(
    "What matches has changed since you chose it. Look at the number of results, then"
    " download."
)


@pages.get("/downloads")
@member_only
def download_history() -> Any:
    """Show who took what when, what is being made, and give it again."""
    page = downloads.history(g.member, request.args.get("page", 1, type=int))
    return render_template(
        "verifier/downloads.html",
        page=page,
        takings=downloads.last_takings(g.member, page.rows),
        kinds=kinds.NAMES,
        zone=localtime.zone_of(g.member.organisation.timezone),
        states=WorkState,
        at=clock.now(),
    )


@pages.route("/downloads/new", methods=["GET", "POST"])
@member_only
def choose_download() -> Any:
    """Ask what the chosen results are to be taken as; then have it made.

    Who comes back to its address, in another language say, chooses anew.
    """
    if request.method == "GET":
        return redirect(url_for(".shared"))
    form = DownloadForm(templates.of(g.member), templates.default_of(g.member))
    selection, status = _selection(), 200
    try:
        count = downloads.count(g.member, selection, at=clock.now())
    except NotFound:
        # Taken back since it was ticked, or nothing of theirs: nobody can tell which.
        return render_template("verifier/choice_over.html"), 404
    except Refused as problem:
        # Nothing is chosen, or too much: that is put right in the list.
        flash(str(problem.message), "warning")
        return redirect(url_for(".shared"), 303)
    chosen = f"{count}-{searching.mark()}"
    if request.form.get("chosen", chosen) != chosen:
        # Another page of theirs looks for others by now, or somebody shared meanwhile.
        status = form.refuse(Conflict(CHANGED))
    elif "format" in request.form:
        status = 400
        if form.validate():
            try:
                return _asked(form, selection)
            except Refused as problem:
                status = form.refuse(problem)
    return render_template(
        "verifier/download.html",
        form=form,
        count=count,
        chosen=chosen,
        selection=selection,
    ), status


@pages.get("/downloads/<reference>/file")
@member_only
def download_file(reference: str) -> Any:
    """Give the file, if all in it may be given still; otherwise it is made again."""
    file = downloads.take(g.member, reference, at=clock.now())
    if file is None:
        _say_why(downloads.own(g.member, reference))
        return redirect(url_for(".download_history"))
    return Response(
        file.pieces,
        mimetype=file.type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Content-Length": str(file.size),
            # Whole or not at all: the rest of a file is looked at again like the first.
            "Accept-Ranges": "none",
        },
    )


@pages.post("/downloads/<reference>/again")
@member_only
def download_again(reference: str) -> Any:
    """Have something made anew that expired or failed, of what is shared now."""
    AgainForm().validate()
    download, at = downloads.own(g.member, reference), clock.now()
    try:
        downloads.again(download, by=g.member, at=at)
    except Refused as problem:
        flash(str(problem.message), "warning")
    else:
        downloads.make(download, at=at)
        _say_how(download)
    return redirect(url_for(".download_history"), 303)


def _selection() -> Selection:
    if "all" in request.form:
        return Selection(None, searching.looked_for())
    return Selection(tuple(request.form.getlist("share")))


def _asked(form: DownloadForm, selection: Selection) -> Any:
    at = clock.now()
    template = form.template.data
    download = downloads.ask(
        g.member,
        selection,
        DownloadFormat(form.format.data),
        templates.own(g.member, template) if template else None,
        language=Language(str(get_locale())),
        at=at,
    )
    downloads.make(download, at=at)
    _say_how(download)
    return redirect(url_for(".download_history"), 303)


def _say_how(download: Download) -> None:
    if download.state is WorkState.ready:
        flash(_("Your download is ready."), "success")
        _say_left_out(download)
    elif download.state is WorkState.failed:
        _say_why(download)
    else:
        words = _(
            "Your download is being made. You can leave this page: we send you an email"
            " when it is ready."
        )
        flash(words, "success")


def _say_left_out(download: Download) -> None:
    if download.left_out:
        words = ngettext(
            "%(num)s result is left out: there is none to be seen, or it is not shared"
            " with you any more.",
            "%(num)s results are left out: there are none to be seen, or they are not"
            " shared with you any more.",
            download.left_out,
        )
        flash(words, "warning")


def _say_why(download: Download) -> None:
    """Say why there is no file to give at the moment."""
    if download.state is WorkState.failed and download.left_out == download.rows:
        words = _("There is nothing in this download that may be given to you now.")
    elif download.state is WorkState.failed:
        words = _("This download could not be made. Make it again, or contact us.")
    elif download.state in (WorkState.queued, WorkState.running):
        words = _(
            "Something in this download has changed, or it is not made yet. It is being"
            " made of what is shared with you now; we send you an email when it is"
            " ready."
        )
    else:
        words = _("The file of this download is not kept any more. Make it again.")
    flash(words, "warning")
