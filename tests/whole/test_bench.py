"""Every benchmark runs and prints its table; how fast it was is not asserted here."""

import subprocess
import sys

import pytest

from bench.__main__ import BENCHMARKS
from bench.table import Line, show
from tests.whole.source import ROOT

# What each measures, at least once in its table.
MEASURES = {
    "pages": ["result page", "verifier's list"],
    "importing": ["importing 100 results", "importing, peak memory"],
    "list": ["shares beside", "sorted by family name", "one name of all"],
    "statements": ["one process", "two processes"],
    "logins": ["log-ins"],
    "downloads": [
        "a CSV of",
        "the same, peak memory",
        "the same, beside a tenth of it",
        "pages while statements are drawn",
        "statements drawn meanwhile",
    ],
}


def test_each_benchmark_prints_what_it_measured(database):
    """All of them in one process, which is started once."""
    assert set(MEASURES) == set(BENCHMARKS)
    words = ["--quick"]
    if database == "postgresql":
        words.append("--postgresql")
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for measures in MEASURES.values():
        for measure in measures:
            assert measure in done.stdout
    assert "ratio" in done.stdout


def test_a_benchmark_that_does_not_exist_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "everything"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2
    assert "no such benchmark: everything" in done.stderr


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({}, ""),
        ({"least": 0.5}, "met"),
        ({"least": 0.51}, "falls short"),
        ({"most": 0.5}, "met"),
        ({"most": 0.49}, "falls short"),
    ],
)
def test_a_line_says_whether_its_target_is_met(bounds, verdict):
    line = Line("pages", "50/s", "100/s", 0.5, **bounds)
    assert line.verdict == verdict
    assert show([line]).splitlines()[-1].endswith(verdict or "0.50")
