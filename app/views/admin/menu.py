"""The menu of the back office in its order; a reader sees the screens they may list."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.views.admin.accounts import Accounts
from app.views.admin.cases import Cases
from app.views.admin.centre_enquiries import CentreEnquiries, EnquiriesToPassOn
from app.views.admin.centres import Centres, Schools
from app.views.admin.certificates import Certificates
from app.views.admin.enquiries import Enquiries, EnquiriesDue
from app.views.admin.entries import Entries
from app.views.admin.imports import Imports
from app.views.admin.invitations import Invitations
from app.views.admin.join_requests import JoinRequests
from app.views.admin.mails import Mails
from app.views.admin.members import Members
from app.views.admin.organisations import Organisations
from app.views.admin.questions import Questions
from app.views.admin.releases import Releases
from app.views.admin.results import Held, Results
from app.views.admin.rules import Rules
from app.views.admin.sessions import Sessions, Timetable
from app.views.admin.trail import Trail
from app.views.admin.users import Users

# Groups of screens: (key, words, screens).
MENU: tuple[tuple[str, Any, tuple[Any, ...]], ...] = (
    ("results", _l("Results"), (Releases, Results, Held, Imports)),
    (
        "exams",
        _l("Exams"),
        (Sessions, Timetable, Entries, Accounts, Cases, Certificates),
    ),
    (
        "enquiries",
        _l("Enquiries"),
        (EnquiriesDue, Enquiries, EnquiriesToPassOn, CentreEnquiries),
    ),
    ("places", _l("Centres and schools"), (Centres, Schools, Rules)),
    (
        "organisations",
        _l("Organisations"),
        (Organisations, JoinRequests, Members, Invitations, Questions),
    ),
    ("service", _l("Service"), (Users, Mails, Trail)),
)
