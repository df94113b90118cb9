"""Runs Pillow's own test suite without and with the library interposed, and compares the outcome of each test.

    target/venv/bin/python tests/pillow/compare.py [--fresh] [--jobs N] [FILE ...]

Both runs use the same wheel and tests; the run with the library uses `python -m libimaging` of the package that `make
wheel` has unpacked. Two outcomes are equal if they are of the same kind (passed, failed, skipped, xfailed, xpassed,
error) and, for skipped tests, have the same reason. Four tests demand an error for Arrow arrays of images of several blocks,
which this library exports. The exit status is 1 if any outcome differs or too few tests
passed. FILEs of the suite (`test_image.py`) select tests.

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
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from PIL import __version__ as pillow_version

import interposition

SDIST = ROOT / "target" / f"pillow-{pillow_version}"
CACHE = ROOT / "target" / "pillow-suite"
PACKAGE = ROOT / "target" / "wheel" / "unpacked"
LEAST_PASSED = 5000
MOST_RERUN_FILES = 20
RERUNS = 3
LIFTED = {
    f"Tests/test_arrow.py::test_multiblock_{what}" for what in ("l_image", "rgba_image", "l_schema", "rgba_schema")
}
"""Tests that the reference refuses what this library allows: they pass without it, and fail with it."""

KINDS = ["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

Outcomes = dict[str, list[str]]


def environment(**extra: str) -> dict[str, str]:
    """Returns the environment of a process that can import the plugin, the tests' helpers and the package."""
    path = os.pathsep.join(map(str, [HERE, ROOT / "tests" / "python", PACKAGE]))
    return interposition.environment(interposed=False, PYTHONPATH=path, **extra)


def python(*, interposed: bool) -> list[str]:
    return [sys.executable, *(["-m", "libimaging"] if interposed else [])]


def use_packaged_library() -> None:
    """Has this process and its children use the library of the package."""
    if not PACKAGE.is_dir():
        raise SystemExit(f"{PACKAGE.relative_to(ROOT)} is missing: run `make wheel`")
    os.environ["IMAGING_LIBRARY"] = str(PACKAGE / "libimaging" / "lib" / "libImaging.so")
    CACHE.mkdir(parents=True, exist_ok=True)


def run_suite(
    targets: list[str], *, interposed: bool, jobs: int, label: str, directory: Path = SDIST
) -> Outcomes:
    """Runs Pillow's suite, some files of it, or another suite in a directory, and returns the outcome of each test."""
    outcomes = CACHE / f"{label}.json"
    outcomes.unlink(missing_ok=True)
    env = environment(
        OUTCOMES_FILE=str(outcomes),
        OUTCOMES_INTERPOSED=str(int(interposed)),
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
            [*python(interposed=interposed), "-m", "pytest", *options, *(targets or ["Tests"])],
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


def versions() -> str:
    """Returns a digest of everything that the outcomes without the library depend on."""
    parts = [sys.version, os.uname().release, (ROOT / "tests/python/requirements.txt").read_text()]
    parts += [(HERE / "outcomes.py").read_text(), (ROOT / "tests/python/interposition.py").read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def run_without(files: list[str], *, jobs: int, fresh: bool) -> Outcomes:
    cached = CACHE / f"cached-{versions()}.json"
    if cached.exists() and not fresh and not files:
        print("without the library: cached outcomes of an earlier run (--fresh runs it again)", flush=True)
        return json.loads(cached.read_text())
    print("without the library: running …", flush=True)
    outcomes = run_suite(files, interposed=False, jobs=jobs, label="without")
    if not files:
        cached.write_text(json.dumps(outcomes))
    return outcomes


def same(one: list[str] | None, other: list[str] | None) -> bool:
    """Returns whether two outcomes are equal. Reasons of skipped tests count, messages of failures do not."""
    if one is None or other is None:
        return one is other
    return one == other if one[0] == "skipped" else one[0] == other[0]


def is_lifted(test: str, one: list[str] | None, other: list[str] | None) -> bool:
    """Returns whether a test differs as it should."""
    return test in LIFTED and one is not None and other is not None and (one[0], other[0]) == ("passed", "failed")


def differences(without: Outcomes, with_us: Outcomes) -> list[str]:
    pairs = {test: (without.get(test), with_us.get(test)) for test in without.keys() | with_us.keys()}
    return sorted(test for test, pair in pairs.items() if not same(*pair) and not is_lifted(test, *pair))


def described(outcome: list[str] | None) -> str:
    return "did not run" if outcome is None else ": ".join(filter(None, outcome))


def print_differing(differing: list[str], without: Outcomes, with_us: Outcomes) -> None:
    for test in differing:
        print(f"DIFFERENT {test}")
        print(f"    without: {described(without.get(test))}\n    with:    {described(with_us.get(test))}")


def without_flaky(differing: list[str], without: Outcomes, with_us: Outcomes, jobs: int) -> list[str]:
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
        again_without = run_suite(files, interposed=False, jobs=jobs, label="rerun-without")
        again_with = run_suite(files, interposed=True, jobs=jobs, label="rerun-with")
        differing_again = []
        for test in differing:
            if test in again_with and same(again_without.get(test), again_with[test]):
                first, second = described(without.get(test)), described(with_us.get(test))
                print(f"flaky: {test}: first {first} without and {second} with,")
                print(f"          {described(again_with[test])} both ways in rerun {attempt}")
            else:
                differing_again.append(test)
        differing = differing_again
    return differing


def interposed_symbols() -> str:
    """Counts the functions of libImaging that the library provides, in a process like those of the tests."""
    question = (
        "import abi, interposition as i; i.require(True); us = i.library_path();"
        "names = [row['symbol'] for row in abi.public_symbols()];"
        "print(sum(i.provider(name) == us for name in names), len(names))"
    )
    answer = subprocess.run(
        [*python(interposed=True), "-c", question],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return "{} of {}".format(*answer)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="only these files of the suite")
    parser.add_argument(
        "--fresh", action="store_true", help="run the tests without the library again, too"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="number of parallel workers")
    options = parser.parse_args()
    files = [f"Tests/{Path(file).name}" for file in options.files]

    if not SDIST.is_dir():
        raise SystemExit(f"{SDIST.relative_to(ROOT)} is missing: run scripts/venv.sh")
    use_packaged_library()
    print(f"Pillow {pillow_version}'s own suite, with and without the library interposed")

    without = run_without(files, jobs=options.jobs, fresh=options.fresh)
    print("with the library: running …", flush=True)
    with_us = run_suite(files, interposed=True, jobs=options.jobs, label="with")
    print(f"with the library: interposed in every process, it provides {interposed_symbols()} public symbols")

    differing = differences(without, with_us)
    if differing:
        print(f"{len(differing)} tests differ in the first runs")
        differing = without_flaky(differing, without, with_us, options.jobs)

    print()
    print("".join(f"{kind:>9}" for kind in ["", *KINDS]))
    for label, outcomes in (("without", without), ("with", with_us)):
        counts = Counter(kind for kind, _ in outcomes.values())
        print(f"{label:>9}" + "".join(f"{counts[kind]:>9}" for kind in KINDS))
    print()

    print_differing(differing, without, with_us)
    passed = min(sum(kind == "passed" for kind, _ in outcomes.values()) for outcomes in (without, with_us))
    if not files and passed < LEAST_PASSED:
        print(f"only {passed} tests passed, fewer than the required {LEAST_PASSED}")
        return 1
    plural = "" if len(differing) == 1 else "s"
    print(f"{len(differing) or 'no'} difference{plural} in {len(without.keys() | with_us.keys())} tests")
    return 1 if differing or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
