"""The examples on a file of 40 GB: each needs little memory, and prints how much."""

from __future__ import annotations

import re
import sys

import pytest

from conftest import ROOT, succeed

EXAMPLES = sorted(path.stem for path in (ROOT / "examples" / "large_images").glob("*.py") if path.stem != "common")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_peak_is_low(name):
    output = succeed(sys.executable, str(ROOT / "examples" / "large_images" / f"{name}.py"))
    assert "99840×99840" in output
    peak = re.search(r"peak memory (\d+) MiB", output)
    assert peak and int(peak[1]) < 100, output
