"""Running the systems one after the other, and bringing together what each gave."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from bench import debian_postgres
from bench.reading.scores import Answer, category
from bench.reading.sets import LONG, ROOT, SHORT, Row
from bench.reading.systems import TERMS, Found
from bench.reading.terms import all_terms, answer_of
from trialport.vocabulary.cache import load_compiled
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.sources import DATA

# Module in `bench.reading.systems` -> title, and the package whose version is told.
OURS = "ours"
SYSTEMS = {
    OURS: ("ours", "trialport"),
    "wratio": ("rapidfuzz", "rapidfuzz"),
    "trigram": ("pg_trgm", ""),
    "bm25": ("bm25s", "bm25s"),
    "bm25_stems": ("bm25s, our stems", "bm25s"),
}
_BARE = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"


class Measured(NamedTuple):
    """What one system gave. A rate is texts per second; memory is above a bare interpreter's (MiB)."""

    title: str
    release: str
    answers: dict[str, Answer]
    short_per_s: float
    long_per_s: float
    build_s: float
    build_mib: float
    load_s: float
    memory_mib: float


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a temporary folder that a server's own account can pass through."""
    with tempfile.TemporaryDirectory(prefix="trialport-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


def measured(rows: list[Row], sample: list[Row]) -> dict[str, Measured]:
    """Measure every system that can run here: ours on all rows, the others on the sample."""
    bare = _bare_mib()
    with workplace() as folder:
        terms = all_terms()
        (folder / TERMS).write_text(json.dumps(terms), encoding="utf-8")
        _tell(f"{len(terms):,} terms")
        found: dict[str, Measured] = {}
        # Ours comes first, and the tables it is built with serve the others.
        vocabulary: Vocabulary | None = None
        for name in SYSTEMS:
            if name == "trigram" and debian_postgres.programs() is None:
                _tell(f"pg_trgm is left out: {debian_postgres.INSTALL}")
                continue
            _tell(SYSTEMS[name][0])
            asked = rows if name == OURS else sample
            build, read = _steps(name, folder, asked)
            vocabulary = vocabulary or Vocabulary(*load_compiled(DATA, folder / "vocabulary"))
            answers = {key: _answer(Found(*one), vocabulary) for key, one in read["answers"].items()}
            found[name] = _outcome(name, build, read, answers, bare)
    return found


def _steps(name: str, folder: Path, rows: list[Row]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Build, then load and read, each in a process of its own."""
    texts = {
        kind: [(row.key, row.text, row.lang) for row in rows if row.name in names]
        for kind, names in (("short", SHORT), ("long", LONG))
    }
    (folder / f"{name}.texts.json").write_text(json.dumps(texts), encoding="utf-8")
    return _step(name, "build", folder), _step(name, "read", folder)


def _outcome(
    name: str, build: dict[str, Any], read: dict[str, Any], answers: dict[str, Answer], bare: float
) -> Measured:
    title, package = SYSTEMS[name]
    server = name == "trigram"
    return Measured(
        title=title,
        release=version(package) if package else debian_postgres.version(),
        answers=answers,
        short_per_s=read["texts_per_s"].get("short", 0.0),
        long_per_s=read["texts_per_s"].get("long", 0.0),
        build_s=build["seconds"],
        # A server's memory is its own; what its client takes is not asked.
        build_mib=0.0 if server else build["memory_mib"] - bare,
        load_s=read["load_s"],
        memory_mib=read["memory_mib"] - (0.0 if server else bare),
    )


def _answer(found: Found, vocabulary: Vocabulary) -> Answer:
    if found.areas is None:
        return answer_of(found.concepts, vocabulary)
    return Answer([category(concept) for concept, _ in found.concepts], found.areas)


def _step(name: str, step: str, folder: Path) -> dict[str, Any]:
    core = str(max(os.sched_getaffinity(0)))
    subprocess.run([sys.executable, "-m", "bench.reading.child", name, step, str(folder), core], check=True, cwd=ROOT)
    outcome: dict[str, Any] = json.loads((folder / f"{name}.{step}.json").read_bytes())
    return outcome


def _bare_mib() -> float:
    told = subprocess.run([sys.executable, "-c", _BARE], check=True, capture_output=True, text=True)
    return int(told.stdout) / 1024


def _tell(text: str) -> None:
    print(f"reading: {text}", file=sys.stderr, flush=True)
