"""What surrounds every request: its id, the headers of every answer, the unread body, one line of log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

from litestar.types import ASGIApp

from trialport.core.packing import SMALLEST, accepts_packed, pack
from trialport.core.security_headers import SECURITY_HEADERS

# The framework's own types of these tell requests from answers only by name; what passes here is plain ASGI.
Message = Any
Scope = Any
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)

_HEADERS = {name.lower().encode(): value.encode() for name, value in SECURITY_HEADERS.items()}

# No address has the second method, so that the router answers with the list of those it has.
_ASKED_AS = {"HEAD": "GET", "OPTIONS": "-"}

# A client that is still sending does not listen: an answer that leaves before its body has been taken in
# reaches it as a broken connection. More than this is not waited for (bytes, seconds).
_DRAINED_BYTES = 128_000_000
_DRAIN_SECONDS = 20.0


class Gateway:
    """The outermost layer, around routing too, so that a 404 or 405 is treated like any answer.

    GET answers HEAD, without the body (RFC 9110, 9.3.2); OPTIONS is answered with the methods of the address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        method = scope["method"]
        scope["method"] = _ASKED_AS.get(method, method)
        state = scope.setdefault("state", {})
        state["request_id"] = uuid4().hex
        exchange = _Exchange(scope, receive, send, method)
        try:
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            _log_request(scope, method, exchange.status, (perf_counter() - started) * 1000)


class _Exchange:
    """One request and its answer, as they pass through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, method: str) -> None:
        self.status = 0
        self._scope, self._receive, self._send, self._method = scope, receive, send, method
        names = dict(scope["headers"])
        has_body = b"transfer-encoding" in names or names.get(b"content-length", b"0") != b"0"
        # Whoever asks before sending (Expect: 100-continue) does listen, and need not send at all.
        self._is_unread = has_body and b"expect" not in names
        self._is_packing = method != "HEAD" and accepts_packed(names.get(b"accept-encoding", b""))
        # The head of a page waits for its body, whose length it names.
        self._head: Message | None = None

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._is_unread = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._write_head(message)
            self.status = message["status"]
            if self._is_unread:
                await self._drain()
            if self._is_packing and _is_page(message):
                self._head = message
                return
        elif message["type"] == "http.response.body" and (
            self._method == "HEAD" or self.status == HTTPStatus.NO_CONTENT
        ):
            message["body"] = b""
        if self._head is not None:
            head, self._head = self._head, None
            if not message.get("more_body", False):
                _pack_page(head, message)
            await self._send(head)
        await self._send(message)

    def _write_head(self, message: Message) -> None:
        headers = dict(_HEADERS)
        headers.update((name.lower(), value) for name, value in message["headers"])
        headers[b"x-request-id"] = self._scope["state"]["request_id"].encode()
        if language := self._scope["state"].get("language"):
            headers |= {b"content-language": language.encode(), b"vary": b"Accept-Language, Cookie"}
        if b"allow" in headers:
            headers[b"allow"] = _allowed(headers[b"allow"])
        if self._method == "OPTIONS" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
            message["status"] = HTTPStatus.NO_CONTENT.value
            del headers[b"content-type"], headers[b"content-length"]
        if _is_page({"headers": headers.items()}):
            headers[b"vary"] = b", ".join(filter(None, (headers.get(b"vary"), b"Accept-Encoding")))
        message["headers"] = list(headers.items())

    async def _drain(self) -> None:
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._is_unread and taken < _DRAINED_BYTES:
                    message = await self.receive()
                    taken += len(message.get("body", b""))


def _is_page(head: Message) -> bool:
    names = dict(head["headers"])
    return names.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in names


def _pack_page(head: Message, message: Message) -> None:
    body = message.get("body", b"")
    if len(body) < SMALLEST:
        return
    message["body"] = pack(body)
    headers = dict(head["headers"]) | {b"content-encoding": b"gzip"}
    headers[b"content-length"] = str(len(message["body"])).encode()
    head["headers"] = list(headers.items())


def _allowed(routed: bytes) -> bytes:
    methods = {name.strip() for name in routed.split(b",")} | {b"OPTIONS"}
    return b", ".join(sorted(methods | {b"HEAD"} if b"GET" in methods else methods))


def _log_request(scope: Scope, method: str, status: int, milliseconds: float) -> None:
    """Write one line without addresses, queries and bodies: they may name persons or carry secrets."""
    state = scope["state"]
    place = state.get("failed_at")
    log.log(
        logging.ERROR if status == 0 or status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "%s %s %d %.1f ms request=%s role=%s%s",
        method,
        scope.get("path_template", "-"),
        status,
        milliseconds,
        state["request_id"],
        getattr(scope.get("user"), "role", "-"),
        f" failed at {place}" if place else "",
    )
