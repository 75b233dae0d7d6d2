"""The build hook, run as a build runs it: what it brings, when it fetches, and what it says when it cannot."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from trialport.core.static_files import FOLDER, manifest

ROOT = Path(__file__).parents[2]
BUILT = Path("src/trialport/core/static")
NEEDED = ("pyproject.toml", "README.md", "hatch_build.py", "package.json", "package-lock.json", ".npmrc")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with just what the hook needs, never built."""
    for name in NEEDED:
        shutil.copy(ROOT / name, tmp_path)
    for folder in ("src/trialport/core/assets", "migrations", "workers"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def build(checkout: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    program = os.environ.get("UV") or shutil.which("uv")
    assert program, "uv is not on PATH"
    return subprocess.run(
        [program, "build", "--wheel", "--out-dir", checkout / "dist"],
        cwd=checkout,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_is_named_by_its_own_digest() -> None:
    for name, file_name in manifest().files.items():
        digest = hashlib.sha256((FOLDER / file_name).read_bytes()).hexdigest()
        stem, _, suffix = name.rpartition(".")
        assert file_name == f"{stem}.{digest[:16]}.{suffix}"


def test_licences_travel_with_what_they_are_about() -> None:
    text = (FOLDER / manifest().files["licences.txt"]).read_text(encoding="utf-8")
    assert "@digdir/designsystemet-css" in text
    assert text.count("Permission") == 2
    assert "htmx.org" in text


def test_versions_are_exact_and_no_address_is_stored() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert version[0].isdigit(), name
        assert locked[f"node_modules/{name}"]["version"] == version
    packages = [one for path, one in locked.items() if path]
    assert all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in packages)


def test_a_fresh_checkout_is_built_and_the_next_time_nothing_is_fetched(checkout: Path) -> None:
    first = build(checkout)
    assert first.returncode == 0, first.stderr
    made = json.loads((checkout / BUILT / "manifest.json").read_text())["files"]
    assert made == manifest().files

    # Our own style changes, and npm cannot work: only what is ours is made anew.
    (checkout / "src/trialport/core/assets/trialport.css").write_text("body { color: red }")
    again = build(checkout, npm_config_cache=str(checkout / "empty"), npm_config_offline="true")
    assert again.returncode == 0, again.stderr
    remade = json.loads((checkout / BUILT / "manifest.json").read_text())["files"]
    assert {name for name in made if made[name] != remade[name]} == {"trialport.css", "pages.css"}
    assert {path.name for path in (checkout / BUILT).iterdir()} == {"manifest.json", *remade.values()}


def test_a_damaged_file_is_fetched_again(checkout: Path) -> None:
    assert build(checkout).returncode == 0
    script = checkout / BUILT / manifest().files["htmx.js"]
    script.write_text("alert(1)")
    assert build(checkout).returncode == 0
    assert script.read_bytes() == (FOLDER / script.name).read_bytes()


def test_npm_that_fails_says_what_to_do(checkout: Path) -> None:
    failed = build(checkout, npm_config_cache=str(checkout / "empty"), npm_config_offline="true")
    assert failed.returncode != 0
    assert "npm could not install what package-lock.json names" in failed.stderr
    assert "npm registry" in failed.stderr
    assert not (checkout / BUILT).exists()


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Path) -> None:
    lock = checkout / "package-lock.json"
    locked = json.loads(lock.read_text())
    locked["packages"]["node_modules/htmx.org"]["integrity"] = "sha512-" + "A" * 86 + "=="
    lock.write_text(json.dumps(locked))
    failed = build(checkout)
    assert failed.returncode != 0
    assert "EINTEGRITY" in failed.stderr
    assert not (checkout / BUILT).exists()


def test_every_rule_of_the_style_sheet_is_closed() -> None:
    """One brace too few would switch off all that follows, and no browser says so."""
    depth = 0
    for number, line in enumerate((ROOT / "src/trialport/core/assets/trialport.css").read_text().splitlines(), 1):
        depth += line.count("{") - line.count("}")
        assert depth in (0, 1, 2), number
        # Only a rule within a condition stands deeper, and is moved in.
        assert not (line.startswith((".", ":", "#")) and line.endswith("{") and depth != 1), number
    assert depth == 0
