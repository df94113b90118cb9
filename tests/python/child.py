"""Runs Python code in a child process, which may crash or hang without ending the tests."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import interposition

ISAS = interposition.isas()
"""The values of `IMAGING_SIMD`."""

THREADS = ["1", "2", "5"]
"""Values of `IMAGING_NUM_THREADS`."""

_PREAMBLE = """\
import abi, ctypes, interposition
def load(hold_gil=True): return abi.Library("ours", interposition.library_path(), ours=True, hold_gil=hold_gil)
"""


def run(
    code: str, *, interposed: bool = False, timeout: float = 100, keep_stderr: bool = False, **env: str
) -> str:
    """Runs the code and returns its output, with that to stderr if asked. It can import these tests' helper modules; `load` loads the
    library."""
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _PREAMBLE + textwrap.dedent(code)],
        env=interposition.environment(interposed=interposed, **{"PYTHONPATH": str(Path(__file__).parent), **env}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert result.returncode == 0, f"ended with status {result.returncode}:\n{result.stdout}{result.stderr}"
    return result.stdout + (result.stderr if keep_stderr else "")


def value_error(call: str, mode: int) -> str:
    """The text of the ValueError that a method of the library raises; `image` in the call is one of 2 x 2 pixels."""
    output = run(
        f"""
        library = load()
        image = library.ImagingNew({mode}, 2, 2)
        try: library.{call}
        except ValueError as error: print(error)
        """
    )
    return output.removesuffix("\n")


def differences(check: str, *, isa: str | None = None, threads: str | None = None) -> str:
    """Runs a check with an ISA and a number of threads, and returns the differences that it yields, one per line. Skips
    the test if the processor lacks the ISA.

    The check is a call such as `filters.differences(*both)`, where `both` are the wheel and the library under test.
    """
    env = {"IMAGING_SIMD": isa, "IMAGING_NUM_THREADS": threads}
    output = run(
        f"""
        import os, {check.partition(".")[0]}
        from PIL import Image
        os.dup2(1, 2)  # the library's warnings about the ISA are part of the result
        both = abi.Library("wheel", Image.core.__file__, ours=False), load()
        for difference in {check}: print(difference)
        """,
        timeout=600,
        **{name: value for name, value in env.items() if value is not None},
    )
    if "this processor has no more than" in output:
        pytest.skip(output.splitlines()[0])
    return output
