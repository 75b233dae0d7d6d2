"""The systems that are measured. Each module imports only what its system needs, as its memory is measured.

`build(folder)` makes the index from `terms.json` in the folder and gives the seconds it took; `opened(folder)` loads
it and gives how a text is looked up and what memory that takes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

NEAREST = 5
TERMS = "terms.json"


class Found(NamedTuple):
    """What was found in a text: concepts with how near they are, best first; areas where the system gives them."""

    concepts: list[tuple[str, float]]
    areas: list[str] | None = None


class Opened(NamedTuple):
    """A loaded system: how it reads a text in a language (None when not told), and its peak memory (MiB)."""

    find: Callable[[str, str | None], Found]
    memory_mib: Callable[[], float]


def peak_mib() -> float:
    """Peak memory in RAM of this process (MiB).

    `ru_maxrss` would say the same, were it not that a child inherits that of the process that started it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
