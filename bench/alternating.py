"""Two things measured by turns, so that what else the machine does falls on both."""

from collections.abc import Callable
from statistics import median


def medians(
    subject: Callable[[], float], baseline: Callable[[], float], rounds: int
) -> tuple[float, float, float]:
    """Measure B A B A ...; return both medians and the median of the ratios A / B."""
    pairs = []
    for _ in range(rounds):
        beside = baseline()
        pairs.append((subject(), beside))
    return (
        median(own for own, _ in pairs),
        median(beside for _, beside in pairs),
        median(own / beside for own, beside in pairs),
    )
