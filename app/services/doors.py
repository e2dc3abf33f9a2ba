"""The places that take a secret, and what is different at some of them."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l


class Door(StrEnum):
    """The places that take a secret."""

    candidate_sign_in = "candidate_sign_in"
    candidate_registration = "candidate_registration"
    member_sign_in = "member_sign_in"
    staff_sign_in = "staff_sign_in"
    password_link = "password_link"
    sign_in_link = "sign_in_link"
    organisation_application = "organisation_application"
    result_link = "result_link"
    lost_confirmation = "lost_confirmation"
    invitation = "invitation"
    second_factor = "second_factor"
    join_request = "join_request"
    lookup = "lookup"
    question = "question"


# Doors at which nothing is guessed: forms that people send.
FORMS = frozenset(
    {
        Door.lost_confirmation,
        Door.organisation_application,
        Door.invitation,
        Door.join_request,
        Door.question,
    }
)
# Doors at which others could shut a person out, and something else bounds the guesses
# or there are none: a Secret Number ends by itself, and a mailbox gets so many links.
WITHOUT_PERSON = frozenset(
    {Door.candidate_registration, Door.password_link, Door.sign_in_link}
)
# What to do instead of waiting.
INSTEAD: dict[Door, Any] = {
    Door.candidate_sign_in: _l("Or let us send you a link by email: it works now."),
    Door.candidate_registration: _l(
        "Meanwhile, check each detail on your Confirmation of Entry."
    ),
    Door.member_sign_in: _l(
        "Or choose “Forgotten password”: the link that we send you works now."
    ),
    Door.password_link: _l(
        "We have sent you a link a short time ago, if there is an account: look in"
        " your mailbox, in the spam folder, too."
    ),
}
INSTEAD[Door.sign_in_link] = INSTEAD[Door.password_link]
