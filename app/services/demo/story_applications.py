"""Applications in the queue: one overdue, one due, one asked about, one look-alike."""

from sqlalchemy import select

from app.extensions import db
from app.models import Organisation
from app.services import applicant, calendar, localtime, organisations, tokens
from app.services.applications import Application
from app.services.demo.cast import Cast
from app.services.tokens import Purpose
from app.values import Language, OrganisationType

ADDRESS = "192.0.2.46"


def happen(cast: Cast) -> None:
    """Let them apply, be asked and answer."""
    _asked_about(cast)
    _nearly_due(cast)
    _look_alike(cast)


def _asked_about(cast: Cast) -> None:
    """An officer has asked, and the applicant has answered."""
    waiting = _applied(
        cast,
        3,
        Application(
            "Inés",
            "Alameda",
            "Head of admissions",
            "ines@alameda-campus.example",
            "Instituto Alameda",
            OrganisationType.college,
            "https://www.alameda.example",
            "Sevilla",
            "ES",
        ),
    )
    words = (
        "Your address lies at alameda-campus.example, your website at alameda.example."
        " Do both belong to the same institute?"
    )
    at = cast.ago(1.6)
    applicant.ask(waiting, words, by=cast.team["partnerships"], at=at)
    who = organisations.primary_of(waiting)
    assert who is not None
    token = tokens.make(Purpose.answer_board, who, at=at)
    words = "Yes. Our staff have addresses of the campus, which opened in January."
    applicant.answer(token, words, address=ADDRESS, at=cast.ago(0.7))


def _nearly_due(cast: Cast) -> None:
    """The last day that was promised is today, or the next working day."""
    at, days = cast.at, 5.0
    today = localtime.today(cast.at)
    while organisations.due_on(at) > calendar.working_days_after(today, 1):
        at, days = cast.ago(days), days + 1
    applied = Application(
        "Aoife",
        "Byrne",
        "Admissions office",
        "aoife.byrne@ponente.example",
        "Fondazione Ponente",
        OrganisationType.university,
        "https://www.ponente.example",
        "Cork",
        "IE",
    )
    organisations.apply(applied, address=ADDRESS, at=at)


def _look_alike(cast: Cast) -> None:
    """The name of the university, without its accent, from somewhere else."""
    copied = Application(
        "Mario",
        "Ossi",
        "Director",
        "director@tirreno-admissions.example",
        "Universita' degli  Studi del Tirreno",
        OrganisationType.university,
        "https://www.tirreno-studi.example",
        "Roma",
        "IT",
        Language.it,
    )
    _applied(cast, 0.4, copied)


def _applied(cast: Cast, days: float, wanted: Application) -> Organisation:
    organisations.apply(wanted, address=ADDRESS, at=cast.ago(days))
    query = select(Organisation).where(Organisation.website == wanted.website)
    return db.session.scalars(query).one()
