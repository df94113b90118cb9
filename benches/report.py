"""What is told of the measurements: tables, summaries, and the part of README.md that they fill."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import geometric_mean

import chart
from cases import TABLES, Case, Table
from contenders import AS_FAST, SIMD_PYTHON, SIMD_VERSION, Ratios
from PIL import __version__ as pillow_version

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

Measured = dict[Case, Ratios]

BEGIN, END = "<!-- benchmark: written by make bench -->\n", "<!-- benchmark: end -->"
"""What README.md has around the part that is written here."""

LEVELS = {
    "avx512": {"avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512vbmi", "avx512_vnni", "avx2", "bmi2"},
    "avx2": {"avx2", "bmi2"},
    "sse4.1": {"sse4_1", "ssse3"},
    "generic": set(),
}
"""What the kernel calls the instructions that each level of this library needs."""


def processor() -> dict[str, str]:
    """What the kernel says of the first processor."""
    first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0]
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first.splitlines())}


def level() -> str:
    """The instructions that this library uses here."""
    there = set(processor().get("flags", "").split())
    names = list(LEVELS)
    asked = os.environ.get("IMAGING_SIMD", names[0])
    allowed = names[names.index(asked) :] if asked in names else names
    return next(name for name in allowed if LEVELS[name] <= there)


def what() -> str:
    """What was measured, and where."""
    version = re.search('^version = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    simd = f", Pillow-SIMD {SIMD_VERSION} compiled for AVX2" if SIMD_PYTHON.exists() else ""
    where = processor().get("model name", platform.machine())
    return (
        f"libImaging {version} with {level()} instructions, Pillow {pillow_version}'s wheel{simd};\n"
        f"CPython {platform.python_version()}, {platform.machine()}, {where}"
    )


def grid(headings: Iterable[str], numbers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table whose last columns are numbers."""
    headings, numbers = list(headings), list(numbers)
    lines = [[*headings, *numbers], ["---"] * len(headings) + ["---:"] * len(numbers), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def table(table: Table, measured: Measured) -> str:
    """A table as far as it was measured."""
    columns = {
        name: attribute
        for name, attribute in (("wheel", "wheel"), ("Pillow-SIMD", "simd"), ("2 threads", "threads"))
        if any(getattr(measured[case], attribute) is not None for case in table.cases if case in measured)
    }
    rows = [
        [*case.row, *(cell(getattr(measured[case], attribute)) for attribute in columns.values())]
        for case in table.cases
        if case in measured
    ]
    return f"## {table.title}\n\n{grid(table.headings, columns, rows)}"


def summary(measured: Measured) -> str:
    """A few numbers for all of them."""
    own = {case: ratios for case, ratios in measured.items() if case.own}
    simd = {case: ratios.simd for case, ratios in own.items() if ratios.simd is not None}
    groups = {
        "all calls, to the wheel": {case: ratios.wheel for case, ratios in measured.items()},
        "what Pillow-SIMD has code of its own for, to Pillow-SIMD": simd,
        "the same, to the wheel": {case: ratios.wheel for case, ratios in own.items()},
        "arithmetic, two threads to one": {
            case: ratios.threads for case, ratios in measured.items() if ratios.threads is not None
        },
    }
    rows = []
    for name, ratios in groups.items():
        if ratios:
            worst = min(ratios, key=ratios.get)
            below = sum(ratio < AS_FAST for ratio in ratios.values())
            numbers = cell(geometric_mean(ratios.values())), cell(ratios[worst]), f"{below} of {len(ratios)}"
            rows.append([name, f"{title(worst)}: {', '.join(worst.row)}", *numbers])
    return "## Summary\n\n" + grid(("what", "the worst"), ("geometric mean", "worst", f"below {AS_FAST}"), rows)


def title(case: Case) -> str:
    """That of the table that has the case."""
    return next(table.title for table in TABLES if case in table.cases)


def below(measured: Measured, wheel: float | None, simd: float | None) -> str:
    """The cases that are slower than asked for, the slowest first."""
    lines = []
    for name, attribute, bound in ("wheel", "wheel", wheel), ("Pillow-SIMD", "simd", simd):
        if bound is not None:
            slow = [
                (ratio, case)
                for case, ratios in measured.items()
                if (ratio := getattr(ratios, attribute)) is not None and ratio < bound
            ]
            lines.append(f"below {bound} of {name}: {len(slow)}")
            slow.sort(key=lambda pair: pair[0])
            lines += [f"  {ratio:.2f}  {title(case)}: {', '.join(case.row)}" for ratio, case in slow]
    return "\n".join(lines)


INTRODUCTION = """# Benchmark results

{what}.

Each number says how many times as fast this library is: the time of the other divided by ours, which is that of Pillow's
wheel with this library in front of its core. 1 is as fast, more is faster. All use one thread; "2 threads" is ours on one
divided by ours on two. Each time is the lower quartile of many short turns: all contenders take turns, so that noise of
the machine befalls all; it still moves the last digit. Images have 2560×1600 pixels where a table does not say otherwise,
and calls are those of Python's API. `make bench` measures again and rewrites this file.
"""


def results(measured: Measured) -> str:
    """All tables and summaries."""
    tables = [table(each, measured) for each in TABLES if any(case in measured for case in each.cases)]
    return "\n".join([summary(measured), *tables])


def excerpt(measured: Measured) -> str:
    """What README.md shows: the chart, its numbers, and the summaries."""
    rows = [
        [case.chart, *map(cell, (ratios.wheel, ratios.simd, ratios.threads))]
        for case, ratios in measured.items()
        if case.chart
    ]
    overall = geometric_mean(ratios.wheel for ratios in measured.values())
    own = [ratios.simd for case, ratios in measured.items() if case.own and ratios.simd is not None]
    means = f"Over all {len(measured)} calls it is {overall:.1f} times as fast as the wheel (geometric mean)"
    if own:
        means += f",\nand {geometric_mean(own):.1f} times as fast as Pillow-SIMD in what that has code of its own for"
    return f"""
![How many times as fast as Pillow's wheel some operations are](docs/benchmark.svg)

{grid(("on a photograph of 2560×1600",), ("to the wheel", "to Pillow-SIMD", "2 threads to 1"), rows)}
{means}.
Measured: {what()}.
"""


def write(measured: Measured) -> list[Path]:
    """Rewrites the files that tell of measurements; returns them."""
    files = HERE / "RESULTS.md", ROOT / "docs" / "benchmark.svg", ROOT / "README.md"
    readme = files[2].read_text(encoding="utf-8")
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    files[0].write_text(f"{INTRODUCTION.format(what=what())}\n{results(measured)}", encoding="utf-8")
    bars = [
        (case.chart, ratios.wheel, ratios.wheel / ratios.simd if ratios.simd is not None else None)
        for case, ratios in measured.items()
        if case.chart
    ]
    files[1].write_text(chart.svg(bars), encoding="utf-8")
    files[2].write_text(f"{before}{BEGIN}{excerpt(measured)}\n{END}{after}", encoding="utf-8")
    return [file.relative_to(ROOT) for file in files]
