"""Templates name no place of the program, hold no query and no inline style."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
PAGES = [
    path
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in ("email", "pdf")
    and not path.name.startswith("email")
]


def test_there_are_templates_to_look_at():
    assert len(PAGES) > 20


def test_pages_hold_no_inline_style_or_handler():
    for path in PAGES:
        text = path.read_text()
        assert not re.search(r"<[^>]+\sstyle=", text), path
        assert not re.search(r"<[^>]+\son[a-z]+=", text), path
        assert "<style" not in text, path


def test_scripts_in_pages_carry_the_nonce_or_come_from_a_file():
    for path in PAGES:
        for tag in re.findall(r"<script[^>]*>", path.read_text()):
            assert "nonce" in tag or "src=" in tag, path


def test_templates_hold_no_query_and_switch_off_no_escaping():
    for path in TEMPLATES.rglob("*.*"):
        text = path.read_text()
        assert not re.search(r"\.query\b|session\.execute|\.all\(\)", text), path
        assert "autoescape false" not in text, path


def test_nothing_is_fetched_from_another_host():
    for path in PAGES:
        text = path.read_text()
        fetched = re.findall(r"<(?:script|img|link|iframe)[^>]+https?://", text)
        assert fetched == [], path
