"""The pages that everybody may read: what Trialport is, how accessible it is, what it stores; and the language."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie, State
from msgspec import Meta, Struct, ValidationError, convert

from trialport.core.edge import TxOpener
from trialport.core.errors import BadInput
from trialport.core.language import LANGUAGE_COOKIE, Language
from trialport.core.pages import render_page

# A person is shown the notice again when this changes: the day from which its text holds.
NOTICE_VERSION = "2026-11-22"
# When the accessibility of the pages was last looked at as a whole.
ACCESSIBILITY_REVIEWED_ON = date(2026, 11, 22)
_YEAR_SECONDS = 365 * 24 * 3600
_LONGEST_ADDRESS = 1000
# A path of our own: browsers read `//` and `/\` as the beginning of another server's address.
_OWN_PATH = re.compile(r"/(?![/\\])[!-~]*")


class LanguageChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form in the head of every page."""

    language: Language
    return_to: Annotated[str, Meta(max_length=_LONGEST_ADDRESS)] = "/"
    csrf_token: Annotated[str, Meta(max_length=_LONGEST_ADDRESS)] = ""


@get("/", opt={"open": True, "start": True}, include_in_schema=False)
async def read_home(request: Request[Any, Any, State], open_transaction: TxOpener) -> Response[str]:
    """Show what Trialport is, or to who has signed in what waits for her, as the slices of her role say."""
    viewer = request.scope.get("user")
    read_start = request.app.state.start_facts.get(getattr(viewer, "role", None))
    facts: Mapping[str, Any] = {}
    if read_start is not None:
        async with open_transaction() as tx:
            facts = await read_start(tx, viewer)
    return render_page(request, "front/home.html", {"start": facts})


@get("/accessibility", opt={"open": True}, include_in_schema=False)
async def read_accessibility(request: Request[Any, Any, State]) -> Response[str]:
    return render_page(
        request, "front/accessibility.html", {**_operator(request), "reviewed_on": ACCESSIBILITY_REVIEWED_ON}
    )


@get("/privacy", opt={"open": True}, include_in_schema=False)
async def read_privacy(request: Request[Any, Any, State]) -> Response[str]:
    return render_page(request, "front/privacy.html", {**_operator(request), "notice_version": NOTICE_VERSION})


@post("/language", opt={"open": True, "form": True}, include_in_schema=False, status_code=303)
async def choose_language(request: Request[Any, Any, State]) -> Response[bytes]:
    """Keep the chosen language in a cookie and go back to the page it was chosen on."""
    try:
        data = convert(dict(await request.form()), LanguageChoice)
    except ValidationError:
        raise BadInput.at("language", "Choose one of the languages offered.") from None
    answer = Response(b"", status_code=303, headers={"Location": own_address(data.return_to)}, media_type="text/plain")
    answer.set_cookie(
        Cookie(
            key=LANGUAGE_COOKIE, value=data.language, max_age=_YEAR_SECONDS, secure=True, httponly=True, samesite="lax"
        )
    )
    return answer


HANDLERS = (read_home, read_accessibility, read_privacy, choose_language)


def own_address(given: str) -> str:
    """Return a path of this site to go to, the start page for anything that would lead elsewhere."""
    path = quote(given, safe="/?&=%+:,;@!$'()*~.-_#[]\\")
    return path if _OWN_PATH.fullmatch(path) else "/"


def _operator(request: Request[Any, Any, State]) -> dict[str, str]:
    """Name who runs this installation and how to reach them, as the settings say."""
    settings = request.app.state.settings
    return {"operator": settings.operator, "contact_email": settings.contact_email}
