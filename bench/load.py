"""A small load generator: keep-alive connections, requests made beforehand, answers counted by status."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

_HEADER_END = b"\r\n\r\n"


class Run(NamedTuple):
    """What one run gave."""

    per_second: float
    statuses: dict[int, int]


def request(
    method: str, path: str, token: str | None = None, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + _HEADER_END + body


def measure(port: int, make: Callable[[int], bytes], *, connections: int, requests: int) -> Run:
    """Send `requests` requests over `connections` connections as fast as they are answered."""
    return asyncio.run(_measure(port, make, connections, requests))


async def _measure(port: int, make: Callable[[int], bytes], connections: int, requests: int) -> Run:
    prepared = iter([make(number) for number in range(requests)])
    statuses: Counter[int] = Counter()
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    started = time.perf_counter()
    await asyncio.gather(*(_send(reader, writer, prepared, statuses) for reader, writer in streams))
    seconds = time.perf_counter() - started
    for _, writer in streams:
        writer.close()
    return Run(requests / seconds, dict(statuses))


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, prepared: Iterator[bytes], statuses: Counter[int]
) -> None:
    for one in prepared:
        writer.write(one)
        head = await reader.readuntil(_HEADER_END)
        statuses[int(head[9:12])] += 1
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if length.strip():
            await reader.readexactly(int(length))
