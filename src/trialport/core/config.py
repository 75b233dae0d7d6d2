"""All settings, in one frozen struct read from the environment once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta, Struct


class SettingsError(Exception):
    """A setting is missing or nonsensical; the message names it and says what to do."""


class Settings(Struct, frozen=True, kw_only=True):
    """Settings of every process; each is read from `TRIALPORT_` and its name in capitals."""

    database_url: Annotated[
        str,
        Meta(
            pattern=r"^postgres(ql)?://",
            description="PostgreSQL 18, as `postgresql://user:password@host/db`.",
        ),
    ]
    valkey_url: Annotated[
        str,
        Meta(
            pattern=r"^(redis|rediss|unix)://",
            description="Valkey 8, as `redis://:password@host:6379/0`.",
        ),
    ]
    host: Annotated[str, Meta(min_length=1, description="Address the API listens on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="Port the API listens on.")] = 8000
    api_workers: Annotated[int, Meta(ge=1, le=64, description="Processes of the API.")] = 1
    pool_size: Annotated[int, Meta(ge=1, le=200, description="Database connections of one process.")] = 10
    acquire_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="Longest wait for a database connection before 503 (seconds)."),
    ] = 5.0
    statement_seconds: Annotated[
        float, Meta(gt=0, le=600, description="Longest run of one SQL statement (seconds).")
    ] = 15.0
    body_bytes: Annotated[int, Meta(ge=1_000, le=100_000_000, description="Largest request body (bytes).")] = 2_000_000
    lease_seconds: Annotated[
        float, Meta(gt=0, le=3600, description="How long a worker holds a job before others may take it.")
    ] = 60.0
    job_attempts: Annotated[
        int, Meta(ge=1, le=100, description="Attempts before a job is given up and the office gets a task.")
    ] = 6
    backoff_seconds: Annotated[
        float, Meta(gt=0, le=3600, description="Wait before the second attempt; it doubles each time.")
    ] = 2.0
    sweep_seconds: Annotated[int, Meta(ge=1, le=30, description="How often lost work is looked for (seconds).")] = 5
    debounce_seconds: Annotated[
        float,
        Meta(ge=0, le=3600, description="How long changes of capacity are gathered before reassessing."),
    ] = 20.0
    worker_jobs: Annotated[int, Meta(ge=1, le=100, description="Jobs one worker runs at a time.")] = 4
    log_level: Annotated[
        str,
        Meta(pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe level that is logged."),
    ] = "INFO"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises SettingsError naming the first one that is missing or nonsensical."""
    given = {}
    for field in msgspec.structs.fields(Settings):
        variable = f"TRIALPORT_{field.name.upper()}"
        text = environ.get(variable, "").strip()
        if text:
            given[field.name] = _convert(variable, text, get_type_hints(Settings, include_extras=True)[field.name])
        elif field.required:
            raise SettingsError(f"{variable} is not set. {_meaning(Settings, field.name)}")
    return Settings(**given)


def _convert(variable: str, text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError as error:
        shown = "its value" if "://" in text else repr(text)
        raise SettingsError(f"{variable}: {shown} does not fit: {error}.") from None


def _meaning(settings: type[Settings], name: str) -> str:
    meta = get_type_hints(settings, include_extras=True)[name].__metadata__[0]
    return str(meta.description)


def migrations_folder() -> Path:
    """Return the folder of the migrations: in the wheel beside the package, in a checkout at its top."""
    inside = Path(__file__).parents[1] / "migrations"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "migrations"


def expected_schema() -> str:
    """Return the version of the newest migration file."""
    return max(path.name.partition("_")[0] for path in migrations_folder().glob("*.sql"))
