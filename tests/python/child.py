"""Runs a piece of Python in a process of its own, which may crash or hang without taking the tests with it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import interposition

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
