"""The organisations' own people: who is let in, who left, who takes over, who asks."""

from datetime import timedelta

from app.models import Member
from app.services import (
    digests,
    handovers,
    joining,
    members,
    organisation_details,
    questions,
)
from app.services.demo.cast import Cast
from app.services.joining import Asking
from app.services.members import NewMember
from app.values import Language, Notify

# Set aside for examples: nobody's.
ADDRESS = "192.0.2.45"
ZONES = {
    "northgate.example": "Europe/London",
    "northgate-ca.example": "America/Halifax",
    "skills.example": "Europe/Dublin",
}
NOTIFIED = {
    "registrar@martesana.example": Notify.each,
    "registrar@skills.example": Notify.weekly,
    "registrar@northgate.example": Notify.daily,
}
# The colleague of the university has been told of what was shared until yesterday.
TOLD = timedelta(days=2)


def happen(cast: Cast) -> None:
    """Let people in, let them leave, and let them ask."""
    _users(cast)
    _requests_to_join(cast)
    _handovers(cast)
    _settings(cast)
    _questions(cast)


def _users(cast: Cast) -> None:
    """Beside those who work: one has not set a password, one is let in no more."""
    rita = cast.member("tirreno.example")
    for name, job, days in (
        ("Ilaria Nuti", "Master's admissions", 0.9),
        ("Dario Vanni", "Admissions", 200),
    ):
        made = _made(rita, name, job, cast, days)
        if days > 30:
            made.password_hash = cast.password_hash
            made.last_visit_at = cast.ago(40)
            members.deactivate(made, by=rita, at=cast.ago(31))


def _made(primary: Member, name: str, job: str, cast: Cast, days: float) -> Member:
    assert primary.organisation is not None
    first, _, family = name.partition(" ")
    domain = primary.email.partition("@")[2]
    email = f"{first.lower()}.{family.lower()}@{domain}"
    new = NewMember(email, first, family, job, language=primary.language)
    return members.create(new, primary.organisation, by=primary, at=cast.ago(days))


def _requests_to_join(cast: Cast) -> None:
    """One waits, one was let in and one was not."""
    rita = cast.member("tirreno.example")
    home = cast.organisation("tirreno.example")
    for first, family, days in (
        ("Pietro", "Salvi", 21.0),
        ("Sandra", "Prova", 12.0),
        ("Nadia", "Neri", 0.8),
    ):
        email = f"{first}.{family}@tirreno.example"
        asking = Asking(first, family, "Admissions", email, Language.it)
        joining.ask(home, asking, address=ADDRESS, at=cast.ago(days))
    pietro, sandra, _ = joining.open_for(home)
    let_in = joining.accept(pietro, by=rita, at=cast.ago(20))
    let_in.password_hash = cast.password_hash
    let_in.last_visit_at = cast.ago(6)
    joining.decline(sandra, by=rita, at=cast.ago(11.5))


def _handovers(cast: Cast) -> None:
    """Northgate's registrar offers her role; once she took it, and once nobody did."""
    first = cast.member("northgate.example")
    other = cast.user("deputy@northgate.example")
    for to, by, days, answer in (
        (other, first, 120, handovers.decline),
        (other, first, 60, handovers.accept),
        (first, other, 50, handovers.accept),
    ):
        made = handovers.offer(to, by=by, at=cast.ago(days))
        answer(made, by=to, at=cast.ago(days - 1))
    handovers.offer(other, by=first, at=cast.ago(0.6))


def _settings(cast: Cast) -> None:
    """Clocks, who is told how often, and an organisation that asks what for."""
    for domain, zone in ZONES.items():
        organisation_details.change(
            cast.member(domain),
            timezone=zone,
            asks_purpose=domain == "skills.example",
            at=cast.ago(40),
        )
    for email, wanted in NOTIFIED.items():
        digests.choose(cast.user(email), wanted, at=cast.at)
    cast.user("colleague@tirreno.example").told_until = cast.at - TOLD


def _questions(cast: Cast) -> None:
    """One is answered, one waits."""
    rita, carlo = (
        cast.user(f"{who}@tirreno.example") for who in ("registrar", "colleague")
    )
    words = "Can we keep the data files for three years? Our own rules ask for it."
    asked = questions.ask(
        rita, words, about="/verifier/downloads", address=ADDRESS, at=cast.ago(3)
    )
    words = (
        "You may: from then on your own rules of privacy hold for them. Please delete"
        " what candidates withdraw; What changed tells you."
    )
    questions.answer(asked, words, by=cast.team["partnerships"], at=cast.ago(2.2))
    words = "Is B2 First for Schools the same for us as B2 First?"
    page = "/verifier/organisation/exams"
    questions.ask(carlo, words, about=page, address=ADDRESS, at=cast.ago(0.3))
