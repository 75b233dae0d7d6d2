"""The API held against its own description by schemathesis, with all its checks, on a real server."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.journeys.served import served
from trialport.core.config import Settings

CONFIGURATION = Path(__file__).parent / "schemathesis.toml"


@pytest.mark.parametrize("who", ["office", "sponsor", "admin"])
async def test_the_api_is_as_it_is_described(who: str, settings: Settings, people: Cast, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with served(settings, log) as address:
        done = await asyncio.to_thread(
            subprocess.run,
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
                f"{address}/schema/openapi.json",
                *("--checks", "all", "--header", f"Authorization: Bearer {people.tokens[who]}"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text()[-3000:]}"
    assert " 500 " not in log.read_text()
