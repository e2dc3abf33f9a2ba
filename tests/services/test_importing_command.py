"""`flask import`: one line when it worked, every problem when it did not."""

import pytest

from app.extensions import db
from app.models import Centre
from app.services.importing import columns
from app.values import ImportKind
from tests.services.files import csv_file, row


@pytest.fixture
def run(app, tmp_path):
    """A function that runs the command on a file with this content."""

    def command(kind, content, *options):
        file = tmp_path / f"{kind}.csv"
        file.write_bytes(content)
        return app.test_cli_runner().invoke(args=["import", kind, str(file), *options])

    return command


def count():
    return db.session.scalar(db.select(db.func.count()).select_from(Centre))


def test_a_file_is_imported_and_said_in_one_line(run):
    done = run("centres", csv_file(row("centres"), row("centres", number="IT025")))
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "import centres: 2 added, 0 changed, 0 left as they are\n"
    again = run("centres", csv_file(row("centres")))
    assert again.exit_code == 0
    assert again.stdout == "import centres: nothing changes, 1 left as they are\n"


def test_a_dry_run_shows_the_differences_and_writes_nothing(run):
    run("centres", csv_file(row("centres")))
    rows = [row("centres", city="Lucca"), row("centres", number="IT025")]
    done = run("centres", csv_file(*rows), "--dry-run")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        'line 2, IT024, city: "Pisa" becomes "Lucca"',
        "import centres: dry run, nothing was written;"
        " 1 would be added, 1 changed, 0 left as they are",
    ]
    assert count() == 1


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_problems_are_listed_with_line_column_and_value(run, options):
    content = csv_file(row("centres", country="17,2"), row("centres", timezone=""))
    done = run("centres", content, *options)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        'line 2, column country, value "17,2":'
        " Write the country's two-letter code, such as IT.",
        'line 3, column timezone, value "":'
        " There is no such time zone. Write it like Europe/Rome.",
        "import centres: nothing was written, problems: 2",
    ]
    assert count() == 0


def test_more_problems_than_anybody_reads_are_counted(run):
    done = run("centres", csv_file(*[row("centres", country="??")] * 500))
    assert len(done.stderr.splitlines()) == 202
    assert "... and 300 more problems" in done.stderr


def test_a_held_result_is_named(run, cast):
    assert cast.amina
    done = run("results", csv_file(row("results", overall="171")))
    assert done.exit_code == 0
    assert done.stderr == (
        "line 2, 2611-FCE-P IT024 0001: overall 171, by the rule 172\n"
    )
    assert done.stdout.endswith("1 held back until an officer accepts them\n")


def test_long_work_says_how_far_it_is(run, cast):
    assert cast.amina
    done = run("results", csv_file(*[row("results")] * 10_001))
    assert done.stderr.startswith("10,000 rows read\n")


def test_the_help_names_every_column_of_every_kind(app):
    told = app.test_cli_runner().invoke(args=["import", "--help"]).output.split()
    for kind in ImportKind:
        names = [f"{column}," for column in columns(kind)]
        names[-1] = names[-1].rstrip(",")
        begin = told.index(f"{kind}:") + 1
        assert told[begin : begin + len(names)] == names


@pytest.mark.parametrize(
    "args",
    [
        ["centres", "no-such-file.csv"],
        ["centres", "-"],
        ["centres", "."],
        ["photos", "x.zip"],
        ["photos", "/dev/zero", "--session", "2026-06", "--centre", "IT024"],
        ["centres"],
    ],
)
def test_wrong_usage_is_told_apart(app, args):
    assert app.test_cli_runner().invoke(args=["import", *args]).exit_code == 2
