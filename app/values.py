"""The closed lists of the exam world; each name equals its value."""

import secrets
from enum import StrEnum

# The terms of use that accounts and shares agree to; shown on /terms.
TERMS_VERSION = "2026-11.2"


class Language(StrEnum):
    """Languages in which pages, documents and e-mails exist."""

    en = "en"
    it = "it"


class ExamCode(StrEnum):
    """The exams whose results the board publishes."""

    KET = "KET"
    KETFS = "KETFS"
    PET = "PET"
    PETFS = "PETFS"
    FCE = "FCE"
    FCEFS = "FCEFS"
    CAE = "CAE"
    CPE = "CPE"
    BECP = "BECP"
    BECV = "BECV"
    BECH = "BECH"
    DELTA1 = "DELTA1"
    YLES = "YLES"
    YLEM = "YLEM"
    YLEF = "YLEF"


class ComponentCode(StrEnum):
    """The parts of an exam that carry a score of their own."""

    R = "R"
    U = "U"
    W = "W"
    L = "L"
    S = "S"
    RW = "RW"


class Mode(StrEnum):
    """How the papers of a session are taken."""

    paper = "paper"
    computer = "computer"
    digital = "digital"


class ResultStatus(StrEnum):
    """What a result is; only a graded one carries scores."""

    graded = "graded"
    pending = "pending"
    withheld = "withheld"
    absent_part = "absent_part"
    absent_all = "absent_all"


class OrganisationType(StrEnum):
    """What kind of body relies on results."""

    university = "university"
    college = "college"
    employer = "employer"
    ministry = "ministry"
    professional_body = "professional_body"
    other = "other"


class OrganisationStatus(StrEnum):
    """Where an organisation stands; only an approved one receives anything."""

    applied = "applied"
    approved = "approved"
    refused = "refused"
    suspended = "suspended"


class MemberRole(StrEnum):
    """What a member may do in the organisation or school."""

    primary = "primary"
    admin = "admin"


class Notify(StrEnum):
    """How often a member is told of newly shared results."""

    off = "off"
    each = "each"
    daily = "daily"
    weekly = "weekly"


class Audience(StrEnum):
    """The three kinds of people who sign in."""

    candidate = "candidate"
    member = "member"
    staff = "staff"


class AccessKind(StrEnum):
    """What an organisation did with a shared result."""

    viewed = "viewed"
    statement = "statement"
    data = "data"
    # Somebody has taken note of what changed since.
    acknowledged = "acknowledged"


class ShareScope(StrEnum):
    """How much of a result is shared; each holds what stands before it."""

    overall = "overall"
    components = "components"
    photo = "photo"


class ShareState(StrEnum):
    """Whether a share opens its result; see services/consent.py."""

    standing = "standing"
    suspended = "suspended"
    expired = "expired"
    withdrawn = "withdrawn"


class InvitationState(StrEnum):
    """Where a candidate's invitation of an organisation stands."""

    sent = "sent"
    answered = "answered"
    withdrawn = "withdrawn"


class CaseKind(StrEnum):
    """What a candidate needs from their centre."""

    lost_confirmation = "lost_confirmation"
    missing_result = "missing_result"


class CaseState(StrEnum):
    """Whose turn it is: the centre's, the candidate's, or nobody's any more."""

    open = "open"
    answered = "answered"
    closed = "closed"


class EnquiryKind(StrEnum):
    """The two stages of an enquiry about results, in this order."""

    recheck = "recheck"
    remark = "remark"


class EnquiryState(StrEnum):
    """Where an enquiry stands: with the centre, with the board, or over."""

    requested = "requested"
    refused = "refused"
    cancelled = "cancelled"
    accepted = "accepted"
    decided = "decided"


class EnquiryOutcome(StrEnum):
    """What the board found."""

    unchanged = "unchanged"
    changed = "changed"


class CertificateState(StrEnum):
    """Where a certificate is."""

    sent = "sent"
    arrived = "arrived"
    posted = "posted"
    collected = "collected"
    destroyed = "destroyed"
    recalled = "recalled"


class DayPart(StrEnum):
    """When in a day a certificate is collected."""

    morning = "morning"
    afternoon = "afternoon"


class RequestState(StrEnum):
    """Where a request of one person to another stands."""

    open = "open"
    accepted = "accepted"
    declined = "declined"


class WorkState(StrEnum):
    """Where long work stands that the job process does."""

    queued = "queued"
    running = "running"
    ready = "ready"
    failed = "failed"
    expired = "expired"


