"""How values are written on the board's pages: in words, on the board's clock."""

import re
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from flask_babel import format_date, format_datetime, format_time
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.values import (
    CaseKind,
    CaseState,
    CertificateState,
    ComponentCode,
    DayPart,
    DownloadFormat,
    EnquiryKind,
    EnquiryOutcome,
    EnquiryState,
    ImportKind,
    InvitationState,
    Language,
    MailState,
    MemberRole,
    Mode,
    Notify,
    OrganisationStatus,
    OrganisationType,
    RequestState,
    ResultStatus,
    RowPer,
    WorkState,
)

_PAIRS: tuple[tuple[Enum, Any], ...] = (
    (Language.en, _l("English")),
    (Language.it, _l("Italian")),
    (ComponentCode.R, _l("Reading")),
    (ComponentCode.U, _l("Use of English")),
    (ComponentCode.W, _l("Writing")),
    (ComponentCode.L, _l("Listening")),
    (ComponentCode.S, _l("Speaking")),
    (ComponentCode.RW, _l("Reading and Writing")),
    (Mode.paper, _l("On paper")),
    (Mode.computer, _l("On computer")),
    (Mode.digital, _l("Digital")),
    (ResultStatus.graded, _l("Graded")),
    (ResultStatus.pending, _l("Pending")),
    (ResultStatus.withheld, _l("Withheld")),
    (ResultStatus.absent_part, _l("Absent from a part (X)")),
    (ResultStatus.absent_all, _l("Absent from all parts (Z)")),
    (OrganisationType.university, _l("University")),
    (OrganisationType.college, _l("College")),
    (OrganisationType.employer, _l("Employer")),
    (OrganisationType.ministry, _l("Ministry")),
    (OrganisationType.professional_body, _l("Professional body")),
    (OrganisationType.other, _l("Other")),
    (OrganisationStatus.applied, _l("Applied")),
    (OrganisationStatus.approved, _l("Approved")),
    (OrganisationStatus.refused, _l("Refused")),
    (OrganisationStatus.suspended, _l("Suspended")),
    (MemberRole.primary, _l("Primary user")),
    (MemberRole.admin, _l("Administrator")),
    (Notify.off, _l("Never")),
    (Notify.each, _l("Each time")),
    (Notify.daily, _l("Daily")),
    (Notify.weekly, _l("Weekly")),
    (EnquiryKind.recheck, _l("Re-check")),
    (EnquiryKind.remark, _l("Re-mark of the writing")),
    (EnquiryState.requested, _l("With the centre")),
    (EnquiryState.refused, _l("Refused by the centre")),
    (EnquiryState.cancelled, _l("Cancelled by the candidate")),
    (EnquiryState.accepted, _l("With the board")),
    (EnquiryState.decided, _l("Decided")),
    (EnquiryOutcome.unchanged, _l("The result stays")),
    (EnquiryOutcome.changed, _l("The result changes")),
    (MailState.queued, _l("Queued")),
    (MailState.sending, _l("Being sent")),
    (MailState.sent, _l("Sent")),
    (MailState.failed, _l("Failed")),
    (MailState.dropped, _l("Not needed any more")),
    (CaseKind.lost_confirmation, _l("Lost Confirmation of Entry")),
    (CaseKind.missing_result, _l("Missing result")),
    (CaseState.open, _l("Waits for the centre")),
    (CaseState.answered, _l("Answered")),
    (CaseState.closed, _l("Closed")),
    (CertificateState.sent, _l("On its way")),
    (CertificateState.arrived, _l("At the centre")),
    (CertificateState.posted, _l("Posted")),
    (CertificateState.collected, _l("Collected")),
    (CertificateState.destroyed, _l("Destroyed")),
    (CertificateState.recalled, _l("Recalled")),
    (DayPart.morning, _l("Morning")),
    (DayPart.afternoon, _l("Afternoon")),
    (ImportKind.centres, _l("Centres")),
    (ImportKind.schools, _l("Schools")),
    (ImportKind.sessions, _l("Sessions")),
    (ImportKind.timetable, _l("Timetable")),
    (ImportKind.entries, _l("Entries")),
    (ImportKind.results, _l("Results")),
    (InvitationState.sent, _l("Waits")),
    (InvitationState.answered, _l("Answered")),
    (InvitationState.withdrawn, _l("Over")),
    (RequestState.open, _l("Open")),
    (RequestState.accepted, _l("Accepted")),
    (RequestState.declined, _l("Declined")),
    (WorkState.queued, _l("Waiting")),
    (WorkState.running, _l("In progress")),
    (WorkState.ready, _l("Ready")),
    (WorkState.failed, _l("Failed")),
    (WorkState.expired, _l("Expired")),
    (DownloadFormat.statements_zip, _l("Statements of Results, one PDF each")),
    (DownloadFormat.statements_pdf, _l("Statements of Results in one PDF")),
    (DownloadFormat.csv, "CSV"),
    (DownloadFormat.xlsx, "XLSX"),
    (DownloadFormat.json, "JSON"),
    (DownloadFormat.xml, "XML"),
    (RowPer.result, _l("One row per result")),
    (RowPer.component, _l("One row per component")),
)
# Members of two lists may share a value, so the list is part of the key.
WORDS = {(type(member), member.value): said for member, said in _PAIRS}
# The roles of roles.py, for people; Flask-AppBuilder knows them by their English names.
_ROLES = {
    "System administrator": _l("System administrator"),
    "Results officer": _l("Results officer"),
    "Release approver": _l("Release approver"),
    "Partnerships officer": _l("Partnerships officer"),
    "Auditor": _l("Auditor"),
    "Centre staff": _l("Centre staff"),
}
# Why a result is held back, as the import writes it into the row.
_HELD = re.compile(r"(overall|grade|cefr) (.+), by the rule (.+)")
NOTHING = "–"


def word(value: Enum) -> str:
    """Return the word for a member of a closed list; a code is its own word."""
    return str(WORDS.get((type(value), value.value), value.value))


def role_word(name: str) -> str:
    """Return the name of a role in the reader's language."""
    return str(_ROLES.get(name, name))


def grade_word(grade: str | None) -> str:
    """Return a grade in the reader's language; a letter is its own word."""
    return _(grade) if grade else NOTHING


def why_held(reasons: str) -> str:
    """Return in the reader's language what an import wrote about a held result."""
    parts = str(reasons).split("; ") if reasons else [NOTHING]
    return "; ".join(_why_held(reason) for reason in parts)


def _why_held(reason: str) -> str:
    found = _HELD.fullmatch(reason)
    if found is None:
        return reason
    parts = {"overall": _("overall score"), "grade": _("grade"), "cefr": _("level")}
    given, due = (_("none") if one == "none" else _(one) for one in found.groups()[1:])
    what = parts[found[1]]
    return _("%(what)s %(given)s, by the rule %(due)s", what=what, given=given, due=due)


def written(value: Any) -> str:
    """Return any value of a row as people read it; a dash where there is none."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Enum):
        return word(value)
    if isinstance(value, datetime):
        return format_datetime(value, "d MMMM y, HH:mm")
    if isinstance(value, date):
        return format_date(value, "d MMMM y")
    if isinstance(value, time):
        return format_time(value, "HH:mm", rebase=False)
    if isinstance(value, (list, tuple)):
        return ", ".join(written(one) for one in value) or NOTHING
    return str(value)
