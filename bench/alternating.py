"""Two things measured by turns, so that what else the machine does falls on both."""

from collections.abc import Callable
from statistics import median
from typing import NamedTuple


class Medians(NamedTuple):
    """The medians of both, and of the ratios of each turn."""

    subject: float
    baseline: float
    ratio: float


def medians(
    subject: Callable[[], float], baseline: Callable[[], float], rounds: int
) -> Medians:
    """Measure B A B A ...; return both medians and the median of the ratios A / B."""
    (found,) = medians_of(lambda: (subject(),), lambda: (baseline(),), rounds)
    return found


def medians_of(
    subject: Callable[[], tuple[float, ...]],
    baseline: Callable[[], tuple[float, ...]],
    rounds: int,
) -> list[Medians]:
    """Do the same with several figures of each turn at once."""
    turns = []
    for _ in range(rounds):
        beside = baseline()
        turns.append(list(zip(subject(), beside, strict=True)))
    return [
        Medians(
            median(own for own, _ in pairs),
            median(beside for _, beside in pairs),
            median(own / beside for own, beside in pairs),
        )
        for pairs in zip(*turns, strict=True)
    ]
