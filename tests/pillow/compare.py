"""Runs Pillow's own test suite without and with the library in front of Pillow's core, and compares test by test.

    target/venv/bin/python tests/pillow/compare.py [--fresh] [--jobs N] [FILE ...]

The same wheel, the same tests, twice: with the library they are run by `python -m libimaging`, from the package that
`make wheel` has unpacked. A test counts as the same when it ends the same way (passed, failed, skipped,
xfailed, xpassed, error) and, where it is skipped, for the same reason. Exit status 1 on any difference, or when too little
ran to mean anything. FILEs of the suite (`test_image.py`) narrow it down.

The run without the library depends on versions only, so its outcomes are kept in target/ until one of those changes;
`--fresh` does it again.
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
KEPT = ROOT / "target" / "pillow-suite"
PACKAGE = ROOT / "target" / "wheel" / "unpacked"
LEAST_PASSED = 5000
MOST_RERUN_FILES = 20
RERUNS = 3
KINDS = ["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

Outcomes = dict[str, list[str]]


def environment(**extra: str) -> dict[str, str]:
    """For a process that finds the plugin beside this file, the tests' helpers, and the package."""
    path = os.pathsep.join(map(str, [HERE, ROOT / "tests" / "python", PACKAGE]))
    return interposition.environment(interposed=False, PYTHONPATH=path, **extra)


def python(*, interposed: bool) -> list[str]:
    return [sys.executable, *(["-m", "libimaging"] if interposed else [])]


def run_suite(files: list[str], *, interposed: bool, jobs: int, label: str) -> Outcomes:
    """Runs the suite, or some files of it, and returns what became of each test."""
    outcomes = KEPT / f"{label}.json"
    outcomes.unlink(missing_ok=True)
    env = environment(
        OUTCOMES_FILE=str(outcomes),
        OUTCOMES_INTERPOSED=str(int(interposed)),
        PYTEST_ADDOPTS="",
    )
    # Whole files to one worker, in their order: tests of one file may lean on one another.
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
    log = KEPT / f"{label}.log"
    with log.open("wb") as output:
        status = subprocess.run(
            [*python(interposed=interposed), "-m", "pytest", *options, *(files or ["Tests"])],
            cwd=SDIST,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ).returncode
    if status not in (0, 1) or not outcomes.exists():
        sys.stdout.write("".join(log.read_text(errors="replace").splitlines(keepends=True)[-30:]))
        raise SystemExit(
            f"the suite did not run to its end (pytest's exit status {status}); see {log.relative_to(ROOT)}"
        )
    return json.loads(outcomes.read_text())


def versions() -> str:
    """A name for everything that the outcomes without the library depend on."""
    parts = [sys.version, os.uname().release, (ROOT / "tests/python/requirements.txt").read_text()]
    parts += [(HERE / "outcomes.py").read_text(), (ROOT / "tests/python/interposition.py").read_text()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def run_without(files: list[str], *, jobs: int, fresh: bool) -> Outcomes:
    kept = KEPT / f"kept-{versions()}.json"
    if kept.exists() and not fresh and not files:
        print("without the library: outcomes kept from an earlier run (--fresh runs it again)", flush=True)
        return json.loads(kept.read_text())
    print("without the library: running …", flush=True)
    outcomes = run_suite(files, interposed=False, jobs=jobs, label="without")
    if not files:
        kept.write_text(json.dumps(outcomes))
    return outcomes


def same(one: list[str] | None, other: list[str] | None) -> bool:
    """The same end; for a skipped test also the same reason. The message of a failure may differ."""
    if one is None or other is None:
        return one is other
    return one == other if one[0] == "skipped" else one[0] == other[0]


def differences(without: Outcomes, with_us: Outcomes) -> list[str]:
    return sorted(test for test in without.keys() | with_us.keys() if not same(without.get(test), with_us.get(test)))


def tell(outcome: list[str] | None) -> str:
    return "did not run" if outcome is None else ": ".join(filter(None, outcome))


def settle(differing: list[str], without: Outcomes, with_us: Outcomes, jobs: int) -> list[str]:
    """Runs the files of differing tests again, both ways, and drops the tests that agree in one of the reruns.

    Such a test does not always end the same way by itself. It is reported as unsteady, with what was seen at first.
    """
    files = sorted({test.split("::")[0] for test in differing})
    if len(files) > MOST_RERUN_FILES:
        print(f"tests of {len(files)} files differ: too many to be chance, not run again")
        return differing
    for attempt in range(1, RERUNS + 1):
        if not differing:
            break
        files = sorted({test.split("::")[0] for test in differing})
        print(f"rerun {attempt} of at most {RERUNS}, both ways: {' '.join(files)}", flush=True)
        again_without = run_suite(files, interposed=False, jobs=jobs, label="rerun-without")
        again_with = run_suite(files, interposed=True, jobs=jobs, label="rerun-with")
        steady = []
        for test in differing:
            if test in again_with and same(again_without.get(test), again_with[test]):
                print(f"unsteady: {test}: first {tell(without.get(test))} without and {tell(with_us.get(test))} with,")
                print(f"          {tell(again_with[test])} both ways in rerun {attempt}")
            else:
                steady.append(test)
        differing = steady
    return differing


def interposed_symbols() -> str:
    """How much of libImaging the library took over, asked of a process like those that ran the tests."""
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
        "--fresh", action="store_true", help="also run anew what is kept of the run without the library"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many tests at a time")
    options = parser.parse_args()
    files = [f"Tests/{Path(file).name}" for file in options.files]

    if not PACKAGE.is_dir():
        raise SystemExit(f"{PACKAGE.relative_to(ROOT)} is missing: run `make wheel`")
    if not SDIST.is_dir():
        raise SystemExit(f"{SDIST.relative_to(ROOT)} is missing: run scripts/venv.sh")
    KEPT.mkdir(parents=True, exist_ok=True)
    # The library that the package carries, for this process and for all that it starts.
    packaged = PACKAGE / "libimaging" / "lib" / "libImaging.so"
    os.environ["IMAGING_LIBRARY"] = str(packaged)
    library = packaged.name
    print(f"Pillow {pillow_version}'s own suite, with and without {library} in front of its core")

    without = run_without(files, jobs=options.jobs, fresh=options.fresh)
    print("with the library: running …", flush=True)
    with_us = run_suite(files, interposed=True, jobs=options.jobs, label="with")
    print(f"with the library: it was in front in every process, and provided {interposed_symbols()} public symbols")

    differing = differences(without, with_us)
    if differing:
        print(f"{len(differing)} tests ended differently at first")
        differing = settle(differing, without, with_us, options.jobs)

    print()
    print("".join(f"{kind:>9}" for kind in ["", *KINDS]))
    for label, outcomes in (("without", without), ("with", with_us)):
        counts = Counter(kind for kind, _ in outcomes.values())
        print(f"{label:>9}" + "".join(f"{counts[kind]:>9}" for kind in KINDS))
    print()

    for test in differing:
        print(f"DIFFERENT {test}\n    without: {tell(without.get(test))}\n    with:    {tell(with_us.get(test))}")
    passed = min(sum(kind == "passed" for kind, _ in outcomes.values()) for outcomes in (without, with_us))
    if not files and passed < LEAST_PASSED:
        print(f"only {passed} tests passed, at least {LEAST_PASSED} should: this proves nothing")
        return 1
    plural = "" if len(differing) == 1 else "s"
    print(f"{len(differing) or 'no'} difference{plural} in {len(without.keys() | with_us.keys())} tests")
    return 1 if differing or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
