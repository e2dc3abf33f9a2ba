"""A picture from outside, drawn anew: bounded before it is decoded, and nothing hidden.

What is stored is never what was sent: it is decoded, turned upright, made small and
written again as a JPEG without place, time, camera or anything else that came along.
"""

import io
import warnings
from typing import NamedTuple

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from app.errors import Refused

# A photo from a telephone has some 5 MB; the decoder gets no more than this to read.
LARGEST_FILE = 20 * 1024 * 1024
# Some 100 MB once decoded. Pillow itself warns at 89 million, which is far too late.
MOST_PIXELS = 25_000_000
# As much as a page or a statement ever shows.
LONG_EDGE = 600
# On less than this nobody is recognised.
SHORT_EDGE = 60
QUALITY = 85

_SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class Portrait(NamedTuple):
    """A picture as it is kept: JPEG, upright, without anything but its pixels."""

    jpeg: bytes
    width: int
    height: int


def portrait(content: bytes) -> Portrait:
    """Return a JPEG or PNG file as it may be kept.

    Raises Refused with what is wrong: empty, too large, of another kind whatever its
    name says, animated, too many pixels, too small, or broken.
    """
    _refuse_outside(content)
    try:
        with warnings.catch_warnings():
            # What Pillow warns of is far above our own limit.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_TOO_MANY) from None
    except Exception as problem:
        raise Refused(_BROKEN) from problem
    with picture:
        _refuse_inside(picture)
        try:
            small = _small(picture)
        except Exception as problem:
            # A decoder fails on hostile bytes in more ways than can be listed.
            raise Refused(_BROKEN) from problem
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Portrait(out.getvalue(), small.width, small.height)


def _refuse_outside(content: bytes) -> None:
    if not content:
        raise Refused(_l("This file is empty."))
    if len(content) > LARGEST_FILE:
        raise Refused(_l("This file is larger than %(n)s MB.", n=LARGEST_FILE >> 20))
    if not content.startswith(_SIGNS):
        raise Refused(_l("This is neither a JPEG nor a PNG picture."))


def _refuse_inside(picture: Image.Image) -> None:
    """Refuse by what the header says, before anything is decoded."""
    if picture.width * picture.height > MOST_PIXELS:
        raise Refused(_TOO_MANY)
    if min(picture.size) < SHORT_EDGE:
        raise Refused(
            _l("This picture is too small: %(n)s pixels at least.", n=SHORT_EDGE)
        )
    # Some cameras put a second picture into a JPEG; only the first is ever decoded.
    if picture.format == "PNG" and getattr(picture, "is_animated", False):
        raise Refused(_l("This picture moves. Send one that stands still."))


def _small(picture: Image.Image) -> Image.Image:
    """Return new pixels: decoded, made small, turned upright, on white."""
    picture.draft("RGB", (LONG_EDGE * 2, LONG_EDGE * 2))
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = picture.convert("RGBA")
    picture.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    picture = ImageOps.exif_transpose(picture)
    # A new picture has nothing of the old one's comments, profiles and places.
    clean = Image.new("RGB", picture.size, "white")
    layer = picture.convert("RGBA")
    clean.paste(layer, mask=layer.getchannel("A"))
    return clean


_TOO_MANY = _l("This picture has more than %(n)s million pixels.", n=25)
_BROKEN = _l("This picture is broken or not whole.")
