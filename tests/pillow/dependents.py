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

from compare import ROOT, differences, print_differing, run_suite, use_packaged_library

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


def passes(suite: Suite) -> bool:
    def outcomes(*, interposed: bool):
        label = f"{suite.package}-{'with' if interposed else 'without'}"
        jobs = os.cpu_count() or 1
        return run_suite(suite.targets, interposed=interposed, jobs=jobs, label=label, directory=suite.directory)

    without, with_us = outcomes(interposed=False), outcomes(interposed=True)
    differing = differences(without, with_us)
    print_differing(differing, without, with_us)
    passed = sum(kind == "passed" for kind, _ in with_us.values())
    print(f"{suite.package}: {len(differing) or 'no'} differences in {len(with_us)} tests, of which {passed} passed")
    return not differing and passed >= suite.least_passed


def main() -> int:
    use_packaged_library()
    return 0 if all([passes(suite) for suite in SUITES]) else 1


if __name__ == "__main__":
    sys.exit(main())
