"""What an import would do: its problems, its differences, and what it would write."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l

from app.values import ImportKind

# How many problems, differences and notes are listed; all of them are counted.
LISTED = 200
# A value is shown as far as it takes to find it in the file.
LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is refused: where, what it says there, and what is wrong with it.

    line: where the row begins in the file, from 1. column: empty for the whole row.
    """

    line: int
    column: str
    value: str
    message: Any

    def __str__(self) -> str:
        where = f"line {self.line}"
        if self.column:
            where += f', column {self.column}, value "{self.value}"'
        elif self.value:
            where += f', value "{self.value}"'
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be another one."""

    line: int
    key: str
    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, {self.key}, {self.column}:"
            f' "{self.before}" becomes "{self.after}"'
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A row that would be written, but held back until an officer has looked at it."""

    line: int
    key: str
    message: Any

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.message}"


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did, counted in rows of the file.

    held: results that wait for an officer. left_releases: results that were replaced
    and so left a release that was not yet out.
    """

    kind: ImportKind
    added: int
    changed: int
    unchanged: int
    held: int = 0
    left_releases: int = 0

    @property
    def wrote(self) -> bool:
        return bool(self.added or self.changed)


# Without a text form of its own: it holds what a file says of people.
@dataclass(repr=False)
class Plan:
    """What importing one file would do; made by `check`, carried out by `apply`.

    added, changed and unchanged count rows. problems, changes and notes list the first
    of each; problem_count, change_count and note_count count all.
    """

    kind: ImportKind
    content: bytes
    progress: Callable[[int], None] | None = None
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    changes: list[Change] = field(default_factory=list)
    change_count: int = 0
    notes: list[Note] = field(default_factory=list)
    note_count: int = 0
    # Rows to insert, and rows to change with their keys; each kind knows their shape.
    inserts: list[Any] = field(default_factory=list)
    updates: list[Any] = field(default_factory=list)
    # Keys of the exam sessions that the rows belong to.
    sessions: set[int] = field(default_factory=set)
    _lines: dict[Hashable, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows were understood and compared."""
        return self.added + self.changed + self.unchanged

    @cached_property
    def sha256(self) -> str:
        """The digest of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def fingerprint(self) -> str:
        """A digest of what would be written: two plans that share it write the same."""
        digest = hashlib.sha256(f"{self.kind} {self.sha256}".encode())
        for row in (*self.inserts, *self.updates):
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def writes_as(self, other: "Plan") -> bool:
        """Tell whether both plans would write the same rows."""
        return self.inserts == other.inserts and self.updates == other.updates

    def problem(self, line: int, column: str, value: str, message: Any) -> None:
        """Note down why the file cannot be imported."""
        self.problem_count += 1
        if len(self.problems) < LISTED:
            self.problems.append(Problem(line, column, shortened(value), message))

    def change(self, line: int, key: str, column: str, before: Any, after: Any) -> None:
        """Note down one difference between the database and the file."""
        self.change_count += 1
        if len(self.changes) < LISTED:
            self.changes.append(Change(line, key, column, said(before), said(after)))

    def note(self, line: int, key: str, message: Any) -> None:
        """Note down a row that would be held back."""
        self.note_count += 1
        if len(self.notes) < LISTED:
            self.notes.append(Note(line, key, message))

    def repeats(self, line: int, key: Hashable, column: str, value: str) -> bool:
        """Tell whether a key stood in an earlier line, and report it as a problem."""
        first = self._lines.setdefault(key, line)
        if first == line:
            return False
        message = _l("Line %(n)s is about the same already.", n=first)
        self.problem(line, column, value, message)
        return True

    def forget_lines(self) -> None:
        """Let go of what only reading needs."""
        self._lines = {}


def shortened(value: str) -> str:
    """Return a value short enough to list, without characters that act on a screen."""
    text = value[: LONGEST_SHOWN + 1]
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return text if len(value) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def said(value: Any) -> str:
    """Return a stored value as it is shown in a difference."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else shortened(str(value))
