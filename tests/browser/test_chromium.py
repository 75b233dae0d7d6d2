"""Without a browser the tests fail and say what to install; they are never left out."""

import sys
from pathlib import Path

import pytest

from tests.browser import chromium


def test_a_missing_browser_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    # An installation that fails at once; a real one would load a browser wherever there is a network.
    monkeypatch.setattr(chromium, "_installations", lambda: [[sys.executable, "-c", "raise SystemExit(7)"]])
    with pytest.raises(chromium.NoBrowserError, match="run `playwright install chromium`") as told:
        chromium.find_chromium()
    assert "exit code 7" in str(told.value)
