"""The home page of an organisation's people: what candidates have shared with them."""

from typing import Any

from flask import g, redirect, render_template, request, url_for

from app import clock
from app.errors import Refused
from app.services import grading, inbox
from app.services.inbox import NEWEST_FIRST, Order, SortBy, Wanted
from app.services.localtime import zone_of
from app.values import ExamCode
from app.views.guards import member_only
from app.views.verifier import pages, searching
from app.views.verifier.searching import SearchForm


@pages.get("/")
@member_only
def shared() -> Any:
    """Show what has been shared, newest first, with what is new to this member."""
    wanted = searching.looked_for()
    try:
        order = _order()
    except Refused as problem:
        form = searching.filled()
        status = form.refuse(problem)
        return _list(form, wanted, NEWEST_FIRST), status
    return _list(searching.filled(), wanted, order)


@pages.post("/")
@member_only
def search() -> Any:
    """Remember what the member looks for, and show the list again."""
    form = SearchForm()
    if "clear" in request.form:
        searching.forget()
    elif not form.validate():
        return _list(form, searching.looked_for(), NEWEST_FIRST), 400
    else:
        try:
            searching.remember(form)
        except Refused as problem:
            status = form.refuse(problem)
            return _list(form, searching.looked_for(), NEWEST_FIRST), status
    return redirect(url_for("verifier.shared"), 303)


def _order() -> Order:
    """Return how the address wants the list sorted; raises Refused for nonsense."""
    return Order.read(request.args.get("sort", ""), request.args.get("way", ""))


def _list(form: SearchForm, wanted: Wanted, order: Order) -> str:
    number = request.args.get("page", 1, type=int)
    page = inbox.page_for(g.member, number, wanted, order=order, at=clock.now())
    return render_template(
        "verifier/shared.html",
        form=form,
        wanted=wanted,
        asked=searching.asked_beside_name(form) if wanted else [],
        member=g.member,
        page=page,
        order=order,
        sorting={} if order == NEWEST_FIRST else _sorting(order),
        sort_links={column.value: _turned(order, column) for column in SortBy},
        ticked="tick" in request.args,
        most_counted=inbox.MOST_COUNTED,
        most_sorted=inbox.MOST_SORTED,
        zone=zone_of(g.member.organisation.timezone),
        exam_name=_exam_name,
    )


def _turned(order: Order, column: SortBy) -> str:
    """Return the address that sorts by a column, or turns the order round."""
    down = not order.down if order.by is column else column is SortBy.shared
    return url_for("verifier.shared", **_sorting(Order(column, down)))


def _sorting(order: Order) -> dict[str, Any]:
    return {"sort": order.by.value, "way": "down" if order.down else "up"}


def _exam_name(code: ExamCode) -> str:
    return grading.exam(code).name
