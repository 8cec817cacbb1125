"""The figures of one run and the one table they are printed as.

Always: a figure that carries over to another machine is a ratio of two measurements of the same run; times in
milliseconds are only compared with floors that a person would notice.
"""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Figure:
    """One row of the table.

    Attributes:
        what: what was measured.
        value: the figure; ``None`` when it could not be measured here (``note`` says why).
        unit: ``×``, ``ms``, ``MB``, …
        firm: the goal; ``edge`` the ambitious one; ``floor`` what must hold or the run fails.
        edge: see ``firm``.
        floor: see ``firm``.
        higher_is_better: the direction of the goals.
        note: the measurements behind it.
    """

    what: str
    value: float | None
    unit: str = "×"
    firm: float | None = None
    edge: float | None = None
    floor: float | None = None
    higher_is_better: bool = False
    note: str = ""

    def meets(self, goal: float | None) -> bool:
        """Whether the figure is at least as good as ``goal``."""
        if goal is None or self.value is None:
            return True
        return self.value >= goal if self.higher_is_better else self.value <= goal

    @property
    def verdict(self) -> str:
        """One word for the goals that were reached."""
        if self.value is None:
            return "skipped"
        if not self.meets(self.floor):
            return "FLOOR MISSED"
        if self.firm is None:
            return ""
        return (
            "edge" if self.edge is not None and self.meets(self.edge) else "firm" if self.meets(self.firm) else "below"
        )


@dataclass
class Report:
    """All rows by chapter."""

    rows: list[tuple[str, Figure]] = field(default_factory=list)

    def add(self, chapter: str, figures: Iterable[Figure]) -> None:
        """Append a chapter's rows."""
        self.rows += [(chapter, figure) for figure in figures]

    @property
    def floor_missed(self) -> bool:
        """Whether the run has to fail."""
        return any(not figure.meets(figure.floor) for _, figure in self.rows)

    def text(self) -> str:
        """Return the table."""
        lines = [_line("what", "figure", "firm", "edge", "floor", "", "measured")]
        chapter = ""
        for name, figure in self.rows:
            if name != chapter:
                lines.append(f"-- {name}")
                chapter = name
            sign = "≥" if figure.higher_is_better else "≤"
            goals = [
                f"{sign} {_number(goal)}" if goal is not None else ""
                for goal in (figure.firm, figure.edge, figure.floor)
            ]
            value = "–" if figure.value is None else f"{_number(figure.value)} {figure.unit}"
            lines.append(_line(figure.what, value, *goals, figure.verdict, figure.note))
        return "\n".join(lines)


def _line(*cells: str) -> str:
    what, value, firm, edge, floor, verdict, note = cells
    return f"{what:<44}{value:>12}  {firm:>7} {edge:>7} {floor:>7}  {verdict:<12} {note}".rstrip()


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
