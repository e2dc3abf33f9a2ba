"""Which exams an organisation recognises, and how good and how recent it wants them.

A requirement is for one exam and one programme; the programme "" is for everything
that no programme says differently. What a result makes of them is in fitting.py, the
same as a condition for lists in filtering.py, in words for candidates in asking.py.
"""

from app.services.requirements.asking import for_candidate as for_candidate
from app.services.requirements.asking import in_words as in_words
from app.services.requirements.filtering import met as met
from app.services.requirements.filtering import missed as missed
from app.services.requirements.fitting import Fit as Fit
from app.services.requirements.fitting import Verdict as Verdict
from app.services.requirements.fitting import verdicts as verdicts
from app.services.requirements.keeping import Terms as Terms
from app.services.requirements.keeping import delete as delete
from app.services.requirements.keeping import of as of
from app.services.requirements.keeping import own as own
from app.services.requirements.keeping import programmes as programmes
from app.services.requirements.keeping import save as save
