"""What importing an archive of photos would do: its problems, and what it would write.

Made by photo_import.py, which also carries it out.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.models import Centre, ExamSession
from app.services.importing.plan import LISTED, shortened
from app.services.photos.pictures import Portrait


class Problem(NamedTuple):
    """Why an archive is refused: which file in it, and what is wrong with that."""

    file: str
    message: Any

    def __str__(self) -> str:
        return f"{self.file}: {self.message}"


class Known(NamedTuple):
    """A candidate of the session and centre, and the photo they have."""

    entry_id: int
    reference: str | None
    source_hash: str | None


class Drawn(NamedTuple):
    """A picture that would be written, and where it waits until then."""

    candidate: Known
    source_hash: str
    portrait: Portrait
    start: int
    length: int


@dataclass(repr=False)
class Plan:
    """What importing an archive would do; counted in photos.

    problems lists the first, problem_count counts all; changed lists the numbers of the
    candidates whose photo would be another one.
    """

    session: ExamSession
    centre: Centre
    sha256: str
    added: int = 0
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    without: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    drawn: list[Drawn] = field(default_factory=list)

    def problem(self, file: str, message: Any) -> None:
        """Note down why the archive cannot be imported."""
        self.problem_count += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(shortened(file) or '""', message))
