"""What the scale picture is drawn on: its two formats, and the way along its axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.services.scale.shapes import Bar, Ink, Label, Mark, width_of

LOWEST, HIGHEST = 80, 230


@dataclass(frozen=True)
class Format:
    """The measures of one size of the picture."""

    name: str
    width: float
    # Names and numbers stand beside their line, or above it.
    beside: bool
    size: float
    small: float
    row: float


WIDE = Format("wide", 720, beside=True, size=14, small=12, row=30)
# As wide as the smallest phone leaves, so that its letters never shrink by much.
TALL = Format("tall", 300, beside=False, size=14, small=12, row=46)


@dataclass
class Picture:
    """What has been drawn so far, from the top down, between two ends of an axis."""

    format: Format
    left: float
    right: float
    marks: list[Mark] = field(default_factory=list)
    y: float = 0
    low: int = LOWEST
    high: int = HIGHEST

    @property
    def height(self) -> float:
        return self.y + 4

    def x(self, score: float) -> float:
        share = (min(max(score, self.low), self.high) - self.low) / (
            self.high - self.low
        )
        return self.left + share * (self.right - self.left)

    def stretch(self, low: int, high: int) -> tuple[float, float]:
        """Return the ends of the scores from `low` to `high`, both with all of it."""
        return self.x(low), self.x(min(high + 1, self.high))

    def add(self, *marks: Mark) -> None:
        self.marks.extend(marks)


def plate(
    picture: Picture,
    low: int,
    high: int,
    lines: Sequence[str],
    height: float,
    size: float,
    *,
    here: bool,
) -> None:
    """A stretch of the scale with one or two lines of text in it."""
    left, right = picture.stretch(low, high)
    ink: Ink = "accent" if here else "faint"
    picture.add(Bar(left + 1, picture.y, right - left - 2, height, ink, 3))
    first = picture.y + height / 2 + 5 - 7 * (len(lines) - 1)
    for place, line in enumerate(lines):
        ink = "on-accent" if here else "quiet"
        y = first + 13 * place
        middle = (left + right) / 2
        picture.add(Label(middle, y, line, size, ink, "middle", bold=here))


def numbers(picture: Picture, places: Sequence[tuple[float, int]], size: float) -> None:
    """Numbers under their places, the first and the last within the picture.

    One that would touch its left neighbour is left out.
    """
    end = -4.0
    for x, number in places:
        half = width_of(str(number), size) / 2
        x = min(max(x, half), picture.format.width - half)
        if x - half < end + 3:
            continue
        end = x + half
        y = picture.y + size + 3
        picture.add(Label(x, y, str(number), size, "quiet", "middle"))
    picture.y += size + 5


def lanes(picture: Picture, labels: Sequence[Label]) -> None:
    """Put labels below the bands, each under its own, none upon another."""
    ends: list[float] = []
    for label in labels:
        half = label.width / 2
        x = min(max(label.x, half), picture.format.width - half)
        fits = (lane for lane, end in enumerate(ends) if end + 6 <= x - half)
        lane = next(fits, len(ends))
        ends[lane:] = [x + half, *ends[lane + 1 :]]
        y = picture.y + 16 * (lane + 1)
        picture.add(replace(label, x=x, y=y))
    picture.y += 6 + 16 * len(ends) if ends else 0
