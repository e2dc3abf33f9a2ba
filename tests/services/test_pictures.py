"""Pictures from outside: what is kept is never what was sent."""

import io
import time
import tracemalloc

import pytest
from PIL import Image

from app.errors import Refused
from app.services.photos import pictures
from app.services.photos.pictures import portrait
from tests.services import archives


def opened(kept):
    return Image.open(io.BytesIO(kept.jpeg))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(800, 1000), (1000, 800), (3000, 400), (80, 90)])
def test_a_picture_is_kept_as_a_small_jpeg(app, kind, size):
    kept = portrait(archives.picture(kind, size))
    image = opened(kept)
    assert image.format == "JPEG"
    assert image.size == (kept.width, kept.height)
    assert max(image.size) == min(600, max(size))
    assert abs(image.width / image.height - size[0] / size[1]) < 0.02


def test_nothing_that_came_along_is_kept(app):
    sent = archives.with_metadata(icc_profile=b"profile of a camera")
    assert archives.PLACE in sent
    kept = portrait(sent)
    image = opened(kept)
    assert dict(image.getexif()) == {}
    assert not set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for secret in (archives.PLACE, b"Camera of Amina", b"do not tell", b"profile of"):
        assert secret not in kept.jpeg


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_upright(app, orientation):
    upright = Image.new("RGB", (400, 500), (180, 120, 90))
    upright.paste((250, 250, 250), (0, 0, 400, 250))
    # What a camera held in that way writes.
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turn = turns[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    (upright.transpose(turn) if turn is not None else upright).save(
        out, "JPEG", exif=exif
    )
    image = opened(portrait(out.getvalue()))
    assert image.size == (400, 500)
    assert image.getpixel((200, 50))[0] > 230
    assert image.getpixel((200, 450))[0] < 200


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK"])
def test_every_kind_of_colour_becomes_plain_colour(app, mode):
    image = Image.new("RGB", (100, 120), (250, 250, 250)).convert(
        mode.replace("I;16", "I")
    )
    if mode == "I;16":
        image = image.point(lambda value: value * 256).convert("I;16")
    out = io.BytesIO()
    image.save(out, "JPEG" if mode == "CMYK" else "PNG")
    kept = opened(portrait(out.getvalue()))
    assert kept.mode == "RGB"
    assert kept.size == (100, 120)


def test_what_is_transparent_is_white(app):
    out = io.BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(portrait(out.getvalue())).getpixel((50, 50)) == (255, 255, 255)


def test_what_hangs_on_to_a_picture_is_left_behind(app):
    sent = archives.polyglot()
    kept = portrait(sent)
    assert archives.POLYGLOT_END in sent
    assert archives.POLYGLOT_END not in kept.jpeg
    assert b"<" not in kept.jpeg[-100:]
    assert kept.jpeg != sent


def test_what_was_kept_once_is_not_what_was_sent(app):
    kept = portrait(archives.picture())
    assert portrait(kept.jpeg).jpeg != archives.picture()


CORPUS = {
    "empty": (b"", "empty"),
    "a page of vector graphics": (archives.SVG, "neither"),
    "animated, of another kind": (archives.gif(), "neither"),
    "animated": (archives.moving(), "moves"),
    "a text": (b"Amina Benali, 0001", "neither"),
    "an archive": (archives.archive(("0001.jpg", b"x")), "neither"),
    "a flood just above the limit": (archives.flood(5001, 5000), "25 million"),
    "a flood": (archives.flood(20_000, 20_000), "25 million"),
    "the largest flood": (archives.flood(2**31 - 1, 2**31 - 1), "25 million"),
    "cut off": (archives.picture()[:-2000], "broken"),
    "a head alone": (archives.picture()[:200], "broken"),
    "a sign alone": (b"\xff\xd8\xff", "broken"),
    "a small lie about the size": (archives.flood(4000, 4000), "broken"),
    "a text that unpacks to 100 MB": (archives.text_bomb(), "broken"),
    "a dot": (archives.picture(size=(1, 1)), "too small"),
    "a thread": (archives.picture(size=(5000, 2)), "too small"),
    "too many bytes": (
        archives.picture() + b"\0" * pictures.LARGEST_FILE,
        "larger than 20",
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_what_is_no_good_picture_is_refused_soon_and_cheaply(app, name):
    content, why = CORPUS[name]
    tracemalloc.start()
    started = time.perf_counter()
    try:
        with pytest.raises(Refused, match=why):
            portrait(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 1
    assert peak < 100_000_000


def test_cut_and_changed_bytes_are_refused_or_drawn_and_never_anything_else(app):
    good = archives.with_metadata(size=(100, 120))
    for at in range(2, len(good), 37):
        for changed in (good[:at], good[:at] + b"\xff" + good[at + 1 :]):
            try:
                kept = portrait(changed)
            except Refused:
                continue
            assert opened(kept).format == "JPEG"
