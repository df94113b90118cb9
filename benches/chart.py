"""The chart of README.md: the speed of some operations relative to Pillow's wheel, as SVG bars."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil, log2

Bar = tuple[str, float, float | None]
"""An operation's name, and the speeds of this library and of Pillow-SIMD relative to the wheel."""

WIDTH = 860
LEFT, RIGHT, TOP, BOTTOM = 230, 60, 72, 16
ROW, THICK = 34, 12

STYLE = """
    text { font: 13px sans-serif; fill: #24292f }
    .title { font-size: 16px; font-weight: bold }
    .number, .tick { font-size: 11px }
    .tick { fill: #6e7781; text-anchor: middle }
    .name { text-anchor: end }
    .paper { fill: #ffffff }
    .line { stroke: #d0d7de }
    .one { stroke: #57606a; stroke-width: 1.5 }
    .ours { fill: #1f6feb }
    .simd { fill: #bf8700 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .tick { fill: #8d96a0 }
      .paper { fill: #0d1117 }
      .line { stroke: #30363d }
      .one { stroke: #9198a1 }
      .ours { fill: #4493f8 }
      .simd { fill: #d29922 }
    }
"""


def svg(bars: list[Bar]) -> str:
    """Draws the chart on a logarithmic scale: a bar has length 0 at equal speeds, and one unit more per doubling."""
    ratios = [ratio for _, ours, theirs in bars for ratio in (ours, ours if theirs is None else theirs)]
    doublings = max(1, ceil(log2(max(ratios))))
    halvings = ceil(max(0.0, -log2(min(ratios)) - 0.1))
    unit = (WIDTH - LEFT - RIGHT) / (doublings + halvings)
    one = LEFT + halvings * unit
    height = TOP + ROW * len(bars) + BOTTOM

    def lines() -> Iterator[str]:
        yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">'
        yield "  <title>How many times as fast as Pillow's wheel</title>"
        yield f"  <style>{STYLE}  </style>"
        yield f'  <rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>'
        yield '  <text class="title" x="16" y="28">Times as fast as Pillow’s wheel, one thread each</text>'
        yield from legend()
        for doubling in range(-halvings, doublings + 1):
            x = one + doubling * unit
            kind = "line" if doubling else "one"
            yield f'  <path class="{kind}" d="M{x:.1f} {TOP - 6}V{height - BOTTOM}"/>'
            yield f'  <text class="tick" x="{x:.1f}" y="{TOP - 12}">{2.0**doubling:g}×</text>'
        for number, (name, ours, theirs) in enumerate(bars):
            y = TOP + ROW * number
            yield f'  <text class="name" x="{LEFT - 12}" y="{y + 20}">{escape(name)}</text>'
            yield from bar("ours", ours, y + 3)
            if theirs is not None:
                yield from bar("simd", theirs, y + 3 + THICK + 1)
        yield "</svg>\n"

    def legend() -> Iterator[str]:
        for kind, name, x in ("ours", "this library", WIDTH - 250), ("simd", "Pillow-SIMD", WIDTH - 130):
            yield f'  <rect class="{kind}" x="{x}" y="18" width="12" height="12" rx="2"/>'
            yield f'  <text x="{x + 18}" y="28">{name}</text>'

    def bar(kind: str, ratio: float, y: int) -> Iterator[str]:
        length = log2(ratio) * unit
        left, right = min(one, one + length), max(one, one + length)
        width = max(right - left, 1)
        yield f'  <rect class="{kind}" x="{left:.1f}" y="{y}" width="{width:.1f}" height="{THICK}" rx="2"/>'
        yield f'  <text class="number" x="{right + 6:.1f}" y="{y + 10}">{ratio:.1f}</text>'

    return "\n".join(lines())
