"""What is written down is true: files exist, commands and targets are there."""

import re

import click
import pytest

from app.jobs import JOBS
from app.values import ImportKind
from tests.whole.source import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@every_page
def test_files_named_exist(page):
    named = re.findall(
        r"`((?:app|docs|tests|bench|migrations)/[\w./-]*|[\w.]+\.(?:py|conf|txt|toml))`",
        page.read_text(),
    )
    for name in named:
        below_app = name.removeprefix("app/").rstrip("/")
        found = (ROOT / name).exists() or any((ROOT / "app").rglob(below_app))
        assert found, f"{page.name}: {name}"


def lines_of_commands(page) -> list[str]:
    text = page.read_text().replace("\\\n", " ")
    return re.findall(r"(?:\.venv/bin/)?\bflask ((?:[a-z][\w-]* ?)+[^\n`&|;]*)", text)


@every_page
def test_commands_named_exist_with_their_options(app, page):
    for line in lines_of_commands(page):
        command: click.Command = app.cli
        words = line.split()
        while words and isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words[0])
            assert found is not None, f"{page.name}: flask {line}"
            command = found
            words = words[1:]
        known = {name for each in command.params for name in each.opts} | {"--help"}
        for option in re.findall(r"(?<!\S)--[\w-]+", line):
            assert option in known, f"{page.name}: flask {line}"
        if command.name == "import" and words and not words[0].startswith("-"):
            assert words[0] in {*ImportKind, "photos"}, f"{page.name}: {line}"
        if command.name == "once" and words:
            assert words[0] in {*JOBS, "NAME"}, f"{page.name}: {line}"


def test_targets_named_exist():
    targets = set(
        re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    assert {"help", "run", "test", "check", "bench", "format"} <= targets
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(), re.MULTILINE))
        assert named <= targets, page.name


def test_decisions_are_numbered_without_gaps():
    numbers = sorted(
        int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md")
    )
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_checks_run_what_the_readme_says():
    makefile = (ROOT / "Makefile").read_text()
    check = makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    assert "$(MAKE) --no-print-directory test" in check
    assert "make check" in (ROOT / ".ci" / "run").read_text()
