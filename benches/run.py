"""Measures Pillow with the library against Pillow without it: ratios, never absolute times.

    target/venv/bin/python benches/run.py [--quick] [WORD ...]

Two processes run the same wheel, one with the library in front of its core. They take turns, many times, for a few
milliseconds each, so that whatever else the machine does befalls both. A ratio is the median time without the library
divided by the median time with it: 1 is as fast, more is faster.

The tables are printed, and written to RESULTS.md when all was measured. WORDs pick the cases that contain all of them.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median

from cases import TABLES, Case, Table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT / "tests" / "python"))

from PIL import __version__ as pillow_version

import interposition

TURN = 0.01
"""Seconds that one turn should last, where one run is shorter than that."""

ENOUGH = 3.0
"""Seconds after which a case ends, once it has had its fewest rounds."""

ROUNDS = range(9, 61)
"""From the fewest to the most rounds of a case: each is one turn for each worker."""


class Worker:
    """A process that runs cases when it is its turn."""

    def __init__(self, *, interposed: bool) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py")],
            env=interposition.environment(interposed=interposed, BENCH_INTERPOSED=str(int(interposed))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *order: object) -> float:
        print(json.dumps(order), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"a worker ended with status {self.process.wait()} at {order}")
        return json.loads(answer)

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def measure(case: Case, without: Worker, with_us: Worker, quick: bool) -> float:
    """The ratio of one case."""
    pair = (without, with_us)
    for worker in pair:
        worker.ask("load", case.setup, case.call)
    # The second run tells how long a run takes: the first also paid for what is only needed once.
    count = max(1, round(TURN / max(without.ask("time", 1), 1e-7)))
    count = max(1, round(count * TURN / max(without.ask("time", count), TURN / 100)))
    with_us.ask("time", count)

    times: dict[Worker, list[float]] = {worker: [] for worker in pair}
    fewest, most = (3, 5) if quick else (ROUNDS.start, ROUNDS.stop - 1)
    for number in range(most):
        if number >= fewest and sum(map(sum, times.values())) > ENOUGH:
            break
        for worker in pair if number % 2 else reversed(pair):
            times[worker].append(worker.ask("time", count))
    return median(times[without]) / median(times[with_us])


def markdown(table: Table, ratios: dict[Case, float]) -> str:
    """The table as far as it was measured."""
    measured = [case for case in table.cases if case in ratios]
    columns = list(dict.fromkeys(case.column for case in measured))
    grid = {(case.row, case.column): f"{ratios[case]:.2f}" for case in measured}
    lines = [f"## {table.title}", "", f"| {' | '.join([*table.headings, *columns])} |"]
    lines.append("|" + " --- |" * len(table.headings) + " ---: |" * len(columns))
    for row in dict.fromkeys(case.row for case in measured):
        lines.append(f"| {' | '.join([*row, *(grid.get((row, column), '') for column in columns)])} |")
    return "\n".join(lines) + "\n"


def introduction() -> str:
    return f"""# Benchmark results

Pillow {pillow_version}'s wheel with this library in front of its core, against the same wheel alone, on CPython
{platform.python_version()}, {platform.machine()}. Each number is the median time without the library divided by the median
time with it: 1 is as fast, more is faster. Both take turns in small steps, so that noise of the machine befalls both; it
still moves the last digit. `make bench` measures again and rewrites this file.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the cases that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only: to try it out; writes no file")
    options = parser.parse_args()

    def wanted(case: Case) -> bool:
        return all(word in " ".join([*case.row, case.column, case.call]) for word in options.words)

    chosen = [case for table in TABLES for case in table.cases if wanted(case)]
    if not chosen:
        raise SystemExit("no case contains all of these words")
    without, with_us = Worker(interposed=False), Worker(interposed=True)
    ratios = {}
    for number, case in enumerate(chosen, 1):
        ratios[case] = measure(case, without, with_us, options.quick)
        print(
            f"{number}/{len(chosen)} {' '.join(case.row)}, {case.column}: {ratios[case]:.2f}",
            file=sys.stderr,
            flush=True,
        )
    without.close()
    with_us.close()

    tables = [markdown(table, ratios) for table in TABLES if any(case in ratios for case in table.cases)]
    print("\n".join(tables))
    if not options.words and not options.quick:
        (HERE / "RESULTS.md").write_text("\n".join([introduction(), *tables]), encoding="utf-8")
        print(f"written to {(HERE / 'RESULTS.md').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
