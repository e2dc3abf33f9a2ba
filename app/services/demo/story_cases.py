"""What the story's people need from their centre, and what it answers."""

from datetime import date

from app.models import CentreCase
from app.services import cases
from app.services.cases import lost_papers
from app.services.cases.lost_papers import LostPaper
from app.services.demo.cast import Cast
from app.values import ExamCode, Language

# Set aside for examples: nobody's.
ADDRESS = "192.0.2.7"


def happen(cast: Cast) -> None:
    """Report a missing result, and ask for papers that are lost."""
    _missing(cast)
    _lost(cast)


def _missing(cast: Cast) -> None:
    """The centre has answered Matteo; it is his turn."""
    entry, account = cast.entry("matteo"), cast.account("matteo")
    clerk = cast.team["clerk"]
    words = "Everybody in my class has their result. I have not."
    case = cases.report_missing(entry, words, by=account, at=cast.ago(6))
    cases.answer(
        case,
        "Thank you for telling us. We have asked the board and write again on Friday.",
        by=clerk,
        at=cast.ago(5),
    )
    cases.write(case, "Thank you. I will wait.", by=account, at=cast.ago(4.8))
    cases.answer(
        case,
        "Your speaking marks had not reached the board. We have sent them again.",
        by=clerk,
        at=cast.ago(1),
    )


def _lost(cast: Cast) -> None:
    """Irene waits for an answer; somebody else has one; one is settled."""
    irene, clerk = cast.entry("irene"), cast.team["clerk"]
    words = "I think I threw it away with my old books."
    _asked(cast, irene.name, irene.date_of_birth, words, 0.5)
    words = "My surname may be written with an accent."
    case = _asked(cast, "Nicolo Serra", date(2008, 11, 2), words, 3)
    answer = "We have found you. Please come with your identity card."
    cases.answer(case, answer, by=clerk, at=cast.ago(2))
    case = _asked(cast, "Greta Bassi", date(2009, 2, 27), "", 9)
    answer = "You collected the new paper today."
    cases.answer(case, answer, by=clerk, at=cast.ago(8))
    cases.close(case, by=clerk, at=cast.ago(7.9))


def _asked(cast: Cast, name: str, born: date, words: str, days: float) -> CentreCase:
    lost = LostPaper(
        name=name,
        date_of_birth=born,
        email=f"{name.partition(' ')[0].lower()}@mail.example",
        exam=ExamCode.FCE,
        when="two months ago",
        school="",
        words=words,
        language=Language.en,
    )
    centre, at = cast.board.centres[0], cast.ago(days)
    return lost_papers.ask_for_paper(centre, lost, address=ADDRESS, at=at)
