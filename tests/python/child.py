"""Runs a piece of Python in a process of its own, which may crash or hang without taking the tests with it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import interposition

LEVELS = ["generic", "sse4.1", "avx2", "avx512"]
"""What `IMAGING_SIMD` may ask for."""

THREADS = ["1", "2", "5"]
"""Some of what `IMAGING_NUM_THREADS` may ask for."""

_PREAMBLE = """\
import abi, ctypes, interposition
def load(hold_gil=True): return abi.Library("ours", interposition.library_path(), ours=True, hold_gil=hold_gil)
"""


def run(code: str, *, interposed: bool = False, timeout: float = 100, **env: str) -> str:
    """What the code prints. The helper modules of these tests are there to import, and `load` gives the library."""
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _PREAMBLE + textwrap.dedent(code)],
        env=interposition.environment(interposed=interposed, **{"PYTHONPATH": str(Path(__file__).parent), **env}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert result.returncode == 0, f"ended with status {result.returncode}:\n{result.stdout}{result.stderr}"
    return result.stdout


def differences(check: str, *, level: str | None = None, threads: str | None = None) -> str:
    """What a check finds with those instructions and that many threads; skips where the processor has not got them.

    The check is a call, such as `filters.differences(*both)`, where `both` are the wheel and the library under test, and
    gives what differs, one after the other.
    """
    env = {"IMAGING_SIMD": level, "IMAGING_NUM_THREADS": threads}
    told = run(
        f"""
        import os, {check.partition(".")[0]}
        from PIL import Image
        os.dup2(1, 2)  # what the library says of the level is to be seen
        both = abi.Library("wheel", Image.core.__file__, ours=False), load()
        for difference in {check}: print(difference)
        """,
        timeout=600,
        **{name: value for name, value in env.items() if value is not None},
    )
    if "this processor has no more than" in told:
        pytest.skip(told.splitlines()[0])
    return told
