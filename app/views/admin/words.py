"""How values are written on the board's pages: in words, on the board's clock."""

import re
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from flask_babel import format_date, format_datetime, format_time
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.values import (
    AuditAction,
    CaseKind,
    CaseState,
    CertificateState,
    ComponentCode,
    DayPart,
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
    ResultStatus,
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
# What the trail records; its rows hold the names of the acts.
ACTS: dict[str, Any] = {
    AuditAction.imported.value: _l("File imported"),
    AuditAction.result_accepted.value: _l("Difference accepted"),
    AuditAction.result_withdrawn.value: _l("Result withdrawn"),
    AuditAction.confirmations_issued.value: _l("Confirmations of Entry issued"),
    AuditAction.secret_reissued.value: _l("New Secret Number issued"),
    AuditAction.secret_locked.value: _l("Secret Number locked"),
    AuditAction.secret_unlocked.value: _l("Secret Number unlocked"),
    AuditAction.release_proposed.value: _l("Release proposed"),
    AuditAction.release_approved.value: _l("Release approved"),
    AuditAction.release_withdrawn.value: _l("Release withdrawn"),
    AuditAction.release_announced.value: _l("Release announced"),
    AuditAction.account_registered.value: _l("Account registered"),
    AuditAction.account_email_confirmed.value: _l("Email address confirmed"),
    AuditAction.account_changed.value: _l("Account changed"),
    AuditAction.account_email_changed.value: _l("Email address changed"),
    AuditAction.account_exam_added.value: _l("Exam added to account"),
    AuditAction.account_ended.value: _l("Account ended"),
    AuditAction.account_data_taken.value: _l("Own data downloaded"),
    AuditAction.sign_in_link_used.value: _l("Signed in by link"),
    AuditAction.password_changed.value: _l("Password changed"),
    AuditAction.organisation_applied.value: _l("Application received"),
    AuditAction.organisation_approved.value: _l("Organisation approved"),
    AuditAction.organisation_refused.value: _l("Organisation refused"),
    AuditAction.organisation_suspended.value: _l("Organisation suspended"),
    AuditAction.organisation_restored.value: _l("Organisation restored"),
    AuditAction.member_added.value: _l("Member added"),
    AuditAction.member_changed.value: _l("Member changed"),
    AuditAction.member_deactivated.value: _l("Member deactivated"),
    AuditAction.staff_added.value: _l("Staff user added"),
    AuditAction.staff_changed.value: _l("Staff user changed"),
    AuditAction.share_made.value: _l("Result shared"),
    AuditAction.share_changed.value: _l("Share changed"),
    AuditAction.share_withdrawn.value: _l("Share withdrawn"),
    AuditAction.share_suspended.value: _l("Share suspended"),
    AuditAction.share_resumed.value: _l("Share resumed"),
    AuditAction.share_expired.value: _l("Share expired"),
    AuditAction.link_made.value: _l("Link to a result made"),
    AuditAction.link_revoked.value: _l("Link to a result ended"),
    AuditAction.invitation_made.value: _l("Organisation invited"),
    AuditAction.invitation_answered.value: _l("Invitation answered"),
    AuditAction.invitation_withdrawn.value: _l("Invitation withdrawn"),
    AuditAction.case_opened.value: _l("Question to the centre asked"),
    AuditAction.case_answered.value: _l("Question to the centre answered"),
    AuditAction.case_closed.value: _l("Question to the centre closed"),
    AuditAction.enquiry_requested.value: _l("Enquiry asked for"),
    AuditAction.enquiry_cancelled.value: _l("Enquiry cancelled"),
    AuditAction.enquiry_accepted.value: _l("Enquiry passed on to the board"),
    AuditAction.enquiry_refused.value: _l("Enquiry refused"),
    AuditAction.enquiry_decided.value: _l("Enquiry decided"),
    AuditAction.result_amended.value: _l("Result amended"),
    AuditAction.certificate_sent.value: _l("Certificate sent"),
    AuditAction.certificate_arrived.value: _l("Certificate arrived"),
    AuditAction.certificate_arranged.value: _l("Collection arranged"),
    AuditAction.certificate_handed_over.value: _l("Certificate handed over"),
    AuditAction.certificate_destroyed.value: _l("Certificate destroyed"),
    AuditAction.certificate_recalled.value: _l("Certificate recalled"),
    AuditAction.record_added.value: _l("Record added"),
    AuditAction.record_changed.value: _l("Record changed"),
    AuditAction.record_deleted.value: _l("Record deleted"),
    AuditAction.mail_retried.value: _l("E-mail tried again"),
    AuditAction.erased.value: _l("Old data erased"),
    AuditAction.demo_loaded.value: _l("Demonstration loaded"),
}
# What is written to people: the names of the templates below email/.
MAILS: dict[str, Any] = {
    "account_deleted": _l("Account deleted"),
    "application_received": _l("Application received"),
    "case_answered": _l("Question answered by the centre"),
    "case_for_centre": _l("Questions that wait for a centre"),
    "case_received": _l("Request to a centre received"),
    "certificate_agreed": _l("Collection of a certificate confirmed"),
    "certificate_arrived": _l("Certificate arrived"),
    "certificate_collected": _l("Certificate handed over"),
    "certificate_posted": _l("Certificate posted"),
    "certificate_reminder": _l("Certificate still to be collected"),
    "confirm_email": _l("Email address to confirm"),
    "enquiry_answered": _l("Enquiry answered"),
    "enquiry_closed_for_centre": _l("Enquiry answered: to the centre"),
    "enquiry_for_centre": _l("Enquiry to pass on"),
    "enquiry_passed_on": _l("Enquiry passed on"),
    "enquiry_received": _l("Enquiry received"),
    "enquiry_refused": _l("Enquiry refused"),
    "email_change": _l("New email address to confirm"),
    "email_changed": _l("Email address changed"),
    "invitation": _l("Invitation of an organisation"),
    "invitation_answered": _l("Invitation answered"),
    "link_ended": _l("Link ended after wrong dates of birth"),
    "link_looked": _l("Result looked at by link"),
    "link_made": _l("Receipt for a link"),
    "member_added": _l("Member added"),
    "organisation_approved": _l("Organisation approved"),
    "organisation_refused": _l("Organisation refused"),
    "password_changed": _l("Password changed"),
    "registered": _l("Exam registered"),
    "result_amended": _l("Shared result amended"),
    "result_corrected": _l("Result corrected"),
    "result_out": _l("Result out"),
    "result_withdrawn_notice": _l("Shared result withdrawn"),
    "secret_unlock": _l("Secret Number to unlock"),
    "set_password": _l("Password to set"),
    "share_read": _l("Shared result read"),
    "share_receipt": _l("Receipt for a shared result"),
    "share_withdrawn": _l("Receipt for a share taken back"),
    "sign_in_link": _l("Link to log in"),
    "staff_added": _l("Staff user added"),
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
