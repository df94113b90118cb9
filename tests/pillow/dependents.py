"""Runs the test suites of packages that draw with Pillow, without and with the library interposed.

    target/dependents/bin/python tests/pillow/dependents.py

scripts/dependents.sh makes the environment, which has the packages, and unpacks the tests that these do not install.
The exit status is 1 if any outcome differs, or if a suite passes fewer tests than it has.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from compare import ROOT, Side, differences, interposed, print_differing, run_suite

ENVIRONMENT = ROOT / "target" / "dependents"


@dataclass(frozen=True)
class Suite:
    package: str
    targets: list[str]
    """What pytest is to run."""
    least_passed: int
    directory: Path = ENVIRONMENT


SUITES = [
    Suite("qrcode", ["--pyargs", "qrcode.tests"], 70),
    Suite("wordcloud", ["test"], 30, directory=ENVIRONMENT / "wordcloud"),
]


def passes(suite: Suite, sides: tuple[Side, Side]) -> bool:
    def outcomes(side: Side):
        label = f"{suite.package}-{side.label}"
        return run_suite(side, suite.targets, jobs=os.cpu_count() or 1, label=label, directory=suite.directory)

    without, with_us = map(outcomes, sides)
    differing = differences(without, with_us)
    print_differing(differing, sides, (without, with_us))
    passed = sum(kind == "passed" for kind, _ in with_us.values())
    print(f"{suite.package}: {len(differing) or 'no'} differences in {len(with_us)} tests, of which {passed} passed")
    return not differing and passed >= suite.least_passed


def main() -> int:
    sides = interposed()
    return 0 if all([passes(suite, sides) for suite in SUITES]) else 1


if __name__ == "__main__":
    sys.exit(main())
