"""Runs Pillow's own test suite without and with the library, and compares the outcome of each test.

    target/venv/bin/python tests/pillow/compare.py [--linked] [--fresh] [--jobs N] [FILE ...]

Both runs use the released wheel; the run with the library uses `python -m libimaging` of the package that `make wheel`
has unpacked. With `--linked`, both use builds of Pillow's source distribution, which scripts/pillow-env.sh has installed:
one has its own libImaging, the other one is linked to this library.

Two outcomes are equal if they are of the same kind (passed, failed, skipped, xfailed, xpassed, error) and, for skipped
tests, have the same reason. The exit status is 1 if any outcome differs or too few tests passed. FILEs of the suite
(`test_image.py`) select tests.

The run without the library depends on versions only: its outcomes are cached in target/ until one of them changes.
`--fresh` ignores the cache.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from PIL import __version__ as pillow_version

import interposition

SDIST = ROOT / "target" / f"pillow-{pillow_version}"
CACHE = ROOT / "target" / "pillow-suite"
PACKAGE = ROOT / "target" / "wheel" / "unpacked"
BUILDS = ROOT / "target" / "pillow"
LEAST_PASSED = 5000
MOST_RERUN_FILES = 20
RERUNS = 3
KINDS = ["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

Outcomes = dict[str, list[str]]


@dataclass(frozen=True)
class Side:
    """One of two ways to run a suite."""

    label: str
    python: list[str]
    """The command that runs Python."""
    library: Path
    has_library: bool
    """Whether Pillow uses the library, or its own libImaging."""
    build: str = ""
    """What the outcomes depend on besides the versions of this process."""


def interposed() -> tuple[Side, Side]:
    """Returns this interpreter with its Pillow, without and with the library of the package interposed."""
    library = existing(PACKAGE / "libimaging" / "lib" / "libImaging.so", "make wheel")
    return (
        Side("without", [sys.executable], library, has_library=False),
        Side("with", [sys.executable, "-m", "libimaging"], library, has_library=True),
    )


def linked() -> tuple[Side, Side]:
    """Returns the interpreters whose Pillow has its own libImaging, and is linked to the library."""
    library = existing(BUILDS / "prefix" / "lib" / "libImaging.so", "make pillow")

    def side(label: str, *, has_library: bool) -> Side:
        python = existing(ROOT / "target" / label / "bin" / "python", f"scripts/pillow-env.sh {label}")
        build = (ROOT / "target" / label / "pillow-stamp").read_text()
        return Side(label, [str(python)], library, has_library, build)

    return side("stock", has_library=False), side("linked", has_library=True)


def existing(path: Path, made_by: str) -> Path:
    if not path.exists():
        raise SystemExit(f"{path.relative_to(ROOT)} is missing: run {made_by}")
    return path


def environment(side: Side, **extra: str) -> dict[str, str]:
    """Returns the environment of a process that can import the plugin, the tests' helpers and the package."""
    path = os.pathsep.join(map(str, [HERE, ROOT / "tests" / "python", PACKAGE]))
    library = {"PYTHONPATH": path, "IMAGING_LIBRARY": str(side.library)}
    return interposition.environment(interposed=False, **library, **extra)


