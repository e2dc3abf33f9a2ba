"""Papers in everybody's letters, and what drawing them never does."""

import socket
import sys
import unicodedata
from time import process_time

import pytest

from app.extensions import db
from app.services import paper
from app.values import ComponentCode
from tests.papers import confirmation, drawn_with, fonts, reader, slot, statement, words

C = ComponentCode


NAMES = {
    "latin": ("Zoë Łucja", "Fernández-Villaverde y Ñuñez"),
    "greek": ("Ελένη", "Παπαδοπούλου"),
    "cyrillic": ("Борис", "Їжакевич"),
    "hebrew": ("שרה", "לוי"),
    "georgian": ("ნინო", "ბერიძე"),
    "armenian": ("Անի", "Հակոբյան"),
    "chinese": ("小明", "王"),
    "japanese": ("さくら", "田中カナ"),
    "vietnamese": ("Nguyễn", "Thị Ấn"),
}

# The face that draws the names where Noto Sans cannot.
FACES = {
    "hebrew": "DejaVuSans-Bold",
    "georgian": "DejaVuSans-Bold",
    "armenian": "DejaVuSans-Bold",
    "chinese": "DroidSansFallback",
    "japanese": "DroidSansFallback",
}


@pytest.fixture
def papers(cast):
    """The timetable of B2 First: Speaking two days before the rest."""
    return [
        slot(cast, C.R, 14, "09:00"),
        slot(cast, C.W, 14, "10:30"),
        slot(cast, C.L, 14, "12:05"),
        slot(cast, C.S, 12, "15:20", room="Sala 3"),
    ]


# --- Whose letters --------------------------------------------------------------------


@pytest.mark.parametrize("script", list(NAMES))
def test_names_print_in_their_own_script(cast, script):
    first, family = NAMES[script]
    entry = cast.entry("0009", first, family)
    for content in (confirmation(entry), statement(entry, cast.result(entry))):
        text = words(content)
        found = "".join(text.split())
        for part in f"{first} {family}".replace("-", " ").split():
            assert part in found or part[::-1] in found, (script, text)
        assert "\x00" not in text
        # reportlab names Helvetica on every page; nothing is drawn with it.
        assert {name for name, held in fonts(content).items() if not held} <= {
            "Helvetica"
        }
        drawn = drawn_with(content)
        assert "Helvetica" not in drawn
        assert FACES.get(script, "NotoSans-Bold") in drawn


def test_no_word_of_an_arabic_name_is_left_out(cast):
    entry = cast.entry("0009", "محمد", "عبد الله")
    text = words(confirmation(entry))
    # The letters arrive as the shapes they are drawn in; folded, they are the name.
    folded = unicodedata.normalize("NFKC", text)
    for part in ("محمد", "عبد", "الله"):
        assert part in folded or part[::-1] in folded
    assert "\x00" not in text


@pytest.mark.parametrize(
    ("first", "family"),
    [
        ("Maria Alessandra Guadalupe", "Fernández-Villaverde y Montgomery"),
        ("X" * 120, "W" * 120),
        ("", "Sukarno"),
    ],
)
def test_long_names_keep_to_one_page_and_one_name_is_enough(
    cast, papers, first, family
):
    entry = cast.entry("0009", first, family)
    content = statement(entry, cast.result(entry, version=3))
    assert len(reader(content).pages) == 1
    assert len(reader(confirmation(entry)).pages) == 1
    assert "".join(family.split()) in "".join(words(content).split())


def test_long_addresses_keep_the_sheet_to_one_page(cast, papers):
    for sitting in papers:
        sitting.venue = ("Istituto Superiore Leonardo da Vinci, succursale " * 4)[:160]
        sitting.room = ("Laboratorio linguistico, secondo piano " * 2)[:60]
    db.session.commit()
    entry = cast.entry("0009", "Maria Alessandra Guadalupe", "Fernández-Villaverde")
    content = confirmation(entry)
    assert len(reader(content).pages) == 1
    assert "exams@it024.example" in words(content)


# --- What they never do ---------------------------------------------------------------

WATCHED = []
WATCHING = []


def _hook(event, args):
    if WATCHING and (event in ("open", "os.open") or event.startswith("socket.")):
        WATCHED.append((event, str(args[0])))


sys.addaudithook(_hook)


def test_the_watch_sees_files_and_connections(tmp_path):
    WATCHED.clear()
    WATCHING.append(True)
    try:
        (tmp_path / "seen").write_text("x")
        socket.socket().close()
    finally:
        WATCHING.clear()
    assert {event for event, _args in WATCHED} == {"open", "socket.__new__"}


PAYLOADS = (
    '<img src="http://127.0.0.1:9/x.png">',
    '<img src="/etc/passwd"><img src="file:///etc/passwd">',
    "<style>@import url(http://127.0.0.1:9/a.css);</style>",
    '<link rel="stylesheet" href="/etc/passwd">',
    '<pdf:insertpdf src="/etc/passwd"/>',
    "</td></tr></table><script>alert(1)</script>&lt;b&gt;",
    '{{ config["SECRET_KEY"] }}{% raw %}',
    '"><svg onload=x id="esito-drawing"/>',
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_names_and_places_is_text_and_fetches_nothing(cast, payload):
    plain = cast.entry("0008", "Ann", "Li")
    confirmation(plain)
    statement(plain, cast.result(plain))
    entry = cast.entry("0009", "Eva", payload)
    cast.it024.name = payload[:160]
    cast.it024.address = payload
    slot(cast, C.W, 14, "10:30", room=payload[:60])
    result = cast.result(entry)
    db.session.commit()
    WATCHED.clear()
    WATCHING.append(True)
    try:
        pages = confirmation(entry), statement(entry, result)
    finally:
        WATCHING.clear()
    inside = str(paper.ASSETS), str(paper.ASSETS.parent / "templates")
    assert [one for one in WATCHED if not one[1].startswith(inside)] == []
    for content in pages:
        assert "".join(payload.split()) in "".join(words(content).split())


def test_even_our_own_template_could_fetch_nothing(app):
    plain = "<html><body><p>here</p></body></html>"
    paper.pdf(plain)
    WATCHED.clear()
    WATCHING.append(True)
    try:
        content = paper.pdf(
            "<html><head><link rel='stylesheet' href='http://127.0.0.1:9/a.css'>"
            "<style>@font-face { font-family: F; src: url(/etc/passwd) }"
            " body { background-image: url(http://127.0.0.1:9/b.png) }</style></head>"
            "<body><img src='http://127.0.0.1:9/x.png'><img src='/etc/hostname'>"
            "<img src='../../config.py'><p>here</p></body></html>"
        )
    finally:
        WATCHING.clear()
    assert "here" in words(content)
    assert [one for one in WATCHED if not one[1].startswith(str(paper.ASSETS))] == []


def test_nothing_is_drawn_inside_a_transaction(cast, papers, monkeypatch):
    result = cast.result(cast.amina)
    open_then = []

    def drawn(html, picture=None):
        open_then.append(db.session.registry().in_transaction())
        return b""

    monkeypatch.setattr(paper, "pdf", drawn)
    confirmation(cast.amina)
    statement(cast.amina, result)
    assert open_then == [False, False]


def test_a_statement_takes_no_longer_than_somebody_waits(cast):
    result = cast.result(cast.amina)
    statement(cast.amina, result)
    start = process_time()
    for _ in range(5):
        statement(cast.amina, result)
    # A twentieth of a second each where nothing else runs; ten times that is a fault.
    assert process_time() - start < 2.5
