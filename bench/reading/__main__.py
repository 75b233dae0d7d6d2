"""How well and how fast texts are read, beside rapidfuzz, pg_trgm and bm25s over the same words, in one run.

Run: `uv run python -m bench.reading [--sets DIR ...] [--rows N] [--markdown]`. The last line is JSON. How it is
measured is in docs/benchmarks.md.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.reading.run import OURS, Measured, measured
from bench.reading.scores import Answer, scored
from bench.reading.sets import FOLDERS, PARTS, SETS, Row, read_sets, sampled
from bench.reading.tables import accuracy, markdown, show, side_by_side, speed


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.reading", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, nargs="+", default=FOLDERS, help="folders with sets")
    parser.add_argument("--rows", type=int, default=60, help="rows of each set for the alternatives")
    parser.add_argument("--markdown", action="store_true", help="tables for docs/benchmarks.md")
    chosen = parser.parse_args()
    sets = read_sets(chosen.sets)
    if not sets:
        parser.error(f"none of the sets {', '.join(SETS)} is in {', '.join(map(str, chosen.sets))}")
    samples = {name: sampled(rows, chosen.rows) for name, rows in sets.items()}
    systems = measured(_all(sets.values()), _all(samples.values()))
    for figures in (accuracy(sets, systems[OURS]), side_by_side(samples, systems), speed(systems)):
        if chosen.markdown:
            print(markdown(figures))
        else:
            show(figures)
    print(json.dumps(summary(sets, samples, systems)))


def _all(sets: Iterable[list[Row]]) -> list[Row]:
    return [row for rows in sets for row in rows]


def _shares(rows: Iterable[Row], answers: dict[str, Answer]) -> dict[str, tuple[float, int]]:
    return {measure: (round(share.percent, 2), share.asked) for measure, share in scored(rows, answers).items()}


def summary(sets: dict[str, list[Row]], samples: dict[str, list[Row]], systems: dict[str, Measured]) -> dict[str, Any]:
    """All figures; a share is per cent and how often it was asked."""
    ours = systems[OURS].answers
    return {
        "ours": {
            name: {
                "whole": _shares(rows, ours),
                **{part: _shares([row for row in rows if row.part == part], ours) for part in PARTS},
            }
            for name, rows in sets.items()
        },
        "sample": {
            one.title: {name: _shares(rows, one.answers) for name, rows in samples.items()} for one in systems.values()
        },
        "speed": {
            one.title: {
                key: round(value, 3) if isinstance(value, float) else value
                for key, value in one._asdict().items()
                if key not in {"title", "answers"}
            }
            for one in systems.values()
        },
    }


if __name__ == "__main__":
    main()
