"""Archives and pictures for the tests: good ones, and those that somebody means ill."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PLACE = b"43.7228 N, 10.4017 E"


def picture(kind="JPEG", size=(800, 1000), colour=(180, 120, 90), **options):
    """A picture in one colour with a lighter upper half, so that up can be told."""
    image = Image.new("RGB", size, colour)
    image.paste((250, 250, 250), (0, 0, size[0], size[1] // 2))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_metadata(orientation=1, **options):
    """A JPEG that says where it was taken, with what, and how it is to be turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of Amina"
    exif.get_ifd(0x8825)[0x001C] = PLACE
    return picture(exif=exif, comment=b"do not tell", **options)


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def flood(width, height):
    """A PNG of a few hundred bytes that says it is enormous, and is nearly so."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def moving():
    frames = [Image.new("RGB", (100, 100), c) for c in ("red", "green")]
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def gif():
    return picture("GIF")


def text_bomb():
    """A PNG whose comment unpacks to far more than the picture."""
    good = picture("PNG", (100, 100))
    comment = b"Comment\0\0" + zlib.compress(b"x" * 100_000_000)
    return good[:33] + chunk(b"zTXt", comment) + good[33:]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# A picture from its beginning, a page with a script to its end.
POLYGLOT_END = b"<script>alert('polyglot')</script>"


def polyglot():
    return picture() + POLYGLOT_END


def archive(*files, compression=zipfile.ZIP_STORED):
    """A ZIP of (name, content) pairs; a name may be a ZipInfo."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in files:
            made.writestr(name, content)
    return out.getvalue()


def link(name, target):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info, target


def encrypted(name, content):
    """The flag of an encrypted file, in both of its headers."""
    made = bytearray(archive((name, content)))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(sign) + offset] |= 1
    return bytes(made)


def saying_size(content, size):
    """An archive whose directory says another unpacked size of its first file."""
    made = bytearray(content)
    at = made.index(b"PK\x01\x02") + 24
    made[at : at + 4] = struct.pack("<I", size)
    return bytes(made)


def overlapping(count):
    """Many names for one and the same bytes."""
    content = picture()
    made = archive(*((f"{n:04d}.jpg", content) for n in range(1, 3)))
    start = made.index(b"PK\x01\x02")
    second = made.index(b"PK\x01\x02", start + 4)
    head = made[start:second]
    heads = [head.replace(b"0001.jpg", b"%04d.jpg" % n) for n in range(1, count + 1)]
    directory = b"".join(heads)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0
    )
    return made[:start] + directory + end


def enormous_directory():
    """An archive that is nothing but a directory, of more names than anybody has."""
    made = archive(("0001.jpg", b""))
    start = made.index(b"PK\x01\x02")
    head = made[start : made.index(b"PK\x05\x06")]
    count = 100_000
    directory = head * count
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(directory), start, 0
    )
    return made[:start] + directory + end
