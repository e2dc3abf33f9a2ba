"""No test fails by chance: digits drawn by lot may look like those looked for."""

import ast
import random
import re
import secrets

import pyotp
import pytest

from tests.telling import tells
from tests.whole.source import Source, sources


def test_no_test_looks_for_a_short_number_within_longer_ones():
    found = [
        f"{source.name}:{line}: {number}"
        for source in sources("tests")
        for line, number in by_chance(source)
    ]
    assert found == [], "tells(text, number) looks for whole words"


def test_what_is_drawn_is_the_same_each_time(request, monkeypatch):
    lot = random.Random(request.node.nodeid)
    assert secrets.token_bytes(16) == lot.randbytes(16)
    drawn = []
    for _ in range(2):
        monkeypatch.setattr(random, "_urandom", random.Random(1).randbytes)
        drawn.append((pyotp.random_base32(), secrets.token_urlsafe(16)))
    assert drawn[0] == drawn[1]


def by_chance(source: Source):
    """Give (line, number) where a short number must not be in a text at all."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotIn):
            said = node.left
            if isinstance(said, ast.Constant) and isinstance(said.value, str | bytes):
                number = said.value
                if isinstance(number, bytes):
                    number = number.decode(errors="replace")
                if re.fullmatch(r"\d{1,4}", number):
                    yield node.lineno, number


@pytest.mark.parametrize(
    "text",
    [
        '<input name="csrf_token" value="IjkxNzI5MDE3Mg.aR172Q.x1729-_b172c">',
        "E172168",
        "1720",
        "17.2",
        "",
    ],
)
def test_digits_within_a_token_tell_nothing(text):
    assert tells(text, "172", "168") == []


@pytest.mark.parametrize(
    "text",
    [
        "<td>172</td>",
        '{"overall": 172}',
        "a,172,b",
        "Score 172.",
        "?score=172&x",
        b"172",
    ],
)
def test_a_number_that_stands_alone_is_told(text):
    assert tells(text, "168", "172") == ["172"]
