"""What a browser carries for us: the cookie of a session, and before that one that only tells browsers apart.

Both have the prefix `__Host-`: they come from this very host over TLS, or from loopback, so that no neighbour can
plant one.
"""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.types import Message, Scope

from trialport.accounts.csrf import browser_csrf_token, mask_token, method_of
from trialport.accounts.secret import LONGEST, hash_secret, new_secret
from trialport.accounts.sessions_models import SignedIn, StartedSession
from trialport.core.error_pages import prefers_page

SESSION_COOKIE = "__Host-trialport"
BROWSER_COOKIE = "__Host-trialport-browser"
SIGN_IN = "/sign-in"
NOTICE = "/me/notice"
ROLE = "/me/role"
# The start page says what there is to do; whoever looked for nothing else need not be led back.
HOME = "/"
_STARTS = (HOME, "/me")
_HTML = b"text/html"


class GoTo(Exception):
    """The browser shall go to another page of ours first."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def answer_go_to(_: Request[Any, Any, State], error: GoTo) -> Response[None]:
    """Exception handler that sends the browser there."""
    return Response(None, status_code=303, headers={"Location": error.path})


def note_viewer(connection: ASGIConnection[Any, Any, Any, State], signed_in: SignedIn | None) -> None:
    """Note what a page needs of its viewer: her CSRF token, and which browser it is while nobody signed in."""
    state = connection.scope["state"]
    browser = connection.cookies.get(BROWSER_COOKIE, "")
    if not 0 < len(browser) <= LONGEST:
        browser = state["new_browser"] = new_secret()
    state["browser"] = browser
    token = browser_csrf_token(browser) if signed_in is None else signed_in.csrf_token
    state["expected_csrf_token"], state["csrf_token"] = token, mask_token(token)


async def keep_browser(message: Message, scope: Scope) -> None:
    """Give a browser that has none its cookie, with the first page it gets or what is first bound to it."""
    browser = scope["state"].get("new_browser")
    if message["type"] != "http.response.start" or browser is None:
        return
    headers = list(message["headers"])
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    if scope["state"].get("is_browser_used") or any(kind.startswith(_HTML) for kind in kinds):
        cookie = host_cookie(BROWSER_COOKIE, browser).to_encoded_header()
        message["headers"] = [*headers, cookie]


def browser_hash(request: Request[Any, Any, State]) -> bytes:
    """Return the hash by which this browser is known again."""
    request.scope["state"]["is_browser_used"] = True
    return hash_secret(str(request.scope["state"]["browser"]))


def send_to_sign_in(connection: ASGIConnection[Any, Any, Any, State]) -> None:
    """Raise GoTo for a person who looks for a page; return for programs, and for what cannot be repeated."""
    if (
        method_of(connection) == "GET"
        and not connection.scope["path"].startswith("/api/")
        and prefers_page(connection.headers.get("accept"))
    ):
        raise GoTo(f"{SIGN_IN}?next={quote(_address_of(connection), safe='')}")


def go_first(connection: ASGIConnection[Any, Any, Any, State], page: str) -> GoTo:
    """Return the way to a page that comes first, from which the one she wanted follows."""
    wanted = _address_of(connection)
    if method_of(connection) != "GET" or wanted in _STARTS:
        return GoTo(page)
    return GoTo(f"{page}?next={quote(wanted, safe='')}")


def _address_of(connection: ASGIConnection[Any, Any, Any, State]) -> str:
    query = connection.scope["query_string"].decode("latin-1")
    return str(connection.scope["path"]) + (f"?{query}" if query else "")


def host_cookie(name: str, value: str, max_age: int | None = None) -> Cookie:
    """Make a cookie that only this host gets back, over TLS, and no script reads."""
    return Cookie(key=name, value=value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax")


def session_cookie(session: StartedSession, seconds: float) -> Cookie:
    """Make the cookie of a session."""
    return host_cookie(SESSION_COOKIE, session.secret, int(seconds))


def no_session_cookie() -> Cookie:
    """Make the cookie that takes the session's away."""
    return host_cookie(SESSION_COOKIE, "", 0)
