"""Draws a dashboard as SVG from what a Prometheus server answers: the pictures of the README.

Called by observed_run.py. Not Grafana: the same panels, expressions and units, drawn plainly, so that a picture can be made wherever the
tests run.
"""

import json
import math
import urllib.parse
import urllib.request
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT, GAP, COLUMNS = 560, 250, 16, 2
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 54, 58
COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea", "#dc2626", "#0891b2", "#65a30d", "#be185d", "#475569", "#a16207")
LEGEND_LINES = 2
GRID_LINES = 4
LONG_SECONDS = 300
GAP_STEPS = 2

Point = tuple[float, float]


@dataclass(frozen=True)
class Span:
    """A stretch of time in seconds since 1970, and the stretch within it that is shaded, with its name."""

    start: float
    end: float
    shaded: tuple[float, float, str] | None = None
    step: float = 1.0


@dataclass(frozen=True)
class Line:
    """One series of a panel."""

    legend: str
    points: list[Point]


def ask(prometheus: str, expression: str, span: Span) -> list[dict[str, Any]]:
    """Return the series of an expression over the span."""
    query = urllib.parse.urlencode({"query": expression, "start": span.start, "end": span.end, "step": span.step})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query_range?{query}", timeout=20) as reply:  # noqa: S310 - loopback
        found: list[dict[str, Any]] = json.load(reply)["data"]["result"]
    return found


def panel_lines(prometheus: str, panel: dict[str, Any], span: Span, rate_window: str) -> list[Line]:
    """Return the lines of a panel, Grafana's variables filled in, series without a number left out."""
    lines = []
    for legend, expression in panel["lines"].items():
        filled = expression.replace("$__rate_interval", rate_window).replace("$function", ".*")
        for series in ask(prometheus, filled, span):
            points = [(float(time), float(value)) for time, value in series["values"] if value not in {"NaN", "+Inf"}]
            label = legend
            for name, value in series["metric"].items():
                label = label.replace(f"{{{{{name}}}}}", value)
            if points:
                lines.append(Line(label, points))
    return sorted(lines, key=lambda line: line.legend)


def picture(title: str, panels: list[tuple[dict[str, Any], list[Line]]], span: Span) -> str:
    """Return the dashboard as an SVG document."""
    rows = -(-len(panels) // COLUMNS)
    width = COLUMNS * WIDTH + (COLUMNS + 1) * GAP
    height = rows * (HEIGHT + GAP) + GAP + 40
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' font-family="system-ui, sans-serif" font-size="12">'
        ),
        f'<rect width="{width}" height="{height}" fill="#f1f5f9"/>',
        f'<text x="{GAP}" y="28" font-size="18" font-weight="600" fill="#0f172a">{escape(title)}</text>',
    ]
    for number, (panel, lines) in enumerate(panels):
        x = GAP + number % COLUMNS * (WIDTH + GAP)
        y = 40 + number // COLUMNS * (HEIGHT + GAP)
        parts.append(f'<g transform="translate({x} {y})">{drawn_panel(panel, lines, span)}</g>')
    return "\n".join([*parts, "</svg>", ""])


def drawn_panel(panel: dict[str, Any], lines: list[Line], span: Span) -> str:
    """Return one panel: title, grid, the red line where it begins to matter, the series and their legend."""
    top_value = max((value for line in lines for _, value in line.points), default=0.0)
    red = panel.get("red")
    if red is not None and top_value > red / 4:
        top_value = max(top_value, red)
    top_value = top_value * 1.08 or 1.0
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff" stroke="#e2e8f0"/>',
        f'<text x="14" y="22" font-weight="600" fill="#0f172a">{escape(panel["title"])}</text>',
        f'<text x="14" y="37" font-size="10" fill="#64748b">{escape(panel["meaning"])}</text>',
    ]
    if span.shaded:
        begin, end = place_of(span.shaded[0], span), place_of(span.shaded[1], span)
        parts.append(
            f'<rect x="{begin:.1f}" y="{TOP}" width="{end - begin:.1f}" height="{HEIGHT - TOP - BOTTOM}" fill="#fef3c7"/>'
        )
        parts.append(
            f'<text x="{begin + 4:.1f}" y="{TOP + 11}" font-size="9" fill="#b45309">{escape(span.shaded[2])}</text>'
        )
    for step in range(GRID_LINES + 1):
        value = top_value * step / GRID_LINES
        y = height_of(value, top_value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#e2e8f0"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" font-size="10" fill="#64748b">{spelt(value, panel["unit"])}</text>'
        )
    for seconds in range(0, int(span.end - span.start) + 1, 30 if span.end - span.start < LONG_SECONDS else 120):
        x = place_of(span.start + seconds, span)
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle" font-size="10" fill="#64748b">{spelt_time(seconds, span)}</text>'
        )
    if red is not None and red <= top_value:
        y = height_of(red, top_value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#dc2626" stroke-dasharray="4 3"/>')
    for number, line in enumerate(lines):
        course = course_of(line.points, span, top_value)
        parts.append(f'<path d="{course}" fill="none" stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="1.6"/>')
    if not lines:
        parts.append(
            f'<text x="{WIDTH / 2}" y="{HEIGHT / 2}" text-anchor="middle" fill="#94a3b8">nothing of this in the run</text>'
        )
    return "".join(parts) + legend([line.legend for line in lines])


def course_of(points: list[Point], span: Span, top_value: float) -> str:
    """Return a line's path, which ends where there is no number and begins again after it."""
    parts = []
    before = -math.inf
    for time, value in points:
        parts.append("L" if time - before <= GAP_STEPS * span.step else "M")
        parts.append(f"{place_of(time, span):.1f} {height_of(value, top_value):.1f}")
        before = time
    return "".join(parts)


def legend(names: list[str]) -> str:
    """Return the names below the panel, in two lines; what does not fit is counted."""
    parts, x, row = [], LEFT, 0
    for number, name in enumerate(names):
        length = 18 + 6.2 * len(name)
        if x + length > WIDTH - RIGHT - 60:
            x, row = LEFT, row + 1
        y = HEIGHT - BOTTOM + 32 + 15 * row
        if row >= LEGEND_LINES:
            parts.append(
                f'<text x="{WIDTH - RIGHT}" y="{y - 15}" text-anchor="end" font-size="10" fill="#64748b">+{len(names) - number}</text>'
            )
            break
        parts.append(f'<rect x="{x}" y="{y - 8}" width="10" height="3" fill="{COLOURS[number % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 14}" y="{y - 3}" font-size="10" fill="#334155">{escape(name)}</text>')
        x += int(length)
    return "".join(parts)


def height_of(value: float, top_value: float) -> float:
    """Return the vertical place of a value."""
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top_value


def place_of(time: float, span: Span) -> float:
    """Return the horizontal place of a moment."""
    return LEFT + (WIDTH - LEFT - RIGHT) * (time - span.start) / (span.end - span.start)


def spelt_time(seconds: int, span: Span) -> str:
    """Return a moment of the run in the unit that suits its length."""
    return f"{seconds} s" if span.end - span.start < LONG_SECONDS else f"{seconds // 60} min"


def spelt(value: float, unit: str) -> str:
    """Return a value as Grafana's unit would show it."""
    if unit == "s":
        return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    number = f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    return number + ({"reqps": "/s", "ops": "/s"}.get(unit, ""))
