"""The hook for a virus scanner: a command that reads the file, or clamd's stream protocol."""

import asyncio
import shlex
from collections.abc import AsyncIterable
from typing import Literal
from urllib.parse import urlsplit

from trialport.core.config import Settings
from trialport.core.errors import Busy

Verdict = Literal["clean", "infected", "not_scanned"]
_INFECTED_EXIT = 1
_PIECE_BYTES = 64 * 1024


async def scan(settings: Settings, chunks: AsyncIterable[bytes]) -> Verdict:
    """Pass a file through the scanner that is set; `not_scanned` when none is.

    Raises Busy when the scanner does not answer as it should: a file that could not be looked at is not taken.
    """
    try:
        async with asyncio.timeout(settings.scan_seconds):
            if settings.scan_url:
                return await _ask_clamd(settings.scan_url, chunks)
            if settings.scan_command:
                return await _run_command(settings.scan_command, chunks)
    except (OSError, TimeoutError, ValueError) as error:
        raise Busy("The file could not be checked for viruses. Try again in a moment.") from error
    return "not_scanned"


async def _run_command(command: str, chunks: AsyncIterable[bytes]) -> Verdict:
    """Feed the file to the command: exit code 0 is clean, 1 infected, as with clamdscan and others."""
    process = await asyncio.create_subprocess_exec(
        *shlex.split(command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        if process.stdin is not None:
            await _feed(process.stdin, chunks)
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code not in (0, _INFECTED_EXIT):
        raise ValueError(f"the scanner ended with {code}")
    return "infected" if code == _INFECTED_EXIT else "clean"


async def _feed(pipe: asyncio.StreamWriter, chunks: AsyncIterable[bytes]) -> None:
    try:
        async for chunk in chunks:
            pipe.write(chunk)
            await pipe.drain()
        pipe.close()
        await pipe.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        # A scanner may have seen enough before the end; its exit code tells.
        return


async def _ask_clamd(url: str, chunks: AsyncIterable[bytes]) -> Verdict:
    """Speak INSTREAM to clamd: pieces with their length before, an empty one at the end."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        reader, writer = await asyncio.open_unix_connection(parts.path)
    else:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 3310)
    try:
        writer.write(b"zINSTREAM\0")
        async for chunk in chunks:
            for start in range(0, len(chunk), _PIECE_BYTES):
                piece = chunk[start : start + _PIECE_BYTES]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        answer = (await reader.readuntil(b"\0")).rstrip(b"\0")
    finally:
        writer.close()
    if answer.endswith(b" FOUND"):
        return "infected"
    if answer != b"stream: OK":
        raise ValueError("the scanner's answer is unknown")
    return "clean"
