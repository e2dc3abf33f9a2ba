"""Pages as PDF: fonts that cover people's names, no network, no files but assets."""

import io
import logging
import re
from base64 import b64encode
from contextvars import ContextVar
from copy import copy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import segno
from arabic_reshaper import ArabicReshaper
from reportlab.graphics.shapes import Drawing
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from svglib.svglib import svg2rlg
from xhtml2pdf import default, xhtml2pdf_reportlab
from xhtml2pdf.config.resources import ResourceAccessPolicy
from xhtml2pdf.document import pisaDocument

ASSETS = Path(__file__).resolve().parent.parent / "assets"
# The first family that has a letter draws it; the templates name them in this order.
FAMILIES = {
    "NotoSans": ("NotoSans-Regular", "NotoSans-Bold"),
    "DejaVuSans": ("DejaVuSans", "DejaVuSans-Bold"),
    "DroidSansFallback": ("DroidSansFallbackFull", "DroidSansFallbackFull"),
}
# A statement takes a twentieth of a second; one that takes 20 seconds never ends.
POLICY = ResourceAccessPolicy.server(
    ASSETS, allow_remote=False, max_render_seconds=20, max_depth=60
)


# What every element is before the style of a page; a fifth of xhtml2pdf's own sheet,
# which is read anew for every document.
BASICS = """
address, body, div, h1, h2, p, table, th, tr, td { display: block; }
b, th, h1, h2 { font-weight: bold; }
"""
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")
# What stands where our drawing goes; and the drawing of the document in hand.
PICTURE = "data:image/svg+xml,%3Csvg%20id='esito-drawing'/%3E"
_PLACE = b"<svg id='esito-drawing'/>"
_picture: ContextVar[Drawing | None] = ContextVar("esito_picture", default=None)


def pdf(html: str, picture: Drawing | None = None) -> bytes:
    """Return a page written in HTML as PDF.

    The HTML comes from our own templates, where everything of people is escaped; even
    so, nothing in it can reach the network or a file outside the assets. `picture`
    takes the place of the image whose source is PICTURE.
    """
    _set_up()
    token = _picture.set(picture)
    try:
        content: bytes = pisaDocument(
            _joined(html),
            dest_bytes=True,
            encoding="utf-8",
            default_css=BASICS,
            resource_policy=POLICY,
        )
    finally:
        _picture.reset(token)
    return content


@lru_cache(maxsize=8)
def qr_code(address: str) -> str:
    """Return a QR code of an address as a data: URI.

    One mask instead of the best of eight: scanners read both, and it takes a fifth of
    the time.
    """
    code = segno.make(address, error="m", mask=0, micro=False)
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=8, border=2, dark="#0a3038")
    return data_uri("image/png", picture.getvalue())


def data_uri(kind: str, content: bytes) -> str:
    """Return content that a page carries in itself."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


@cache
def _set_up() -> None:
    """Read each font file once per process, and name it to reportlab and xhtml2pdf."""
    logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)
    for family, (regular, bold) in FAMILIES.items():
        for face in {regular, bold}:
            pdfmetrics.registerFont(TTFont(face, str(ASSETS / "fonts" / f"{face}.ttf")))
        for slanted in (0, 1):
            addMapping(family, 0, slanted, regular)
            addMapping(family, 1, slanted, bold)
        default.DEFAULT_FONT[family.lower()] = family
    # xhtml2pdf reads an SVG twice per document, shape by shape: 40 of the 86 ms that a
    # statement took. Ours is handed over as the drawing that it would arrive at.
    xhtml2pdf_reportlab.svg2rlg = _drawing


# Every joining of letters but the one ligature that DejaVu Sans has no glyph for;
# vowel signs stay, they are part of how the name was written.
_reshaper = ArabicReshaper(
    {"ARABIC LIGATURE ALLAH": False, "delete_harakat": False, "delete_tatweel": False}
)


def _joined(html: str) -> str:
    """Join Arabic letters for the font that will draw them.

    xhtml2pdf joins them for the first font of the list, which has none of them, and
    arrives at ligatures that no font has: a word of a name would be left out.
    """
    if not _ARABIC.search(html):
        return html
    joined: str = _reshaper.reshape(html)
    return joined


def _drawing(source: io.BytesIO, **options: Any) -> Any:
    picture = _picture.get()
    if picture is not None and source.getvalue() == _PLACE:
        # A copy: each reader scales the one it gets.
        return copy(picture)
    return svg2rlg(source, **options)
