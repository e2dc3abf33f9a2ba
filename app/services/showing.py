"""What somebody else is shown of a result: as much as its candidate chose, no more.

Organisations and holders of a link see one and the same; the scope alone decides.
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from app.models import Entry, Photo, Result
from app.services import grading, photos, scale
from app.services.grading import Exam
from app.values import ComponentCode, ResultStatus, ShareScope


@dataclass(frozen=True)
class Shown:
    """A result as far as a scope opens it, in the reader's language.

    parts: name and score of each component, in the order of the statement; picture:
    the drawing of just the same. Both are empty where the scope leaves them out.
    """

    entry: Entry
    exam: Exam
    scope: ShareScope
    label: str
    overall: str | None
    cefr: str | None
    parts: tuple[tuple[str, str], ...]
    picture: Markup
    amended: bool
    photo: Photo | None


def of(
    entry: Entry, result: Result, scope: ShareScope, *, amended: bool = False
) -> Shown:
    """Return what a scope lets somebody else see of a result.

    `overall` holds no component, neither in words nor in the picture; `photo` holds
    the picture of the exam day where there is one. amended: see amending.py.
    """
    exam = grading.exam_on(entry.session.exam, entry.session.exam_date)
    scores = scores_within(result, scope)
    overall = result.overall
    return Shown(
        entry=entry,
        exam=exam,
        scope=scope,
        label=str(grading.label_of(exam, result)),
        overall=None if overall is None else str(grading.shown(exam, overall)),
        cefr=result.cefr,
        parts=tuple(
            (_(part.name), str(grading.shown(exam, scores[part.code])))
            for part in exam.components
            if part.code in scores
        ),
        picture=scale.picture(exam, overall, scores),
        amended=amended,
        photo=photo_within(entry, scope),
    )


def scores_within(result: Result, scope: ShareScope) -> dict[ComponentCode, int]:
    """Return the component scores that a scope opens; none for the overall one."""
    return {} if scope is ShareScope.overall else result.scores


def photo_within(entry: Entry, scope: ShareScope) -> Photo | None:
    """Return the picture of the exam day, if the scope opens it and there is one."""
    return photos.of(entry) if scope is ShareScope.photo else None


def scopes(entry: Entry, result: Result) -> tuple[ShareScope, ...]:
    """Return what a candidate may choose from for a result, least first.

    Leaving out the parts is a choice only where the exam has any, the photo only where
    there is one; `components` is always there.
    """
    if result.status is not ResultStatus.graded:
        return ()
    offered = [ShareScope.overall] if result.scores else []
    offered.append(ShareScope.components)
    if photos.of(entry) is not None:
        offered.append(ShareScope.photo)
    return tuple(offered)
