"""Reading what was printed: the words, fonts and codes of a PDF."""

import io
import re
from datetime import date, time

import segno
from PIL import Image
from pypdf import PdfReader

from app.models import TimetableSlot
from app.services import documents
from tests.cast import NOW, save


def reader(content):
    return PdfReader(io.BytesIO(content))


def words(content):
    """All text of a PDF, whitespace folded."""
    text = "".join(page.extract_text() for page in reader(content).pages)
    return " ".join(text.split())


def fonts(content):
    """The base fonts of the pages, each with whether it is embedded."""
    found = {}
    for page in reader(content).pages:
        for font in page["/Resources"]["/Font"].values():
            about = font.get_object()
            described = about.get("/FontDescriptor")
            embedded = described is not None and "/FontFile2" in described.get_object()
            name = about["/BaseFont"].lstrip("/")
            found[name.partition("+")[2] or name] = embedded
    return found


def drawn_with(content):
    """The base fonts that at least one letter is drawn with."""
    used = set()
    for page in reader(content).pages:
        known = {
            key: font.get_object()["/BaseFont"].lstrip("/").partition("+")[2]
            or font.get_object()["/BaseFont"].lstrip("/")
            for key, font in page["/Resources"]["/Font"].items()
        }
        stream = page.get_contents().get_data()
        font = None
        for found in re.finditer(rb"(/F[\w+]+) [\d.]+ Tf|\((?!\))", stream):
            if found.group(1):
                font = found.group(1).decode()
            elif font:
                used.add(known[font])
    return used


def slot(cast, component, day, start, room="Aula 1", **values):
    return save(
        TimetableSlot(
            session=values.pop("session", cast.session),
            centre=cast.it024,
            component=component,
            day=date(2026, 11, day),
            start=time.fromisoformat(start),
            venue="Centro Esami, Via Roma 1",
            room=room,
            **values,
        )
    )


def confirmation(entry):
    return documents.confirmation_of_entry(entry, at=NOW)


def statement(entry, result):
    return documents.statement_of_results(entry, result, at=NOW)


def qr_matrices(content):
    """The modules of each QR code that is printed, read from its pixels."""
    for page in reader(content).pages:
        for image in page.images:
            pixels = Image.open(io.BytesIO(image.data)).convert("L")
            assert pixels.width == pixels.height
            side = pixels.width // 8
            yield [
                [
                    pixels.getpixel((x * 8 + 4, y * 8 + 4)) < 128
                    for x in range(2, side - 2)
                ]
                for y in range(2, side - 2)
            ]


def expected(address):
    code = segno.make(address, error="m", mask=0, micro=False)
    return [[bool(module) for module in row] for row in code.matrix]


def jpeg(width, height):
    """A picture of one colour, as a file."""
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#886644").save(content, "JPEG")
    return content.getvalue()
