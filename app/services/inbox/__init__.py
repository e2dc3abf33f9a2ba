"""What an organisation has been sent: its list, what is looked for, what is chosen.

What a member may look for is in wanted.py, the list itself in listing.py, and what they
choose of it, one by one or all that matches, in choosing.py.
"""

from app.services.inbox.choosing import MOST_CHOSEN as MOST_CHOSEN
from app.services.inbox.choosing import Selection as Selection
from app.services.inbox.choosing import selected as selected
from app.services.inbox.listing import MOST_COUNTED as MOST_COUNTED
from app.services.inbox.listing import MOST_SORTED as MOST_SORTED
from app.services.inbox.listing import SharedPage as SharedPage
from app.services.inbox.listing import SharedRow as SharedRow
from app.services.inbox.listing import page_for as page_for
from app.services.inbox.looks import latest_looks as latest_looks
from app.services.inbox.ordering import NEWEST_FIRST as NEWEST_FIRST
from app.services.inbox.ordering import Order as Order
from app.services.inbox.ordering import SortBy as SortBy
from app.services.inbox.wanted import Wanted as Wanted
from app.services.inbox.wanted import centres_called as centres_called
