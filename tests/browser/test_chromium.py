"""Without a browser the tests fail and say what to install; they are never left out."""

from pathlib import Path

import pytest

from tests.browser.chromium import NoBrowserError, find_chromium


def test_a_missing_browser_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "none"))
    # Nothing is to be downloaded for a test.
    monkeypatch.setenv("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    with pytest.raises(NoBrowserError, match="playwright install chromium"):
        find_chromium()
