"""Files of the board: checked whole, shown as differences, written all or not at all.

`check` reads a file and compares it with the database; `apply` writes what was shown.
"""

from app.services.importing.plan import Change, Note, Plan, Problem, Summary
from app.services.importing.reading import LARGEST_FILE
from app.services.importing.running import apply, check, columns, load

__all__ = [
    "LARGEST_FILE",
    "Change",
    "Note",
    "Plan",
    "Problem",
    "Summary",
    "apply",
    "check",
    "columns",
    "load",
]
