"""A Chromium to drive: one on PATH, else Playwright's own, else the distribution's where we may install it."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The one without windows starts and draws in less time, and is what Playwright itself would bring.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 600


class NoBrowserError(Exception):
    """There is none, and none could be installed; the message says what was tried."""


def find_chromium() -> str | None:
    """Return the program to run, None for Playwright's own; raises NoBrowserError.

    Several test processes may ask at once: one installs, the others wait for it.
    """
    with Path(tempfile.gettempdir(), f"trialport-chromium-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tried = []
        if (found := _on_path()) or _has_own():
            return found
        for command in _installations():
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL
            )
            tried.append(f"{' '.join(command)}: exit code {done.returncode}: {(done.stderr or done.stdout)[-300:]}")
            if (found := _on_path()) or _has_own():
                return found
    raise NoBrowserError("Install Chromium, or run `playwright install chromium`. Tried:\n" + "\n".join(tried))


def _on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _own_folder() -> Path:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    return Path(given) if given else Path.home() / ".cache" / "ms-playwright"


def _has_own() -> bool:
    # Playwright marks what it has downloaded whole.
    return any(_own_folder().glob("chromium_headless_shell-*/INSTALLATION_COMPLETE"))


def _installations() -> list[list[str]]:
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "--yes", "--no-install-recommends"]
        commands += [["apt-get", "update"], [*install, "chromium-headless-shell"], [*install, "chromium"]]
    return commands
