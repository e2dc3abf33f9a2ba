"""Doing the same for many: one that fails keeps none of the others waiting."""

from collections.abc import Callable, Iterable

from flask import current_app


def counted(works: Iterable[tuple[str, Callable[[], int]]]) -> int:
    """Do each, a transaction of its own, and return the sum of what they return.

    One that fails is logged under its name; the first failure is raised at the end, so
    that whoever called knows of it, and tries again with the next run.
    """
    total, failures = 0, []
    for name, work in works:
        try:
            total += work()
        except Exception as failure:
            current_app.logger.exception("%s failed", name)
            failures.append(failure)
    if failures:
        raise failures[0]
    return total
