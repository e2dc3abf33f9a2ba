"""Downloads: results that a member takes with them, as statements or as a data file.

They are asked for (asking.py), made of what may be given (making.py, giving.py) and
taken as long as that still holds (taking.py).
"""

from app.services.downloads.asking import HistoryPage as HistoryPage
from app.services.downloads.asking import again as again
from app.services.downloads.asking import ask as ask
from app.services.downloads.asking import count as count
from app.services.downloads.asking import history as history
from app.services.downloads.asking import own as own
from app.services.downloads.endings import erase as erase
from app.services.downloads.endings import expire as expire
from app.services.downloads.endings import sweep as sweep
from app.services.downloads.making import make_due as make_due
from app.services.downloads.taking import last_takings as last_takings
from app.services.downloads.taking import make as make
from app.services.downloads.taking import take as take
