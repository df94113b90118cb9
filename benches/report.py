"""Reports the measurements: tables, summaries, and the section of README.md."""

from __future__ import annotations

import ctypes
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from statistics import geometric_mean

import chart
import interposition
from cases import TABLES, Case, Table
from contenders import AS_FAST, SIMD_PYTHON, SIMD_VERSION, Ratios
from PIL import __version__ as pillow_version

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

Measured = dict[Case, Ratios]

BEGIN, END = "<!-- benchmark: written by make bench -->\n", "<!-- benchmark: end -->"
"""The markers around the section of README.md that this module writes."""


def processor() -> dict[str, str]:
    """Returns the entry of the first processor in /proc/cpuinfo."""
    first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0]
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first.splitlines())}


def isa() -> str:
    """Returns the instruction set that the library dispatches on."""
    library = ctypes.CDLL(str(interposition.library_path()))
    library.ImagingGetSIMDLevel.restype = ctypes.c_char_p
    return library.ImagingGetSIMDLevel().decode()


def subject() -> str:
    """Describes the measured libraries and the machine."""
    version = re.search('^version = "(.*)"', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    simd = f", Pillow-SIMD {SIMD_VERSION} compiled for AVX2" if SIMD_PYTHON.exists() else ""
    where = processor().get("model name", platform.machine())
    return (
        f"libImaging {version} with {isa()} instructions, Pillow {pillow_version}'s wheel{simd};\n"
        f"CPython {platform.python_version()}, {platform.machine()}, {where}"
    )


def grid(headings: Iterable[str], numbers: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Formats a Markdown table whose last columns are numbers."""
    headings, numbers = list(headings), list(numbers)
    lines = [[*headings, *numbers], ["---"] * len(headings) + ["---:"] * len(numbers), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def table(table: Table, measured: Measured) -> str:
    """Formats the measured cases of a table."""
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
    """Formats the geometric means and worst ratios of groups of cases."""
    own = {case: ratios for case, ratios in measured.items() if case.own}
    simd = {case: ratios.simd for case, ratios in own.items() if ratios.simd is not None}
    groups = {
        "all calls, to the wheel": {case: ratios.wheel for case, ratios in measured.items()},
        "calls that Pillow-SIMD optimises, to Pillow-SIMD": simd,
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
    """Returns the title of the case's table."""
    return next(table.title for table in TABLES if case in table.cases)


def below(measured: Measured, wheel: float | None, simd: float | None) -> str:
    """Lists the cases below the bounds, the slowest first."""
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

Each ratio is the other library's time divided by ours: 1 is equally fast, more is faster. Ours is Pillow's wheel with
this library interposed in front of its core. All use one thread; "2 threads" is our time on one thread divided by ours
on two. Each time is the lower quartile of many short rounds in which the contenders alternate, so that noise of the
machine affects all of them; the last digit still varies. Images have 2560×1600 pixels unless a table says otherwise,
and calls are those of Python's API. `make bench` measures again and rewrites this file.
"""


def results(measured: Measured) -> str:
    """Formats all tables and summaries."""
    tables = [table(each, measured) for each in TABLES if any(case in measured for case in each.cases)]
    return "\n".join([summary(measured), *tables])


def excerpt(measured: Measured) -> str:
    """Formats the section of README.md: the chart, its numbers, and the summary."""
    rows = [
        [case.chart, *map(cell, (ratios.wheel, ratios.simd, ratios.threads))]
        for case, ratios in measured.items()
        if case.chart
    ]
    overall = geometric_mean(ratios.wheel for ratios in measured.values())
    own = [ratios.simd for case, ratios in measured.items() if case.own and ratios.simd is not None]
    means = f"Over all {len(measured)} calls it is {overall:.1f} times as fast as the wheel (geometric mean)"
    if own:
        means += f",\nand {geometric_mean(own):.1f} times as fast as Pillow-SIMD in the calls that Pillow-SIMD optimises"
    return f"""
![How many times as fast as Pillow's wheel some operations are](docs/benchmark.svg)

{grid(("on a photograph of 2560×1600",), ("to the wheel", "to Pillow-SIMD", "2 threads to 1"), rows)}
{means}.
Measured: {subject()}.
"""


def write(measured: Measured) -> list[Path]:
    """Rewrites the files with results, and returns them."""
    files = HERE / "RESULTS.md", ROOT / "docs" / "benchmark.svg", ROOT / "README.md"
    readme = files[2].read_text(encoding="utf-8")
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    files[0].write_text(f"{INTRODUCTION.format(what=subject())}\n{results(measured)}", encoding="utf-8")
    bars = [
        (case.chart, ratios.wheel, ratios.wheel / ratios.simd if ratios.simd is not None else None)
        for case, ratios in measured.items()
        if case.chart
    ]
    files[1].write_text(chart.svg(bars), encoding="utf-8")
    files[2].write_text(f"{before}{BEGIN}{excerpt(measured)}\n{END}{after}", encoding="utf-8")
    return [file.relative_to(ROOT) for file in files]
