"""Who may sign in to the demonstration, and what each of them is there to show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.models import Entry
from app.services import credentials
from app.services.demo.staff import STAFF

# Marks words for the catalogues; the page says them in the reader's language.
N_ = str

# Everybody in the demonstration has this password; nobody in it exists.
PASSWORD = "esito demonstration"


@dataclass(frozen=True)
class SignInCard:
    """How one person of the demonstration signs in, and what they will see.

    `who` is a name and what they are; `values` are what the note names.
    """

    who: str
    where: str
    name: str
    password: str
    note: str
    values: dict[str, str] = field(default_factory=dict)


CANDIDATE = N_("candidate")
# In the order in which they help somebody who looks around.
CANDIDATES = {
    "amina": N_("her result is out; what she sent, to whom, and who has read it"),
    "elena": N_("five exams since 2018: one is being marked, one is to come; links"),
    "boris": N_("he waits for his result"),
    "matteo": N_("his result is missing, and his centre has answered"),
    "omar": N_("his result is not ready yet"),
    "noemi": N_("she has asked her centre for a check"),
    "livia": N_("checked once and unchanged; her writing is being marked again"),
    "davide": N_("a check has changed his result"),
    "sara": N_("her certificate is ready, and her appointment agreed"),
    "tommaso": N_("his certificate will soon be destroyed"),
    "zoe": N_("nine years old: her parents' address, her father is told too"),
    "nina": N_("the board has taken her result back"),
    "dora": N_("somebody else had registered with her paper; one share is on hold"),
}
NEW = N_("not registered yet: Secret Number %(secret)s, born %(born)s")
LOOKING_UP = N_(
    "looks up results without a share, and has to say what for: try %(number)s, born"
    " %(born)s"
)
TIRRENO = "Università degli Studi del Tirreno"
NORTHGATE = "Northgate University"
# address, name, organisation, note
MEMBERS = (
    (
        "registrar@tirreno.example",
        "Rita Registrar",
        TIRRENO,
        N_(
            "primary user: results that are new to her, what changed since she looked,"
            " files to take along, a list that was checked, a colleague who waits"
        ),
    ),
    (
        "colleague@tirreno.example",
        "Carlo Collega",
        TIRRENO,
        N_("another user there: his own bold lines, told once a day of what is new"),
    ),
    (
        "registrar@martesana.example",
        "Rita Registrar",
        "Politecnico della Martesana",
        N_("told of each share; one of them is on hold"),
    ),
    (
        "deputy@northgate.example",
        "Dana Deputy",
        NORTHGATE,
        N_("she is offered the primary role, and accepts or declines it"),
    ),
    (
        "registrar@northgate.example",
        "Rita Registrar",
        NORTHGATE,
        N_("she offers it; what Amina had shared there has expired"),
    ),
    (
        "registrar@skills.example",
        "Rita Registrar",
        "Ministry of Skills and Work",
        LOOKING_UP,
    ),
)
NOTES = {
    "admin": N_("users, centres, mail and the trail"),
    "officer": N_("imports, proposes releases, decides checks, sends certificates"),
    "approver": N_("one release waits for the second signature"),
    "partnerships": N_(
        "four applications: one overdue, one due, one that answered her question, one"
        " whose name looks like another's; a question from a member"
    ),
    "auditor": N_("reads everything, changes nothing"),
    "clerk": N_("centre IT024: lost papers, checks, certificates, rules of its own"),
    "second_clerk": N_("centre IT294, where less waits"),
}


def of(people: Mapping[str, Sequence[Entry]]) -> list[SignInCard]:
    """Return everybody's card: candidates, members, the board's and centres' staff."""
    return [
        *(_candidate(people[key][-1], note) for key, note in CANDIDATES.items()),
        _new(people["chiara"][-1]),
        *_members(people["noemi"][-1]),
        *_staff(),
    ]


def _candidate(entry: Entry, note: str) -> SignInCard:
    who, number = f"{entry.name}, {CANDIDATE}", entry.id_number or ""
    return SignInCard(who, "/candidate/login", number, PASSWORD, note)


def _new(entry: Entry) -> SignInCard:
    return SignInCard(
        f"{entry.name}, {CANDIDATE}",
        "/candidate/register",
        entry.id_number or "",
        "",
        NEW,
        {
            "secret": credentials.printed(entry),
            "born": f"{entry.date_of_birth:%d/%m/%Y}",
        },
    )


def _members(known: Entry) -> list[SignInCard]:
    door = "/verifier/login"
    printed = {
        "number": known.statement_number,
        "born": f"{known.date_of_birth:%d/%m/%Y}",
    }
    return [
        SignInCard(
            f"{name}, {home}",
            door,
            address,
            PASSWORD,
            note,
            printed if note == LOOKING_UP else {},
        )
        for address, name, home, note in MEMBERS
    ]


def _staff() -> list[SignInCard]:
    return [
        SignInCard(
            f"{one.first_name}, {one.role}",
            "/admin/login/",
            one.email,
            PASSWORD,
            NOTES[one.key],
        )
        for one in STAFF
    ]
