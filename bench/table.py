"""The one table that every benchmark prints."""

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("what", "Esito", "baseline", "ratio", "target", "")


@dataclass(frozen=True)
class Line:
    """One measurement beside its baseline; `ratio` is the one that the target binds."""

    what: str
    subject: str
    baseline: str
    ratio: float
    # The ratio should be at least, or at most, so much; neither: it is only told.
    least: float | None = None
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Say whether the target is met; empty where there is none."""
        if self.least is None and self.most is None:
            return ""
        low = self.least is not None and self.ratio < self.least
        high = self.most is not None and self.ratio > self.most
        return "falls short" if low or high else "met"

    @property
    def target(self) -> str:
        """Return the target in words."""
        if self.least is not None:
            return f">= {self.least:g}"
        return "" if self.most is None else f"<= {self.most:g}"

    def cells(self) -> tuple[str, ...]:
        """Return the line as it is printed."""
        ratio = f"{self.ratio:.2f}"
        return (
            self.what,
            self.subject,
            self.baseline,
            ratio,
            self.target,
            self.verdict,
        )


def show(lines: Sequence[Line]) -> str:
    """Return the table as text, numbers to the right."""
    rows = [HEADINGS, *(line.cells() for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADINGS))]
    aligned = [
        "  ".join(
            cell.ljust(width) if place in (0, 5) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    aligned.insert(1, "  ".join("-" * width for width in widths[:-1]))
    return "\n".join(aligned)
