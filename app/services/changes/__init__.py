"""What changed since an organisation looked: amended or withdrawn, to be taken note of.

The version that was seen is written beside the share (sharing/looking.py) or the
look-up. It is compared with the one that may be seen now, whenever somebody asks; see
docs/decisions/0017-what-changed.md.
"""

from app.services.changes.acknowledging import acknowledge as acknowledge
from app.services.changes.listing import MOST_COUNTED as MOST_COUNTED
from app.services.changes.listing import ROWS as ROWS
from app.services.changes.listing import Change as Change
from app.services.changes.listing import ChangesPage as ChangesPage
from app.services.changes.listing import count as count
from app.services.changes.listing import page_for as page_for
