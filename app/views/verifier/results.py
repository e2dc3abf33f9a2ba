"""One shared result, as far as it is shared: the page, its statement, its photo."""

from datetime import datetime
from typing import Any

from flask import Response, g, render_template
from flask_babel import lazy_gettext as _l

from app import clock
from app.errors import NotFound
from app.models import Member
from app.services import (
    access,
    documents,
    grading,
    inbox,
    photos,
    requirements,
    sharing,
    showing,
    standing_now,
)
from app.services.localtime import last_day, today, zone_of
from app.services.standing_now import ResultState
from app.values import AccessKind, ShareScope
from app.views.guards import member_only
from app.views.verifier import pages

# What others look for in this module.
from app.views.verifier.searching import looked_for as looked_for

SCOPES = {
    ShareScope.overall: _l("the overall result, without the parts of the exam"),
    ShareScope.components: _l("the overall result and each part"),
    ShareScope.photo: _l("the overall result, each part and the photo"),
}
# What a beginning in a result's history says.
BEGAN = {
    ResultState.valid: _l("Published by the board"),
    ResultState.under_enquiry: _l("The board began to look into it again"),
    ResultState.confirmed: _l("The board had looked into it, and changed nothing"),
    ResultState.amended: _l("Corrected by the board"),
    ResultState.withdrawn: _l("Withdrawn by the board"),
}
DID = {
    AccessKind.viewed: _l("Looked at the result"),
    AccessKind.statement: _l("Took the Statement of Results"),
    AccessKind.data: _l("Took it in a data file"),
    AccessKind.acknowledged: _l("Took note of a change"),
}


@pages.get("/results/<reference>")
@member_only
def result(reference: str) -> Any:
    """Show one shared result; the candidate sees that it was read, by whom and when."""
    now = clock.now()
    try:
        share, found = sharing.read(_member(), reference, AccessKind.viewed, at=now)
    except NotFound:
        return _over(reference, now)
    standing = standing_now.of(share, at=now)
    shown = (
        showing.of(share.entry, found, share.scope, amended=standing.amended)
        if found
        else None
    )
    zone = zone_of(share.organisation.timezone)
    own = [(share.entry, found, share.scope)] if found else []
    verdicts = requirements.verdicts(
        share.organisation_id, own, on=now.astimezone(zone).date()
    )
    return render_template(
        "verifier/result.html",
        share=share,
        shown=shown,
        standing=standing,
        verdicts=verdicts.get(share.entry_id, []),
        looks=inbox.latest_looks(share),
        exam=grading.exam(share.entry.session.exam).name,
        scopes=SCOPES,
        began=BEGAN,
        did=DID,
        zone=zone,
        last_day=last_day,
    )


@pages.get("/results/<reference>/statement.pdf")
@member_only
def statement(reference: str) -> Any:
    """Give the Statement of Results as far as it is shared, and write that down."""
    now = clock.now()
    try:
        share, found = sharing.read(_member(), reference, AccessKind.statement, at=now)
    except NotFound:
        return _over(reference, now)
    if found is None:
        raise NotFound(access.NOTHING_HERE)
    entry = share.entry
    content = documents.statement_of_results(entry, found, at=now, scope=share.scope)
    name = f"statement-{entry.statement_number}.pdf"
    return Response(
        content,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.get("/results/<reference>/photo.jpg")
@member_only
def photo(reference: str) -> Any:
    """Give the photo that belongs to a shared result, where it is shared too."""
    now = clock.now()
    try:
        shown = sharing.photo(_member(), reference, at=now)
    except NotFound:
        return _over(reference, now)
    return Response(photos.content(shown), mimetype=photos.TYPE)


def _over(reference: str, now: datetime) -> Any:
    """Say that a share is over, to those who had it and to nobody else."""
    over = sharing.over(_member(), reference, at=now)
    return render_template(
        "verifier/over.html", over=over, shared_on=today(over.shared_at)
    ), 410


def _member() -> Member:
    return g.member  # type: ignore[no-any-return]
