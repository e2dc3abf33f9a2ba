"""The shapes that the scale picture is made of, for any way of drawing."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

Ink: TypeAlias = Literal[
    "ink", "quiet", "faint", "line", "accent", "on-accent", "warm", "on-warm"
]


@dataclass(frozen=True)
class Bar:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink
    radius: float = 0


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: Ink
    width: float = 1


@dataclass(frozen=True)
class Dot:
    """A mark at a score; a hollow one stands for a score below what is reported."""

    x: float
    y: float
    radius: float
    ink: Ink
    hollow: bool = False


@dataclass(frozen=True)
class Shape:
    """A filled or outlined polygon."""

    points: tuple[tuple[float, float], ...]
    ink: Ink
    hollow: bool = False


@dataclass(frozen=True)
class Label:
    """One line of text; `x` is its left end, middle or right end."""

    x: float
    y: float
    text: str
    size: float
    ink: Ink = "ink"
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False

    @property
    def width(self) -> float:
        return width_of(self.text, self.size, bold=self.bold)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom edge of the text, roomily estimated."""
        shift = {"start": 0.0, "middle": self.width / 2, "end": self.width}
        left = self.x - shift[self.anchor]
        return left, self.y - 0.78 * self.size, left + self.width, self.y + 2


Mark: TypeAlias = Bar | Rule | Dot | Shape | Label


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is in a common sans serif, rather more than less."""
    wide = sum(1.0 if ord(c) > 0x2E7F else 0.56 for c in text)
    return wide * size * (1.08 if bold else 1)
