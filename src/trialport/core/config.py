"""All settings, in one frozen struct read from the environment once."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

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
    remind_seconds: Annotated[
        int, Meta(ge=1, le=30, description="How often due reminders are looked for (seconds).")
    ] = 30
    debounce_seconds: Annotated[
        float,
        Meta(ge=0, le=3600, description="How long changes of capacity are gathered before reassessing."),
    ] = 20.0
    gather_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="How long mails about invitations are gathered for somebody who has just had one.",
        ),
    ] = 300.0
    front_page_seconds: Annotated[
        float, Meta(ge=0, le=3600, description="How old the figures on a region's front page may be (seconds).")
    ] = 60.0
    worker_jobs: Annotated[int, Meta(ge=1, le=100, description="Jobs one worker runs at a time.")] = 4
    log_level: Annotated[
        str,
        Meta(pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe level that is logged."),
    ] = "INFO"
    operator: Annotated[
        str, Meta(max_length=200, description="Who runs this installation and answers for the personal data in it.")
    ] = ""
    contact_email: Annotated[
        str,
        Meta(
            pattern=r"^([^\s@<>\"']+@[^\s@<>\"']+)?$",
            description="Where people write about accessibility and about their data.",
        ),
    ] = ""
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^/?#\s]+$",
            description="Address people reach this at, as `https://trialport.example.org`, without a path.",
        ),
    ] = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[
        str,
        Meta(
            pattern=r"^[0-9a-fA-F.:/, ]*$",
            description="Reverse proxies whose X-Forwarded-For is believed: addresses or networks with commas between.",
        ),
    ] = ""
    session_idle_hours: Annotated[
        float, Meta(gt=0, le=168, description="A session ends when it was not used for so long (hours).")
    ] = 8.0
    session_days: Annotated[
        float, Meta(gt=0, le=90, description="A session ends after so long in any case (days).")
    ] = 7.0
    oidc_issuer: Annotated[
        str,
        Meta(
            pattern=r"^(https?://\S+)?$",
            description="OpenID Connect provider that staff sign in with, its issuer exactly as it names itself; "
            "empty for none.",
        ),
    ] = ""
    oidc_client_id: Annotated[str, Meta(description="Name under which the provider knows this installation.")] = ""
    oidc_client_secret: Annotated[str, Meta(description="Secret that the provider gave with it; empty for none.")] = ""
    oidc_role_claim: Annotated[
        str, Meta(min_length=1, description="Claim of the provider that names a person's roles.")
    ] = "roles"
    oidc_role_map: Annotated[str, Meta(description="What each value of the claim gives, as JSON: docs/sign-in.md.")] = (
        ""
    )
    environment: Annotated[
        Literal["production", "demo", "test"],
        Meta(description="`production`; elsewhere mails leave only to whom `mail_allow` names."),
    ] = "test"
    smtp_url: Annotated[
        str,
        Meta(
            pattern=r"^(smtps?://([^\s/@:?#]+(:[^\s/@?#]*)?@)?([^\s/@:?#\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?/?(\?tls=(starttls|none))?)?$",
            description="Mail server, as `smtp://user:password@host:587` or `smtps://host`; empty for none.",
        ),
    ] = ""
    mail_from: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$", description="Address that mails come from."),
    ] = "no-reply@localhost"
    mail_return_path: Annotated[
        str,
        Meta(
            pattern=r"^([A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)?$",
            description="Address that mails which cannot be delivered come back to; empty for `mail_from`.",
        ),
    ] = ""
    bounce_url: Annotated[
        str,
        Meta(
            pattern=r"^(imaps?://[^\s/@:?#]+:[^\s/@?#]*@([^\s/@:?#\[\]]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/[^\s?#]*)?(\?tls=(starttls|none))?)?$",
            description="Mailbox they come to, as `imaps://user:password@host/folder`; empty for none.",
        ),
    ] = ""
    mail_allow: Annotated[
        str,
        Meta(
            pattern=r"^[^\s,]*( *, *[^\s,]+)*$",
            description="Who gets mail outside production: addresses and domains with commas between, `*` for all.",
        ),
    ] = ""
    mail_attempts: Annotated[
        int, Meta(ge=1, le=200, description="Attempts before a mail is given up and the office gets a task.")
    ] = 24
    smtp_seconds: Annotated[
        float, Meta(gt=0, le=60, description="Longest wait for one answer of the mail server (seconds).")
    ] = 20.0
    secret_key: Annotated[
        str,
        Meta(
            pattern=r"^([!-+\--~]{32,}( *, *[!-+\--~]{32,})*)?$",
            description="Key that signs the links in mails: 32 characters or more; after a change the old one first, "
            "then a comma, then the new one.",
        ),
    ] = ""
    files_url: Annotated[
        str,
        Meta(
            pattern=r"^(file:///|s3://[a-z0-9])\S*$",
            description="Where attachments lie, as `file:///folder` or `s3://bucket/prefix`.",
        ),
    ] = "file:///var/lib/trialport/files"
    attachment_bytes: Annotated[int, Meta(ge=1_000, le=1_000_000_000, description="Largest attachment (bytes).")] = (
        25_000_000
    )
    scan_command: Annotated[
        str,
        Meta(description="Virus scanner that reads a file from its standard input; exit code 1 means infected."),
    ] = ""
    scan_url: Annotated[
        str,
        Meta(
            pattern=r"^((tcp|clamd)://[^\s/:]+(:[0-9]{1,5})?|unix:///\S+)?$",
            description="Virus scanner clamd, as `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`.",
        ),
    ] = ""
    scan_seconds: Annotated[float, Meta(gt=0, le=600, description="Longest wait for the virus scanner (seconds).")] = (
        60.0
    )


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
    settings = Settings(**given)
    if settings.environment == "production" and not settings.secret_key:
        raise SettingsError(
            f"TRIALPORT_SECRET_KEY is not set. {_meaning(Settings, 'secret_key')} `openssl rand -hex 32` makes one."
        )
    return settings


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