def run_suite(
    side: Side, targets: list[str], *, jobs: int, label: str | None = None, directory: Path = SDIST
) -> Outcomes:
    """Runs Pillow's suite, some files of it, or another suite in a directory, and returns the outcome of each test."""
    label = label or side.label
    CACHE.mkdir(parents=True, exist_ok=True)
    outcomes = CACHE / f"{label}.json"
    outcomes.unlink(missing_ok=True)
    env = environment(
        side,
        OUTCOMES_FILE=str(outcomes),
        OUTCOMES_WITH_LIBRARY=str(int(side.has_library)),
        PYTEST_ADDOPTS="",
    )
    # The tests of a file may depend on each other: one worker runs them in order.
    options = [
        "-q",
        "-p",
        "outcomes",
        "-p",
        "no:cacheprovider",
        "--timeout",
        "300",
        "-n",
        str(jobs),
        "--dist",
        "loadfile",
    ]
    log = CACHE / f"{label}.log"
    with log.open("wb") as output:
        status = subprocess.run(
            [*side.python, "-m", "pytest", *options, *(targets or ["Tests"])],
            cwd=directory,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    if status not in (0, 1) or not outcomes.exists():
        sys.stdout.write("".join(log.read_text(errors="replace").splitlines(keepends=True)[-30:]))
        raise SystemExit(
            f"the suite was not completed (pytest's exit status {status}); see {log.relative_to(ROOT)}"
        )
    return json.loads(outcomes.read_text())


def versions(side: Side) -> str:
    """Returns a digest of everything that the outcomes without the library depend on."""
    parts = [sys.version, os.uname().release, (ROOT / "tests/python/requirements.txt").read_text(), side.build]
    parts += [(HERE / "outcomes.py").read_text(), (ROOT / "tests/python/interposition.py").read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def run_without(side: Side, files: list[str], *, jobs: int, fresh: bool) -> Outcomes:
    cached = CACHE / f"cached-{side.label}-{versions(side)}.json"
    if cached.exists() and not fresh and not files:
        print(f"{side.label}: cached outcomes of an earlier run (--fresh runs it again)", flush=True)
        return json.loads(cached.read_text())
    print(f"{side.label}: running …", flush=True)
    outcomes = run_suite(side, files, jobs=jobs)
    if not files:
        cached.write_text(json.dumps(outcomes))
    return outcomes


def same(one: list[str] | None, other: list[str] | None) -> bool:
    """Returns whether two outcomes are equal. Reasons of skipped tests count, messages of failures do not."""
    if one is None or other is None:
        return one is other
    return one == other if one[0] == "skipped" else one[0] == other[0]


def differences(without: Outcomes, with_us: Outcomes) -> list[str]:
    return sorted(test for test in without.keys() | with_us.keys() if not same(without.get(test), with_us.get(test)))


def described(outcome: list[str] | None) -> str:
    return "did not run" if outcome is None else ": ".join(filter(None, outcome))


def print_differing(differing: list[str], sides: tuple[Side, Side], outcomes: tuple[Outcomes, Outcomes]) -> None:
    width = max(len(side.label) for side in sides) + 1
    for test in differing:
        print(f"DIFFERENT {test}")
        for side, known in zip(sides, outcomes):
            print(f"    {side.label + ':':<{width}} {described(known.get(test))}")


def without_flaky(
    differing: list[str], sides: tuple[Side, Side], outcomes: tuple[Outcomes, Outcomes], jobs: int
) -> list[str]:
    """Runs the files of differing tests again, both ways, and drops the tests that agree in one of the reruns.

    The outcome of such a test varies between runs. It is reported as flaky, with its first outcomes.
    """
    files = sorted({test.split("::")[0] for test in differing})
    if len(files) > MOST_RERUN_FILES:
        print(f"tests of {len(files)} files differ: too many to be flaky, not run again")
        return differing
    for attempt in range(1, RERUNS + 1):
        if not differing:
            break
        files = sorted({test.split("::")[0] for test in differing})
        print(f"rerun {attempt} of at most {RERUNS}, both ways: {' '.join(files)}", flush=True)
        without, with_us = (run_suite(side, files, jobs=jobs, label=f"rerun-{side.label}") for side in sides)
        differing_again = []
        for test in differing:
            if test in with_us and same(without.get(test), with_us[test]):
                first, second = (f"{described(known.get(test))} {side.label}" for side, known in zip(sides, outcomes))
                print(f"flaky: {test}: first {first} and {second},")
                print(f"          {described(with_us[test])} both ways in rerun {attempt}")
            else:
                differing_again.append(test)
        differing = differing_again
    return differing


def symbols_in_use(side: Side) -> str:
    """Counts the functions of libImaging that the library provides, in a process like those of the tests."""
    question = (
        "import abi, interposition as i; i.require(True); us = i.library_path();"
        "names = [row['symbol'] for row in abi.public_symbols()];"
        "print(sum(i.provider(name) == us for name in names), len(names))"
    )
    answer = subprocess.run(
        [*side.python, "-c", question],
        env=environment(side),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return "{} of {}".format(*answer)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these files of the suite")
    parser.add_argument(
        "--linked", action="store_true", help="compare builds of the source distribution instead of the wheel"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="run the tests without the library again, too"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="number of parallel workers")
    options = parser.parse_args()
    files = [f"Tests/{Path(file).name}" for file in options.files]

    existing(SDIST, "scripts/venv.sh")
    sides = linked() if options.linked else interposed()
    how = "with its own libImaging and linked to" if options.linked else "without and with"
    print(f"Pillow {pillow_version}'s own suite, {how} the library")

    without = run_without(sides[0], files, jobs=options.jobs, fresh=options.fresh)
    print(f"{sides[1].label}: running …", flush=True)
    with_us = run_suite(sides[1], files, jobs=options.jobs)
    print(f"{sides[1].label}: in every process, the library provides {symbols_in_use(sides[1])} public symbols")

    outcomes = without, with_us
    differing = differences(*outcomes)
    if differing:
        print(f"{len(differing)} tests differ in the first runs")
        differing = without_flaky(differing, sides, outcomes, options.jobs)

    print()
    print("".join(f"{kind:>9}" for kind in ["", *KINDS]))
    for side, known in zip(sides, outcomes):
        counts = Counter(kind for kind, _ in known.values())
        print(f"{side.label:>9}" + "".join(f"{counts[kind]:>9}" for kind in KINDS))
    print()

    print_differing(differing, sides, outcomes)
    passed = min(sum(kind == "passed" for kind, _ in known.values()) for known in outcomes)
    if not files and passed < LEAST_PASSED:
        print(f"only {passed} tests passed, fewer than the required {LEAST_PASSED}")
        return 1
    plural = "" if len(differing) == 1 else "s"
    print(f"{len(differing) or 'no'} difference{plural} in {len(without.keys() | with_us.keys())} tests")
    return 1 if differing or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
