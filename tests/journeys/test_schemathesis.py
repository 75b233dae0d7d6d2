"""The API held against its own description by schemathesis, with all its checks, on a real server."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast
from tests.journeys.served import served
from trialport.core.config import Settings

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
# Seconds; on a busy machine the office's took 200.
LONGEST = 840
pytestmark = pytest.mark.timeout(LONGEST + 60)
_ALL = "examples,coverage,fuzzing,stateful"
# Every field's limits are walked once, as the office; the others see other answers, not other limits.
_QUICK = "examples,fuzzing,stateful"


async def test_as_an_office(settings: Settings, people: Cast, tmp_path: Path) -> None:
    await try_out(settings, people.tokens["office"], tmp_path)


async def test_as_a_sponsor(settings: Settings, people: Cast, tmp_path: Path) -> None:
    await try_out(settings, people.tokens["sponsor"], tmp_path, phases=_QUICK)


async def test_as_an_admin(settings: Settings, people: Cast, tmp_path: Path) -> None:
    await try_out(settings, people.tokens["admin"], tmp_path, phases=_QUICK)


async def try_out(settings: Settings, token: str, folder: Path, *, phases: str = _ALL) -> None:
    log = folder / "server.log"
    with served(settings, log) as address:
        # Putting the description together may take longer on a busy machine than schemathesis waits for it.
        async with httpx.AsyncClient(timeout=LONGEST) as http:
            (await http.get(f"{address}/schema/openapi.json")).raise_for_status()
        done = await asyncio.to_thread(
            subprocess.run,
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
                f"{address}/schema/openapi.json",
                *("--phases", phases, "--header", f"Authorization: Bearer {token}"),
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text()[-3000:]}"
    assert " ERROR " not in log.read_text()
