"""What it means when there is no result yet, or none at all."""

from typing import NamedTuple

from flask_babel import gettext as _

from app.values import ResultStatus


class Words(NamedTuple):
    """A first sentence, what it means, what happens next, and what one can do."""

    lead: str
    means: tuple[str, ...]
    follows: tuple[str, ...]
    advice: tuple[str, ...]


def words(status: ResultStatus) -> Words:
    """Return what a status without scores says, in the reader's language."""
    return {
        ResultStatus.pending: _pending,
        ResultStatus.withheld: _withheld,
        ResultStatus.absent_part: _absent_part,
        ResultStatus.absent_all: _absent_all,
    }[status]()


def _pending() -> Words:
    return Words(
        _("Your result is not ready yet."),
        (
            _(
                "Some results take longer than those of the same session. This says"
                " nothing about how you did."
            ),
        ),
        (_("It will follow: we send you an email when it is out."),),
        (
            _(
                "You do not need to do anything. If you have heard nothing after two"
                " weeks, contact your centre."
            ),
        ),
    )


def _withheld() -> Words:
    return Words(
        _("Your result cannot be shown at the moment."),
        (
            _(
                "The board has not issued it. There are different reasons for this,"
                " and your centre can find out which one it is."
            ),
        ),
        (_("If your result is issued later, we send you an email."),),
        (
            _(
                "Please contact your centre. They can find out why, and tell you what"
                " happens next."
            ),
        ),
    )


def _absent_part() -> Words:
    return Words(
        _("You were absent from part of the exam, so there is no result."),
        (_("A result needs every part. This is why no scores are shown."),),
        (_("No certificate comes with this result."),),
        (
            _("If you took every part, please contact your centre soon."),
            _("If you were ill on the day, ask your centre what is possible."),
        ),
    )


def _absent_all() -> Words:
    return Words(
        _("You were absent from the exam, so there is no result."),
        (_("No part of the exam was taken under your name."),),
        (_("No certificate comes with this result."),),
        (
            _("If you did take it, please contact your centre soon."),
            _("If you were ill on the day, ask your centre what is possible."),
        ),
    )
