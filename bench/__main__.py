"""Run the benchmarks: `python -m bench`, or only those that are named."""

import argparse
import importlib
import os
import sys

from bench.board import Ground
from bench.table import Line, show

# The order in which they run: name on the command line, module.
BENCHMARKS = {
    "pages": "bench.pages",
    "importing": "bench.importing",
    "list": "bench.shared_list",
    "statements": "bench.statements",
    "downloads": "bench.downloads",
    "logins": "bench.logins",
}


def main(words: list[str]) -> int:
    """Measure, and print one table; the status tells of failures, not of speed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--quick", action="store_true", help="a smoke run, tiny sizes")
    parser.add_argument("--postgresql", action="store_true", help="not on SQLite")
    chosen = parser.parse_args(words)
    unknown = set(chosen.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    ground = Ground(quick=chosen.quick, postgresql=chosen.postgresql)
    lines: list[Line] = []
    for name in chosen.names or BENCHMARKS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        lines += importlib.import_module(BENCHMARKS[name]).run(ground)
    cores = len(os.sched_getaffinity(0))
    print(f"Esito beside its baselines, {ground.database}, {cores} cores\n")
    print(show(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
