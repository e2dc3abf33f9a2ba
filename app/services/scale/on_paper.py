"""The scale picture as a drawing for PDF, shape by shape."""

from collections.abc import Callable

from reportlab.graphics.shapes import (
    Circle,
    Drawing,
    Line,
    Polygon,
    Rect,
    String,
)
from reportlab.lib.colors import HexColor

from app.services.scale.layout import Picture
from app.services.scale.shapes import Bar, Dot, Label, Mark, Rule, Shape

# On paper: the inks of the page mixed with white, because thin tints print badly.
INKS = {
    "ink": "#1b2529",
    "quiet": "#55605f",
    "faint": "#f0f3f2",
    "line": "#d5dbda",
    "accent": "#124650",
    "on-accent": "#ffffff",
    "warm": "#f2b544",
    "on-warm": "#2b1d00",
}
FONT, BOLD = "NotoSans-Regular", "NotoSans-Bold"
_COLOURS = {ink: HexColor(colour) for ink, colour in INKS.items()}


def drawn(laid: Picture) -> Drawing:
    """Return the picture as a drawing; the fonts of paper.py must be registered.

    In a drawing the vertical axis points up.
    """
    width, height = laid.format.width, laid.height
    # The frame is not seen; it says how large the whole is.
    drawing = Drawing(width, height)
    drawing.add(Rect(0, 0, width, height, fillColor=None, strokeColor=None))
    for mark in laid.marks:
        drawing.add(_DRAWERS[type(mark)](mark, height))
    return drawing


def _bar(mark: Bar, top: float) -> Rect:
    return Rect(
        mark.x,
        top - mark.y - mark.height,
        mark.width,
        mark.height,
        rx=mark.radius,
        ry=mark.radius,
        fillColor=_COLOURS[mark.ink],
        strokeColor=None,
    )


def _rule(mark: Rule, top: float) -> Line:
    return Line(
        mark.x1,
        top - mark.y1,
        mark.x2,
        top - mark.y2,
        strokeColor=_COLOURS[mark.ink],
        strokeWidth=mark.width,
    )


def _dot(mark: Dot, top: float) -> Circle:
    colour = _COLOURS[mark.ink]
    return Circle(
        mark.x,
        top - mark.y,
        mark.radius,
        fillColor=None if mark.hollow else colour,
        strokeColor=colour if mark.hollow else None,
        strokeWidth=2,
    )


def _shape(mark: Shape, top: float) -> Polygon:
    colour = _COLOURS[mark.ink]
    return Polygon(
        [n for x, y in mark.points for n in (x, top - y)],
        fillColor=None if mark.hollow else colour,
        strokeColor=colour if mark.hollow else None,
        strokeWidth=2,
    )


def _label(mark: Label, top: float) -> String:
    return String(
        mark.x,
        top - mark.y,
        mark.text,
        fontName=BOLD if mark.bold else FONT,
        fontSize=mark.size,
        fillColor=_COLOURS[mark.ink],
        textAnchor=mark.anchor,
    )


_DRAWERS: dict[type[Mark], Callable[..., object]] = {
    Bar: _bar,
    Rule: _rule,
    Dot: _dot,
    Shape: _shape,
    Label: _label,
}
