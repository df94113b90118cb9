"""Measures the speed of Pillow with the library relative to Pillow without it and to Pillow-SIMD.

    target/venv/bin/python benches/run.py [--quick] [--cpu] [--below BOUND] [--below-simd BOUND] [WORD ...]

Several processes, one for each contender, run the same call alternately in many short rounds, so that noise of the
machine affects all of them. A ratio is the other's time divided by ours: 1 is equally fast, more is faster.

Prints the tables. A run of all cases writes them to RESULTS.md, and an excerpt with a chart to README.md. WORDs select
the cases that contain all of them; `IMAGING_SIMD` selects the ISA.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

import pictures
import report
from cases import TABLES, Case
from contenders import AS_FAST, QUICK, Contenders, Effort


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the cases that contain all of these")
    parser.add_argument("--quick", action="store_true", help="a few rounds only; writes no file")
    parser.add_argument("--cpu", action="store_true", help="processor time, not wall time, for a busy machine; writes no file")
    parser.add_argument(
        "--below",
        type=float,
        nargs="?",
        const=AS_FAST,
        metavar="BOUND",
        help=f"instead of tables, list the cases with a lower ratio to the wheel ({AS_FAST})",
    )
    parser.add_argument("--below-simd", type=float, metavar="BOUND", help="the same for Pillow-SIMD")
    return parser.parse_args()


def main() -> int:
    options = arguments()

    def wanted(title: str, case: Case) -> bool:
        text = " ".join([title, *case.row, case.call, case.chart]).lower()
        return all(word.lower() in text for word in options.words)

    chosen = [case for table in TABLES for case in table.cases if wanted(table.title, case)]
    if not chosen:
        raise SystemExit("no case contains all of these words")
    pictures.make()
    measured = {}
    for number, case in enumerate(chosen, 1):
        # New processes for each case: the placement of a process's memory affects cases that move much of it.
        contenders = Contenders(case, "cpu" if options.cpu else "wall")
        measured[case] = contenders.measure(QUICK if options.quick else Effort())
        contenders.close()
        print(f"{number}/{len(chosen)} {' '.join(case.row)}: {measured[case]}", file=sys.stderr, flush=True)

    if options.below or options.below_simd:
        print(report.below(measured, options.below, options.below_simd))
        return 0
    print(report.results(measured))
    if not (options.words or options.quick or options.cpu or "IMAGING_SIMD" in os.environ):
        print("written to", ", ".join(map(str, report.write(measured))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
