"""What the service refuses, in words for the person who asked."""

from typing import Any


class Refused(Exception):
    """The request is understood and declined; nothing was written.

    `message` is a sentence for the person (a string or a lazy translation), `field`
    names the form field it belongs to, `status` is the HTTP status of the answer.
    """

    status = 400

    def __init__(
        self, message: Any, *, field: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return str(self.message)


class NotFound(Refused):
    """Absent, foreign or not yet published: the outside cannot tell which."""

    status = 404


class Conflict(Refused):
    """Somebody else was first, or the thing has changed since it was shown."""

    status = 409


class TooManyTries(Refused):
    """A limit protects somebody's secret; `retry_after` is in seconds."""

    status = 429

    def __init__(self, message: Any, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def first_line(problem: Exception) -> str:
    """Return what went wrong in one line.

    Of a database's error it is what the database said, without the statement.
    """
    said = str(getattr(problem, "orig", None) or problem).strip()
    return (said or type(problem).__name__).splitlines()[0]
