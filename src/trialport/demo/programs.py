"""The API, the worker and the migration as processes of their own, as a deployment runs them."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

from trialport.core.config import Settings, load_settings
from trialport.core.servers.child import Child, explain
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.demo.folder import DataFolder
from trialport.demo.leftovers import FOLDER_VARIABLE
from trialport.demo.people import PROVIDER_CLIENT, ROLE_CLAIM, ROLE_MAP, provider_arguments
from trialport.demo.trouble import DemoError

MIGRATE_SECONDS = 300.0
STOP_STEPS = ((signal.SIGTERM, 15.0), (signal.SIGKILL, 5.0))
# A program that dies more often than this within a minute will not get well by starting it again.
RESTARTS_A_MINUTE = 3
KEY_FILE = "signing_key.json"
OWN_LINE = "trialport: "
# The server that catches mails is no command of ours: nobody but the demonstration needs it.
CATCHER = "mail"
MAIL_CATCHER = "trialport.demo.mail_catcher"
# Nor is the OpenID Connect provider, which comes from a package.
PROVIDER = "provider"
PROVIDER_MODULE = "oidc_provider_mock"
# What is played once, in a process of its own: it needs nearly every desk, and this one shall start quickly.
STORY = "story"
STORY_MODULE = "trialport.demo.story"
STORY_SECONDS = 120.0


class Programs:
    """The API and the worker: started, watched, started again if they die, stopped."""

    def __init__(self, folder: DataFolder, note: Callable[[Child], None]) -> None:
        """Set the folder for logs; `note` hears of every child started."""
        self._folder = folder
        self._note = note
        self._environment = _base_environment(folder)
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, list[float]] = {}
        self._modules: dict[str, tuple[str, ...]] = {STORY: (STORY_MODULE,)}

    def configure(self, database_url: str, owner_url: str, valkey_url: str, port: int) -> None:
        """Set what the programs started from now on shall use."""
        self._environment |= {
            "TRIALPORT_DATABASE_URL": database_url,
            "TRIALPORT_OWNER_DATABASE_URL": owner_url,
            "TRIALPORT_VALKEY_URL": valkey_url,
            "TRIALPORT_HOST": LOOPBACK,
            "TRIALPORT_PORT": str(port),
            "TRIALPORT_FILES_URL": (self._folder.path / "files").as_uri(),
            "TRIALPORT_SECRET_KEY": self._secret_key(),
        }

    def settings(self) -> Settings:
        """Return the settings as the programs started now read them."""
        return load_settings(self._environment)

    def _secret_key(self) -> str:
        """Return the key of this folder, so that links in its mails outlive a restart."""
        key = self._folder.read(KEY_FILE, str)
        if key is None:
            key = token_hex(32)
            self._folder.write(KEY_FILE, key)
        return key

    def configure_mail(self, smtp_port: int, page_port: int) -> None:
        """Have every mail end in the catcher, `start`ed as the command `mail`, whose page is at `page_port`."""
        self._modules[CATCHER] = (MAIL_CATCHER, str(smtp_port), str(page_port), str(self._folder.path / "mails"))
        self._environment |= {
            "TRIALPORT_ENVIRONMENT": "demo",
            "TRIALPORT_SMTP_URL": f"smtp://{LOOPBACK}:{smtp_port}",
            "TRIALPORT_MAIL_FROM": "no-reply@trialport.example",
            "TRIALPORT_MAIL_ALLOW": "*",
            # Who tries things out does not wait.
            "TRIALPORT_GATHER_SECONDS": "5",
        }

    def configure_provider(self, public_url: str, port: int) -> None:
        """Offer signing in with an OpenID Connect provider, `start`ed as the command `provider`."""
        self._modules[PROVIDER] = (PROVIDER_MODULE, *provider_arguments(port))
        self._environment |= {
            "TRIALPORT_PUBLIC_URL": public_url,
            "TRIALPORT_OIDC_ISSUER": f"http://{LOOPBACK}:{port}",
            "TRIALPORT_OIDC_CLIENT_ID": PROVIDER_CLIENT,
            # The provider asks for a secret, and takes any.
            "TRIALPORT_OIDC_CLIENT_SECRET": PROVIDER_CLIENT,
            "TRIALPORT_OIDC_ROLE_CLAIM": ROLE_CLAIM,
            "TRIALPORT_OIDC_ROLE_MAP": json.dumps(ROLE_MAP),
        }

    def start(self, name: str, command: str) -> None:
        """Start `trialport <command>` as a program that shall run to the end."""
        self._children[command] = self.run(name, command)

    def run(self, name: str, command: str, *arguments: str) -> Child:
        """Start `trialport <command>`, whose end the caller looks after."""
        program = self._modules.get(command, ("trialport", command, *arguments))
        child = Child(
            name,
            [sys.executable, "-m", *program],
            log=self._folder.path / f"{command}.log",
            folder=self._folder.path,
            environment=self._environment,
        )
        self._note(child)
        return child

    def migrate(self, check: Callable[[], None]) -> None:
        """Bring the database to this version's schema. Raises DemoError with the migration's own line."""
        child = self.run("migration", "migrate")
        try:
            code = child.wait(MIGRATE_SECONDS, check)
        finally:
            child.stop(STOP_STEPS)
        if code != 0:
            raise failed(child, "the database could not be brought to this version")

    def play_story(self, check: Callable[[], None]) -> None:
        """Play the story of the demonstration, unless the database holds it. Raises DemoError."""
        child = self.run(STORY, STORY)
        try:
            code = child.wait(STORY_SECONDS, check)
        finally:
            child.stop(STOP_STEPS)
        if code != 0:
            raise failed(child, "the story of the demonstration could not be played")

    def check_alive(self) -> None:
        """Raise DemoError if a program has died; for the time before everything is ready."""
        for child in self._children.values():
            if child.exit_code() is not None:
                raise failed(child, f"the {child.name} stopped while starting")

    def revive(self, say: Callable[[str], None]) -> None:
        """Start a dead program again, saying so. Raises DemoError when it dies too often."""
        for command, child in list(self._children.items()):
            if child.exit_code() is None:
                continue
            now = time.monotonic()
            deaths = [at for at in self._deaths.get(command, []) if now - at < 60]  # noqa: PLR2004
            if len(deaths) >= RESTARTS_A_MINUTE:
                raise failed(child, f"the {child.name} keeps stopping")
            self._deaths[command] = [*deaths, now]
            say(f"The {child.name} stopped ({child.how_it_ended()}); its last words in {child.log}:")
            for line in child.last_lines() or ["(none)"]:
                say(f"    {line}")
            child.stop(STOP_STEPS)
            self.start(child.name, command)
            say(f"The {child.name} is started again.")

    def stop(self, command: str, hurried: Callable[[], bool]) -> None:
        child = self._children.pop(command, None)
        if child is not None:
            child.stop(STOP_STEPS, hurried)


def choose_port(port: int) -> int:
    """Return the port if it is free, a free one for 0. Raises DemoError naming another that is free."""
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        # As the API will: a port that only waits for its last connections to fade is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except PermissionError:
            raise DemoError(
                f"port {port} needs rights you do not have. Choose one above 1023, like --port {free_port()}"
            ) from None
        except OSError:
            raise DemoError(
                f"port {port} is taken by another program. Choose a free one, like --port {free_port()}"
            ) from None
    return port


def free_or_other(port: int) -> int:
    """Return the port if it is free, else one that is."""
    try:
        return choose_port(port)
    except DemoError:
        return free_port()


def _base_environment(folder: DataFolder) -> dict[str, str]:
    """Take the user's environment without what would change the demonstration.

    Settings of a real deployment and PG... variables may be exported in the same terminal.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRIALPORT_", "PG"))}
    return {
        **kept,
        "TRIALPORT_CACHE_DIR": str(_cache(folder)),
        FOLDER_VARIABLE: str(folder.mark.folder_id),
        "PYTHONUNBUFFERED": "1",
        # Modules that happen to lie in the folder we start in are not ours to import.
        "PYTHONSAFEPATH": "1",
    }


def _cache(folder: DataFolder) -> Path:
    """Choose this user's cache, which the other commands share, or the data folder where that fails."""
    try:
        if chosen := os.environ.get("TRIALPORT_CACHE_DIR"):
            cache = Path(chosen).absolute()
        else:
            cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trialport"
        cache.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return folder.path / "cache"
    return cache if os.access(cache, os.W_OK) else folder.path / "cache"


def failed(child: Child, what: str) -> DemoError:
    """Say what went wrong with a program, in its own last words."""
    known = explain(child.output(), child.log.parent)
    if known:
        return DemoError(known)
    last = "".join(child.last_lines(1))
    if last.startswith(OWN_LINE):
        # Our own commands say what is wrong and what to do.
        return DemoError(last.removeprefix(OWN_LINE))
    said = last.rstrip(".") if last and (child.exit_code() or 0) > 0 else child.how_it_ended()
    return DemoError(f"{what}: {said}. See {_shown(child.log)}")


def _shown(path: Path) -> str:
    """Shorten a path below the current folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
