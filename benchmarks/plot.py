"""The plot: each figure as a multiple of what it must reach, light and dark."""

import math
from html import escape

from benchmarks.results import Result
from benchmarks.targets import ENGINES, ROWS, Row, Target

_LABELS, _WIDTH, _LINE = 330, 860, 26
_TOP, _BOTTOM = 54, 34
_RIGHT = 24
#: Twice to the power of this is the end of the scale on each side.
_SPAN = 3
_COLOURS = {"sqlite": "a", "postgresql": "b"}
_SHAPES = {
    "sqlite": '<circle class="a" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{said}</title></circle>',
    "postgresql": '<rect class="b" x="{left:.1f}" y="{top:.1f}" width="9" height="9">'
    "<title>{said}</title></rect>",
}
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.quiet { fill: #59636e } .back { fill: #ffffff }
.line { stroke: #d1d9e0 } .must { stroke: #1f2328; stroke-width: 1.5 }
.goal { stroke: #1a7f37; stroke-width: 2 } .short { fill: #cf222e; opacity: .07 }
.a { fill: #0969da } .b { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .back { fill: #0d1117 }
.line { stroke: #3d444d } .must { stroke: #f0f6fc } .goal { stroke: #3fb950 }
.short { fill: #f85149; opacity: .12 } .a { fill: #4493f8 } .b { fill: #f0883e }
}"""


def plot(result: Result) -> str:
    """Return the plot as SVG. Right of the line is better; the scale doubles with each step."""
    lines = [(row, target) for row in ROWS for target in row.targets if _can_be_drawn(target)]
    lines = [(row, target) for row, target in lines if _factors(result, row, target)]
    height = _TOP + _LINE * len(lines) + _BOTTOM
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            'aria-labelledby="title">'
        ),
        '<title id="title">Each figure as a multiple of what it must reach</title>',
        f"<style>{_STYLE}</style>",
        f'<rect class="back" width="{_WIDTH}" height="{height}"/>',
        _legend(),
        *_scale(height),
    ]
    for number, (row, target) in enumerate(lines):
        parts += _drawn(result, row, target, _TOP + _LINE * number + _LINE / 2)
    return "\n".join([*parts, "</svg>", ""])


def _can_be_drawn(target: Target) -> bool:
    return bool(target.must)


def _factors(result: Result, row: Row, target: Target) -> dict[str, float]:
    """Return how many times better than it must be a figure is, on each engine."""
    factors = {}
    for engine in ENGINES[:1] if row.is_of_machine else ENGINES:
        value, must = result.value(row, target, engine), target.must_on(engine)
        if value and must:
            scaled = value / result.slowness(target, engine)
            factors[engine] = scaled / must if target.at_least else must / scaled
    return factors


def _drawn(result: Result, row: Row, target: Target, y: float) -> list[str]:
    label = f"{row.title.partition(':')[0]}, {target.label}"
    if row.name.startswith("growth-"):
        label = f"Growth: {label}"
    parts = [
        (
            f'<text x="{_LABELS - 12}" y="{y + 4.5:.1f}" text-anchor="end">'
            f"{escape(_cut(label))}</text>"
        ),
        f'<line class="line" x1="{_LABELS}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
    ]
    if target.goal and target.must:
        factor = target.goal / target.must if target.at_least else target.must / target.goal
        x = _x(factor)
        parts.append(
            f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 8:.1f}" y2="{y + 8:.1f}"/>'
        )
    for engine, factor in _factors(result, row, target).items():
        x = _x(factor)
        said = f"{result.value(row, target, engine):.3g} {target.label}"
        parts.append(_SHAPES[engine].format(x=x, y=y, left=x - 4.5, top=y - 4.5, said=escape(said)))
    return parts


def _scale(height: int) -> list[str]:
    bottom = height - _BOTTOM
    parts = [
        (
            f'<rect class="short" x="{_LABELS}" y="{_TOP}" width="{_x(1) - _LABELS:.1f}" '
            f'height="{bottom - _TOP}"/>'
        )
    ]
    for step in range(-_SPAN, _SPAN + 1):
        x = _x(2.0**step)
        kind = "must" if step == 0 else "line"
        name = "must" if step == 0 else f"{2**step}×" if step > 0 else f"1/{2**-step}"
        parts.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(
            f'<text class="quiet" x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{name}</text>'
        )
    return parts


def _legend() -> str:
    return (
        f'<circle class="a" cx="{_LABELS + 6}" cy="26" r="5"/>'
        f'<text x="{_LABELS + 18}" y="30.5">SQLite</text>'
        f'<rect class="b" x="{_LABELS + 84}" y="21.5" width="9" height="9"/>'
        f'<text x="{_LABELS + 100}" y="30.5">PostgreSQL</text>'
        f'<line class="goal" x1="{_LABELS + 196}" x2="{_LABELS + 196}" y1="18" y2="34"/>'
        f'<text x="{_LABELS + 206}" y="30.5">goal</text>'
        f'<text class="quiet" x="{_WIDTH - _RIGHT}" y="30.5" text-anchor="end">'
        "better to the right</text>"
    )


def _x(factor: float) -> float:
    """Return where a factor lies; what is beyond the scale lies at its end."""
    power = max(-_SPAN, min(_SPAN, math.log2(factor)))
    return _LABELS + (power + _SPAN) / (2 * _SPAN) * (_WIDTH - _RIGHT - _LABELS)


def _cut(label: str) -> str:
    most = 46
    return label if len(label) <= most else label[: most - 1] + "…"
