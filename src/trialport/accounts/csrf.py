"""Forged requests: what changes something must come from a page of ours, in the browser that we gave it to.

Two things are asked of every unsafe request that a browser's cookie speaks for: that the browser says it comes from
our own address, and a token that only a page of ours could read. Requests with a bearer token carry no cookie's
authority and need neither.
"""

import hashlib
import secrets
from base64 import b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from trialport.accounts.secret import LONGEST
from trialport.core.config import Settings
from trialport.core.errors import NotAllowed, OutOfDate, WrongMediaType

# A token and what it is masked with, as base64 writes them.
_LONGEST_MASKED = 4 * LONGEST
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELD = "csrf_token"
HEADER = "x-csrf-token"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Options of a route whose form may be from before the session was another: with any token, as long as the browser
# says that it comes from us. Signing out must work from every tab.
HARMLESS: dict[str, Any] = {"harmless": True}
_FORGED = "This page is out of date, or the request did not come from it. Load the page again and repeat."


def browser_csrf_token(browser: str) -> str:
    """Return the token of somebody who has not signed in: it follows from her browser's cookie, which is secret."""
    return hashlib.sha256(b"csrf\0" + browser.encode("utf-8", "surrogatepass")).hexdigest()


def mask_token(token: str) -> str:
    """Write a token in another way each time, so that the length of a packed page tells nothing about it."""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return urlsafe_b64encode(pad + bytes(a ^ b for a, b in zip(pad, plain, strict=True))).decode()


def is_token(sent: str, token: str) -> bool:
    """Tell whether this is the token, masked or as it is; an empty one never is."""
    if not token or len(sent) > _LONGEST_MASKED:
        return False
    return any(secrets.compare_digest(one, token.encode()) for one in (sent.encode(), _unmasked(sent)))


def _unmasked(sent: str) -> bytes:
    try:
        both = b64decode(sent, altchars=b"-_", validate=True)
    except ValueError:
        return b""
    pad, masked = both[: len(both) // 2], both[len(both) // 2 :]
    return bytes(a ^ b for a, b in zip(pad, masked, strict=False))


async def refuse_forged(connection: ASGIConnection[Any, Any, Any, State], handler: BaseRouteHandler) -> None:
    """Guard of every route: raise NotAllowed for a change that no page of ours asked for.

    A form of ours that is only too old gets back what was typed into it, with a token that is right now.
    """
    if method_of(connection) in SAFE_METHODS or _has_token(connection):
        return
    settings: Settings = connection.app.state.settings
    if not comes_from_us(connection, settings):
        raise NotAllowed(_FORGED)
    sent = connection.headers.get(HEADER, "")
    typed = None
    if handler.opt.get("form") and isinstance(connection, Request):
        if connection.content_type[0] not in FORM_TYPES:
            raise WrongMediaType("Send the form as application/x-www-form-urlencoded or multipart/form-data.")
        typed = await typed_in(connection)
        sent = sent or (await read_form(connection)).get(FIELD, "")
    if handler.opt.get("harmless") and sent:
        return
    expected = str(connection.scope["state"].get("expected_csrf_token", ""))
    if not is_token(sent, expected):
        raise OutOfDate(_FORGED, typed=typed)


def method_of(connection: ASGIConnection[Any, Any, Any, State]) -> str:
    """Return the method of a request; nothing here speaks any other protocol."""
    return str(connection.scope.get("method", ""))


async def read_form(request: Request[Any, Any, State]) -> dict[str, str]:
    """Return the text fields of a form, each without blanks around it; of several with one name the first.

    Raises WrongMediaType for what is no form: a program has the API for what a page does.
    """
    if request.content_type[0] not in FORM_TYPES:
        raise WrongMediaType("Send the form as application/x-www-form-urlencoded or multipart/form-data.")
    fields: dict[str, str] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            fields.setdefault(name, value.strip())
    return fields


async def typed_in(request: Request[Any, Any, State]) -> dict[str, str]:
    """Return what a form of ours holds, without its token: what a person would have to fill in again."""
    return {name: value for name, value in (await read_form(request)).items() if name != FIELD}


def comes_from_us(connection: ASGIConnection[Any, Any, Any, State], settings: Settings) -> bool:
    """Tell whether the browser says that a page of our own address sent this; silence counts as no."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        # A page that tells nobody where it is (`Referrer-Policy: no-referrer`) has its forms sent with `null`; that
        # it is ours the other header says, which no page can set.
        return site == "same-origin"
    return origin.lower() == settings.public_url.lower() or _is_same_loopback(origin, connection, settings)


def _is_same_loopback(origin: str, connection: ASGIConnection[Any, Any, Any, State], settings: Settings) -> bool:
    """Tell whether an installation on this machine was called by another of the machine's own names."""
    ours, theirs = urlsplit(settings.public_url), urlsplit(origin)
    return (
        ours.hostname in LOOPBACK
        and theirs.hostname in LOOPBACK
        and theirs.scheme == ours.scheme
        and theirs.netloc == connection.headers.get("host")
    )


def _has_token(connection: ASGIConnection[Any, Any, Any, State]) -> bool:
    return connection.scope.get("auth") is None and connection.scope.get("user") is not None
