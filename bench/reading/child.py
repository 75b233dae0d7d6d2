"""One step of one system in a process of its own, on one core.

Run by `bench.reading.run`: `python -m bench.reading.child SYSTEM build|read FOLDER CORE`. The outcome is a file in
the folder.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.reading.systems import Found, peak_mib

WARM = ("asthma", "hjärtsvikt", "kræft i lungen")


def built(system: Any, folder: Path) -> dict[str, Any]:
    """Build the index."""
    seconds = system.build(folder)
    return {"seconds": seconds, "memory_mib": peak_mib()}


def read(system: Any, folder: Path, texts: dict[str, list[tuple[str, str, str | None]]]) -> dict[str, Any]:
    """Load the index and read texts of several kinds, each as (key, text, language)."""
    started = time.perf_counter()
    with system.opened(folder) as opened:
        loaded = time.perf_counter() - started
        for text in WARM:
            opened.find(text, None)
        answers: dict[str, Found] = {}
        rates = {kind: _rate(opened.find, rows, answers) for kind, rows in texts.items() if rows}
        memory = opened.memory_mib()
    return {"load_s": loaded, "texts_per_s": rates, "memory_mib": memory, "answers": answers}


def _rate(
    find: Callable[[str, str | None], Found], rows: list[tuple[str, str, str | None]], answers: dict[str, Found]
) -> float:
    started = time.perf_counter()
    for key, text, lang in rows:
        answers[key] = find(text, lang)
    return len(rows) / (time.perf_counter() - started)


def main() -> None:
    name, step, place, core = sys.argv[1:]
    # A server that the system starts stays on this core too.
    os.sched_setaffinity(0, {int(core)})
    folder = Path(place)
    system = importlib.import_module(f"bench.reading.systems.{name}")
    if step == "build":
        outcome = built(system, folder)
    else:
        outcome = read(system, folder, json.loads((folder / f"{name}.texts.json").read_bytes()))
    (folder / f"{name}.{step}.json").write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    main()
