"""What is written to people, in words: one line for each kind of e-mail."""

from typing import Any

from flask_babel import lazy_gettext as _l

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
