"""What a score says in words: where it lies, what it stands for, how long it counts."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.models import Result
from app.services import grading, levels, progress
from app.services.exams import Band, Exam
from app.services.meaning import Kind, kind_of
from app.values import ResultStatus

# Parts that lie closer together than this say nothing about strong and weak ones: so
# many points of the scale, or shields.
APART = {"scale": 10, "shields": 2}


@dataclass(frozen=True)
class Interpretation:
    """Answers to "What does 172 mean?", each in the reader's language.

    place: the band it lies in, and where the next begins. ability: what people at this
    level can do. parts: what each component says. balance: the strongest, and the one
    to work on. Empty where there is nothing to say.
    """

    title: str
    place: tuple[str, ...]
    ability: str
    parts: tuple[str, ...]
    balance: str
    lasting: str
    next_exam: str


def of(exam: Exam, result: Result) -> Interpretation | None:
    """Return what a graded result says in words; None for one without any score."""
    if result.status is not ResultStatus.graded:
        return None
    return Interpretation(
        title=_title(exam, result),
        place=tuple(_place(exam, result)),
        ability=str(levels.ABILITIES.get(result.cefr or "", "")),
        parts=tuple(_parts(exam, result)),
        balance=_balance(exam, result),
        lasting=_lasting(kind_of(exam, result)),
        next_exam=progress.next_exam(exam, result),
    )


def _lasting(kind: Kind) -> str:
    if kind in (Kind.failed, Kind.not_reported):
        return ""
    return _(
        "Your result does not expire. Each organisation decides how old a result may"
        " be: often it is two years."
    )


def _title(exam: Exam, result: Result) -> str:
    if result.overall is None:
        return _("What does “%(label)s” mean?", label=grading.label_of(exam, result))
    if exam.kind == "shields":
        return _("What do %(count)s shields mean?", count=result.overall)
    score = str(grading.shown(exam, result.overall))
    if not score[0].isdigit():
        score = f"“{score}”"
    return _("What does %(score)s mean?", score=score)


def _place(exam: Exam, result: Result) -> list[str]:
    if exam.kind == "labels" and result.grade in exam.labels:
        return [
            _(
                "The four results, from the highest to the lowest, are: %(labels)s.",
                labels=", ".join(_(label) for label in exam.labels),
            )
        ]
    if exam.kind == "shields" and result.overall is not None:
        return [
            _(
                "The most in this exam are %(maximum)s: five for each part.",
                maximum=exam.maximum,
            )
        ]
    if result.overall is None or not exam.bands:
        return []
    due = grading.outcome(exam, min(result.overall, exam.maximum))
    if result.grade != due.grade or (exam.kind == "scale" and result.cefr != due.cefr):
        return [
            _(
                "The grade and the level differ from what this score usually earns. The"
                " board has confirmed them as they stand here."
            )
        ]
    return [_band(exam, result), _next_band(exam, result.overall)]


def _band(exam: Exam, result: Result) -> str:
    score = result.overall or 0
    band = next((b for b in exam.bands if b.low <= score <= b.high), None)
    if band is None:
        return _(
            "%(exam)s reports overall scores from %(low)s to %(high)s.",
            exam=exam.name,
            low=exam.minimum,
            high=exam.maximum,
        )
    values: dict[str, object] = {"score": score, "low": band.low, "high": band.high}
    if band.grade is None:
        return _(
            "%(score)s is in the band %(low)s–%(high)s, in which there are scores, but"
            " no grade and no level.",
            **values,
        )
    values["what"] = band_name(band)
    if result.cefr and not band.grade.startswith("Level "):
        return _(
            "%(score)s is in the band %(low)s–%(high)s: %(what)s, Level %(level)s.",
            **values,
            level=result.cefr,
        )
    return _("%(score)s is in the band %(low)s–%(high)s: %(what)s.", **values)


def _next_band(exam: Exam, score: int) -> str:
    above = [band for band in exam.bands if band.low > score and band.grade]
    if above:
        following = above[-1]
        return _(
            "%(what)s begins at %(low)s.", what=band_name(following), low=following.low
        )
    if score >= exam.maximum:
        return _("No higher score is possible in this exam.")
    return _("There is no higher band in this exam.")


def band_name(band: Band) -> str:
    """Return what a band earns, as it stands in a sentence: Grade C, Level B1."""
    if band.grade is None:
        return _("Score only")
    if len(band.grade) == 1:
        return _("Grade %(grade)s", grade=band.grade)
    return _(band.grade)


def _parts(exam: Exam, result: Result) -> list[str]:
    """What each part says; parts that say the same stand together."""
    if exam.kind != "scale":
        return []
    said: dict[str, list[str]] = {}
    scores = result.scores
    held = [part for part in exam.components if part.code in scores]
    for part in sorted(held, key=lambda part: -scores[part.code]):
        said.setdefault(_part(exam, scores[part.code]), []).append(_(part.name))
    return [f"{', '.join(names)}: {what}" for what, names in said.items()]


def _part(exam: Exam, score: int) -> str:
    if score < exam.minimum:
        return _("below what this exam reports.")
    level = grading.cefr_of(score)
    values = {"level": level}
    if level is None:
        return _("below Level A1.")
    if level == exam.target_cefr:
        return _("Level %(level)s, the level of this exam.", **values)
    if levels.above(level, exam.target_cefr):
        return _("Level %(level)s, above the level of this exam.", **values)
    return _("Level %(level)s, below the level of this exam.", **values)


def _balance(exam: Exam, result: Result) -> str:
    scores = result.scores
    held = [part for part in exam.components if part.code in scores]
    # How far below what is reported a part lies is not told.
    seen = {part.code: max(scores[part.code], exam.minimum) for part in held}
    if not any(score >= exam.minimum for score in scores.values()):
        return ""
    best, least = max(seen.values()), min(seen.values())
    if best - least < APART[exam.kind]:
        return _("Your parts lie close together: none stands out.")

    def named(score: int) -> str:
        return ", ".join(_(part.name) for part in held if seen[part.code] == score)

    return _(
        "You did best in: %(best)s. Good to work on next: %(least)s.",
        best=named(best),
        least=named(least),
    )
