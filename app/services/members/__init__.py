"""Members: the users of an organisation or a school.

How they get in is in entering.py, who belongs in belonging.py, how somebody's time ends
in leaving.py, and the messages that let them set a password in sending.py. How the
primary role passes on is in services/handovers.py.
"""

from app.services.members.authority import is_primary as is_primary
from app.services.members.authority import require_primary as require_primary
from app.services.members.belonging import NewMember as NewMember
from app.services.members.belonging import change as change
from app.services.members.belonging import create as create
from app.services.members.belonging import invite_again as invite_again
from app.services.members.entering import begin_visit as begin_visit
from app.services.members.entering import forgot_password as forgot_password
from app.services.members.entering import link_holder as link_holder
from app.services.members.entering import require_password as require_password
from app.services.members.entering import set_password as set_password
from app.services.members.entering import sign_in as sign_in
from app.services.members.finding import of_organisation as of_organisation
from app.services.members.finding import organisation_named as organisation_named
from app.services.members.finding import own as own
from app.services.members.finding import page_of as page_of
from app.services.members.finding import school_numbered as school_numbered
from app.services.members.leaving import deactivate as deactivate
from app.services.members.leaving import remove as remove
from app.services.members.leaving import restore as restore
