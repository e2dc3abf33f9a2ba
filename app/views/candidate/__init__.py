"""What a candidate sees: the way in, their exams and results, whom they sent them."""

from app.views.candidate import (
    adding,
    cases,
    certificates,
    doors,
    enquiries,
    exams,
    invitations,
    links,
    lost,
    mailbox,
    mine,
    passwords,
    registration,
    result,
    settings,
    shares,
    standing,
)
from app.views.candidate.pages import pages

__all__ = [
    "adding",
    "cases",
    "certificates",
    "doors",
    "enquiries",
    "exams",
    "invitations",
    "links",
    "lost",
    "mailbox",
    "mine",
    "pages",
    "passwords",
    "registration",
    "result",
    "settings",
    "shares",
    "standing",
]
