"""The figures as tables, for a terminal or for docs/benchmarks.md."""

from collections.abc import Mapping
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.reading.run import OURS, SYSTEMS, Measured
from bench.reading.scores import AIMS, Share, scored
from bench.reading.sets import PARTS, Row

SHORT_PER_S_AIM, LOAD_S_AIM = 1_500, 1


class Figures(NamedTuple):
    """A table before it is laid out; the first two columns are words, the others figures."""

    title: str
    headings: tuple[str, ...]
    lines: list[tuple[str, ...]]


def accuracy(sets: Mapping[str, list[Row]], ours: Measured) -> Figures:
    """Ours on each set: what was aimed at, the two parts, and the whole."""
    lines: list[tuple[str, ...]] = []
    for name, rows in sets.items():
        parts = {part: scored([row for row in rows if row.part == part], ours.answers) for part in PARTS}
        for measure, whole in scored(rows, ours.answers).items():
            shares = [parts[part].get(measure) for part in PARTS]
            lines.append((name, measure, _aim(name, measure), *map(_percent, (*shares, whole)), f"{whole.asked:,}"))
    return Figures("Ours (%)", ("set", "measure", "aim", "tuned", "untouched", "whole", "asked"), lines)


def side_by_side(samples: Mapping[str, list[Row]], systems: Mapping[str, Measured]) -> Figures:
    """Every system on the same rows; the column of one that could not run is empty."""
    lines: list[tuple[str, ...]] = []
    for name, rows in samples.items():
        by_system = {system: scored(rows, one.answers) for system, one in systems.items()}
        for measure, share in by_system[OURS].items():
            told = [_percent(by_system[system][measure] if system in systems else None) for system in SYSTEMS]
            lines.append((name, measure, _aim(name, measure), str(share.asked), *told))
    titles = tuple(title for title, _ in SYSTEMS.values())
    rows_each = ", ".join(f"{name} {len(rows)}" for name, rows in samples.items())
    return Figures(
        f"The same texts (%), of the untouched part: {rows_each}", ("set", "measure", "aim", "asked", *titles), lines
    )


def speed(systems: Mapping[str, Measured]) -> Figures:
    """How fast each system is, and what memory it takes."""
    headings = (
        "system",
        "version",
        f"short texts/s (aim {SHORT_PER_S_AIM:,})",
        "long texts/s",
        "build (s)",
        f"load (s, aim {LOAD_S_AIM})",
        "memory (MiB)",
        "memory to build (MiB)",
    )
    lines: list[tuple[str, ...]] = [
        (
            one.title,
            one.release,
            _rate(one.short_per_s),
            _rate(one.long_per_s),
            f"{one.build_s:.1f}",
            f"{one.load_s:.2f}",
            f"{one.memory_mib:.0f}",
            f"{one.build_mib:.0f}" if one.build_mib else "",
        )
        for one in systems.values()
    ]
    return Figures("Speed and memory, one core each", headings, lines)


def markdown(figures: Figures) -> str:
    """Lay a table out for a document."""
    ruler = ["---", "---", *["---:"] * (len(figures.headings) - 2)]
    lines = [f"| {' | '.join(cells)} |" for cells in (figures.headings, *figures.lines)]
    return "\n".join([f"{figures.title}:", "", lines[0], f"|{'|'.join(ruler)}|", *lines[1:], ""])


def show(figures: Figures) -> None:
    """Lay a table out for a terminal."""
    table = Table(title=figures.title, title_justify="left")
    for number, heading in enumerate(figures.headings):
        table.add_column(heading, justify="left" if number < 2 else "right")
    for line in figures.lines:
        table.add_row(*line)
    Console(width=None if Console().is_terminal else 160).print(table)


def _rate(per_s: float) -> str:
    return f"{per_s:,.0f}" if per_s >= 100 else f"{per_s:.1f}"


def _percent(share: Share | None) -> str:
    return f"{share.percent:.1f}" if share else ""


def _aim(name: str, measure: str) -> str:
    return str(AIMS.get((name, measure), ""))
