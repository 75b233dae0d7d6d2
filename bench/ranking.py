"""How well the ranking agrees with what offices and sponsors decided, with the weights of now and with others.

Run: uv run python -m bench.ranking [--weights FILE] [--data FILE | --database URL] [--export FILE] [--json]

Judged pairs come from the database (TRIALPORT_DATABASE_URL), from an exported file, or, where there is neither, are
made up from a seed, which is said at the top. FILE of --weights is JSON: {"staff_hours": 14, ...}, or what is sent to
`PUT /api/v1/regions/{id}/weights`. --export writes the judged pairs without any name, text or date.
"""

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from bench import judged
from bench.match_data import SEED
from bench.replay import Case, Measures, ablation, changes_of, measure, play_all
from trialport.matching.models import CriterionName

MOST_CHANGES = 10
MADE_UP = (
    "SYNTHETIC: no database and no file was given, so these judgements are made up from a seed, by people whose "
    "taste is known (bench/judged.py). They show that the program works, not how good the ranking is."
)


def proposed(path: Path | None) -> dict[CriterionName, float]:
    """Read the weights proposed: plain numbers, or numbers with their reasons."""
    if path is None:
        return {}
    found: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    entries = found["weights"] if isinstance(found.get("weights"), dict) else found
    plain = {name: entry["weight"] if isinstance(entry, dict) else entry for name, entry in entries.items()}
    return msgspec.convert(plain, dict[CriterionName, float])


def cases_of(options: argparse.Namespace) -> list[Case]:
    if options.data is not None:
        return judged.of_file(options.data)
    if options.database:
        return asyncio.run(judged.of_database(options.database))
    return judged.made_up(options.seed)


def report(cases: list[Case], changes: dict[CriterionName, float]) -> dict[str, Any]:
    """Everything that is shown, as JSON values."""
    now, then = play_all(cases, {}), play_all(cases, changes)
    return {
        "synthetic": any(case.synthetic for case in cases),
        "inquiries": len(cases),
        "proposed": changes,
        "now": measure(now),
        "then": measure(then) if changes else None,
        "without": ablation(cases, changes),
        "changes": changes_of(now, then)[:MOST_CHANGES] if changes else [],
    }


def show(found: dict[str, Any]) -> None:
    """Print the report as Markdown."""
    if found["synthetic"]:
        print(f"{MADE_UP}\n")
    now: Measures = found["now"]
    then: Measures | None = found["then"]
    print(f"{found['inquiries']} inquiries, {now.pairs} judged pairs, {now.selected} selected units\n")
    print("| | weights of now | proposed | change |\n|---|---:|---:|---:|")
    for name, label in (
        ("pairs_right", "pairs in the right order"),
        ("reciprocal_rank", "mean reciprocal rank of the best selected"),
        ("selected_in_first_5", "selected among the first 5"),
        ("selected_in_first_10", "selected among the first 10"),
    ):
        before, after = getattr(now, name), None if then is None else getattr(then, name)
        print(f"| {label} | {_share(before)} | {_share(after)} | {_change(before, after)} |")
    base = then or now
    print("\n| without | pairs in the right order | change | reciprocal rank | change |\n|---|---:|---:|---:|---:|")
    for criterion, one in found["without"].items():
        print(
            f"| {criterion} | {_share(one.pairs_right)} | {_change(base.pairs_right, one.pairs_right)} "
            f"| {_share(one.reciprocal_rank)} | {_change(base.reciprocal_rank, one.reciprocal_rank)} |"
        )
    if found["changes"]:
        print("\n| inquiry | region | new in the first 10 | pairs gained | best selected: now, proposed |")
        print("|---|---|---:|---:|---:|")
    for one in found["changes"]:
        places = f"{one.best_selected_before or '-'}, {one.best_selected_after or '-'}"
        print(f"| {one.inquiry} | {one.region} | {one.moved_in_first_10} | {one.pairs_gained:+d} | {places} |")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _change(before: float | None, after: float | None) -> str:
    return "-" if before is None or after is None else f"{after - before:+.3f}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="weights to try (JSON)")
    parser.add_argument("--data", type=Path, help="exported judgements (JSON lines)")
    parser.add_argument("--database", default=os.environ.get("TRIALPORT_DATABASE_URL"), help="database to read")
    parser.add_argument("--export", type=Path, help="write the judgements here, without names, and end")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of made-up judgements")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    cases = cases_of(options)
    if options.export is not None:
        judged.write_file(options.export, judged.nameless(cases))
        print(f"{len(cases)} judged inquiries written", file=sys.stderr)
        return 0
    if not cases:
        print("Nothing has been judged yet.", file=sys.stderr)
        return 1
    found = report(cases, proposed(options.weights))
    if options.json:
        print(msgspec.json.encode(found).decode())
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
