"""The processes of a demonstration: started in order, watched, stopped in reverse order."""

import time
from collections.abc import Callable
from datetime import datetime

from trialport.core.servers.child import Child, explain
from trialport.core.servers.postgres import PostgresServer
from trialport.core.servers.valkey import LOOPBACK, ValkeyServer, free_port
from trialport.demo.folder import DataFolder
from trialport.demo.interrupts import Interrupts
from trialport.demo.leftovers import ProcessRecord
from trialport.demo.loading import load
from trialport.demo.models import DemoTokens
from trialport.demo.preparing import VocabularyPreparation
from trialport.demo.programs import CATCHER, PROVIDER, Programs, choose_port, free_or_other
from trialport.demo.progress import Progress
from trialport.demo.running import DATABASE
from trialport.demo.sign_in import SIGN_IN_FILE, SignInLink, make_sign_in_links
from trialport.demo.trouble import DemoError

WATCH_SECONDS = 0.2
MAIL_PAGE_PORT = 8025
# Says that the story has been played; the database knows it too, but takes a process to ask.
STORY_FILE = "story.json"


class Stack:
    """PostgreSQL, Valkey, the API, the worker and the mail catcher on one data folder."""

    def __init__(self, folder: DataFolder, interrupts: Interrupts, progress: Progress) -> None:
        self._folder = folder
        self._interrupts = interrupts
        self._progress = progress
        self._record = ProcessRecord(folder)
        check = interrupts.check
        self.postgres = PostgresServer(folder.path / "postgres", log=folder.path / "postgres.log", check=check)
        self._valkey = ValkeyServer(folder.path / "valkey", log=folder.path / "valkey.log", check=check)
        self._programs = Programs(folder, self._record.note)
        self._vocabulary = VocabularyPreparation(folder, self._programs)
        self._started: set[str] = set()
        # Where the mails that would have been sent can be read.
        self.mail_address = ""

    def start(self, port: int, now: datetime) -> tuple[str, DemoTokens]:
        """Bring everything up; returns the address of the API and the tokens.

        Raises DemoError, ServerError and Interrupted; what has been started by then is left to `stop`.
        """
        if ended := self._record.end_leftovers(self._interrupts.check):
            self._progress.say(f"Ended {ended} processes that an earlier run had left behind.")
        port = choose_port(port)
        if self._vocabulary.is_needed:
            self._vocabulary.begin()
        self._start_postgres()
        self._programs.configure(
            self.postgres.app_url(DATABASE), self.postgres.url(DATABASE), self._start_valkey(), port
        )
        self._start_catcher(port)
        self._programs.configure_provider(f"http://{LOOPBACK}:{port}", free_port())
        if not self._vocabulary.is_needed:
            # The API takes seconds to start and says itself when the schema is right, so it need not wait.
            self._start_program("API", "serve")
        with self._progress.step("Bringing the database up to date", "Database is up to date"):
            self._programs.migrate(self._interrupts.check)
        with self._progress.step("Loading the demonstration regions", "Demonstration regions are loaded"):
            tokens = load(self.postgres, self._folder, now, self.check)
        if self._vocabulary.is_needed:
            with self._progress.step("Compiling the vocabulary (once)", "Vocabulary is compiled"):
                self._vocabulary.finish(self.check)
            self._start_program("API", "serve")
        self._play_story()
        self._start_program("worker", "work")
        address = f"http://{LOOPBACK}:{port}"
        with self._progress.step("Starting the API and the worker", f"API is ready at {address}"):
            # Loaded while the API starts, which takes longer.
            from trialport.demo.readiness import wait_until_ready  # noqa: PLC0415

            wait_until_ready(address, self.check)
        return address, tokens

    def offer_provider(self) -> None:
        """Start the OpenID Connect provider; for a demonstration that somebody is going to look at."""
        self._start_program("sign-in provider", PROVIDER)

    def sign_in_links(self, now: datetime) -> tuple[SignInLink, ...]:
        """Make an address for each role that signs one in; also kept in the data folder, which only its owner reads."""
        links = make_sign_in_links(self.postgres, self._programs.settings(), now)
        self._folder.write(SIGN_IN_FILE, links)
        return links

    def check(self) -> None:
        """Raise if the user wants to end or a process has died; for waits while starting."""
        self._interrupts.check()
        self._check_servers()
        self._programs.check_alive()

    def watch(self) -> None:
        """Keep everything running until the user ends it (Interrupted) or it cannot be kept (DemoError)."""
        while True:
            self._interrupts.check()
            self._check_servers()
            self._programs.revive(self._progress.say)
            time.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """Stop every process, whatever state it is in; a further Ctrl-C makes it hurry."""
        hurried = self._interrupts.hurried
        self._vocabulary.stop()
        # First those that ask, then those that answer.
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("the API", lambda: self._programs.stop("serve", hurried)),
            ("the worker", lambda: self._programs.stop("work", hurried)),
            ("the sign-in provider", lambda: self._programs.stop(PROVIDER, hurried)),
            ("the mail catcher", lambda: self._programs.stop(CATCHER, hurried)),
            ("Valkey", lambda: self._valkey.stop(hurried)),
            ("PostgreSQL", lambda: self.postgres.stop(hurried)),
        )
        for name, stop in steps:
            if name in self._started:
                self._progress.say(f"Stopping {name} ...")
                stop()
        self._record.clear()

    def _start_postgres(self) -> None:
        is_new = not self.postgres.folder.exists()
        doing = "Making the database (once)" if is_new else "Starting PostgreSQL 18"
        self._started.add("PostgreSQL")
        with self._progress.step(doing, "PostgreSQL 18 is running"):
            self.postgres.start()
            self._record.note(self.postgres.child)
            self.postgres.create_database(DATABASE)

    def _start_valkey(self) -> str:
        self._started.add("Valkey")
        with self._progress.step("Starting Valkey 8", "Valkey 8 is running"):
            url = self._valkey.start()
            self._record.note(self._valkey.child)
        return url

    def _play_story(self) -> None:
        """Fill the pages with inquiries that have gone their way, once; before the worker, which would do it too."""
        if self._folder.read(STORY_FILE, str) is not None:
            return
        try:
            with self._progress.step("Playing three months at two trial offices (once)", "Their inquiries are there"):
                self._programs.play_story(self.check)
        except DemoError as error:
            # Whatever day it is played on, the rest of the demonstration works without it.
            self._progress.say(f"Going on without them: {error}.")
            return
        self._folder.write(STORY_FILE, "played")

    def _start_catcher(self, api_port: int) -> None:
        page_port = free_or_other(MAIL_PAGE_PORT if api_port != MAIL_PAGE_PORT else 0)
        self.mail_address = f"http://{LOOPBACK}:{page_port}"
        self._programs.configure_mail(free_port(), page_port)
        self._start_program("mail catcher", CATCHER)

    def _start_program(self, name: str, command: str) -> None:
        self._started.add(f"the {name}")
        self._programs.start(name, command)

    def _check_servers(self) -> None:
        for child in (self.postgres.child, self._valkey.child):
            if child.exit_code() is not None:
                raise DemoError(_died(child))


def _died(child: Child) -> str:
    return explain(child.output(), child.log.parent) or (
        f"{child.name} has stopped ({child.how_it_ended()}). "
        f"Start again: nothing is lost; its last words are in {child.log}"
    )