class DownloadFormat(StrEnum):
    """What a download is made of."""

    statements_zip = "statements_zip"
    statements_pdf = "statements_pdf"
    csv = "csv"
    xlsx = "xlsx"
    json = "json"
    xml = "xml"


class RowPer(StrEnum):
    """What a row of a data file stands for."""

    result = "result"
    component = "component"


class MailState(StrEnum):
    """Where a message stands between the queue and the mail server."""

    queued = "queued"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    dropped = "dropped"


class ImportKind(StrEnum):
    """The files the board imports."""

    centres = "centres"
    schools = "schools"
    sessions = "sessions"
    timetable = "timetable"
    entries = "entries"
    results = "results"


class InstallationKind(StrEnum):
    """What kind of people a database holds, so that the two never mix."""

    real = "real"
    demo = "demo"
    testing = "testing"


def new_reference() -> str:
    """Return a random public reference: 128 bits in 22 characters safe in addresses."""
    return secrets.token_urlsafe(16)


class AuditAction(StrEnum):
    """The acts that the trail records; nothing else may be written to it."""

    imported = "imported"
    result_accepted = "result_accepted"
    result_withdrawn = "result_withdrawn"
    confirmations_issued = "confirmations_issued"
    secret_reissued = "secret_reissued"
    secret_locked = "secret_locked"
    secret_unlocked = "secret_unlocked"
    release_proposed = "release_proposed"
    release_approved = "release_approved"
    release_withdrawn = "release_withdrawn"
    release_announced = "release_announced"
    account_registered = "account_registered"
    account_email_confirmed = "account_email_confirmed"
    account_changed = "account_changed"
    account_email_changed = "account_email_changed"
    account_exam_added = "account_exam_added"
    account_ended = "account_ended"
    account_data_taken = "account_data_taken"
    sign_in_link_used = "sign_in_link_used"
    password_changed = "password_changed"
    organisation_applied = "organisation_applied"
    organisation_approved = "organisation_approved"
    organisation_refused = "organisation_refused"
    organisation_suspended = "organisation_suspended"
    organisation_restored = "organisation_restored"
    member_added = "member_added"
    member_changed = "member_changed"
    member_deactivated = "member_deactivated"
    member_restored = "member_restored"
    member_removed = "member_removed"
    primary_offered = "primary_offered"
    primary_offer_ended = "primary_offer_ended"
    primary_handed_over = "primary_handed_over"
    join_asked = "join_asked"
    join_accepted = "join_accepted"
    join_declined = "join_declined"
    applicant_asked = "applicant_asked"
    applicant_answered = "applicant_answered"
    organisation_changed = "organisation_changed"
    factor_added = "factor_added"
    factor_removed = "factor_removed"
    recovery_code_used = "recovery_code_used"
    recovery_codes_renewed = "recovery_codes_renewed"
    result_looked_up = "result_looked_up"
    list_checked = "list_checked"
    template_saved = "template_saved"
    template_deleted = "template_deleted"
    download_asked = "download_asked"
    download_made = "download_made"
    download_taken = "download_taken"
    change_acknowledged = "change_acknowledged"
    requirement_saved = "requirement_saved"
    requirement_deleted = "requirement_deleted"
    question_asked = "question_asked"
    question_answered = "question_answered"
    staff_added = "staff_added"
    staff_changed = "staff_changed"
    share_made = "share_made"
    share_changed = "share_changed"
    share_withdrawn = "share_withdrawn"
    share_suspended = "share_suspended"
    share_resumed = "share_resumed"
    share_expired = "share_expired"
    link_made = "link_made"
    link_revoked = "link_revoked"
    invitation_made = "invitation_made"
    invitation_answered = "invitation_answered"
    invitation_withdrawn = "invitation_withdrawn"
    case_opened = "case_opened"
    case_answered = "case_answered"
    case_closed = "case_closed"
    enquiry_requested = "enquiry_requested"
    enquiry_cancelled = "enquiry_cancelled"
    enquiry_accepted = "enquiry_accepted"
    enquiry_refused = "enquiry_refused"
    enquiry_decided = "enquiry_decided"
    result_amended = "result_amended"
    certificate_sent = "certificate_sent"
    certificate_arrived = "certificate_arrived"
    certificate_arranged = "certificate_arranged"
    certificate_handed_over = "certificate_handed_over"
    certificate_destroyed = "certificate_destroyed"
    certificate_recalled = "certificate_recalled"
    record_added = "record_added"
    record_changed = "record_changed"
    record_deleted = "record_deleted"
    mail_retried = "mail_retried"
    erased = "erased"
    demo_loaded = "demo_loaded"
