"""What a browser is shown when something went wrong: in the viewer's language, what happened and what to do next.

Details stay out: they are for programs, which get application/problem+json, and for the log.
"""

from typing import Any, NamedTuple

from litestar import Request, Response
from litestar.datastructures import State

from trialport.core.errors import NotSignedIn, OutOfDate, Problem
from trialport.core.pages import page_language, render_page, wants_block
from trialport.core.translations import to_translate, translate

_HTML = "text/html"
_JSON = ("application/json", "application/problem+json")
_MOST_RANGES = 20


class Words(NamedTuple):
    """What a page says about a status: its heading, and what the viewer can do."""

    heading: str
    advice: str


_UNREADABLE = Words(
    to_translate("We could not read what you sent"),
    to_translate("Go back, check what you filled in, and send it again."),
)
_OURS = Words(
    to_translate("Something went wrong on our side"),
    to_translate("Nothing was stored. Please try again in a while. If it happens again, tell us the number below."),
)
_SIGNED_OUT = Words(
    to_translate("You have been signed out"),
    to_translate("That happens after a time without use, or when the session is ended elsewhere."),
)
_OUT_OF_DATE = Words(
    to_translate("This page is out of date"),
    to_translate(
        "Since it was loaded you signed in again, changed role or signed out, perhaps in another tab. "
        "Nothing was stored."
    ),
)
_WORDS: dict[int, Words] = {
    401: Words(
        to_translate("Please sign in"),
        to_translate("This page is for people who have signed in, or you have been signed out after a while."),
    ),
    403: Words(
        to_translate("You may not do this"),
        to_translate("Your role does not allow it. If you have several roles, change role, or ask the trial office."),
    ),
    404: Words(
        to_translate("There is nothing here"),
        to_translate("The address may be wrong, or what was here is not yours to see. Check the link you followed."),
    ),
    405: Words(
        to_translate("This address cannot be opened in this way"),
        to_translate("Go to the start page and find your way from there."),
    ),
    409: Words(
        to_translate("This is no longer possible"),
        to_translate(
            "Somebody may have changed it in the meantime. Go back and load the page again to see how it is now."
        ),
    ),
    410: Words(
        to_translate("This link can no longer be used"),
        to_translate("A link from a mail works once, and only for a short time. Ask for a new one."),
    ),
    413: Words(
        to_translate("What you sent is too large"),
        to_translate("Send a smaller file, or less text at a time."),
    ),
    429: Words(
        to_translate("Too many attempts"),
        to_translate("To protect everybody's accounts we have to ask you to wait a little."),
    ),
    503: Words(
        to_translate("We are busy just now"),
        to_translate("Please try again in a moment. Nothing you sent was stored."),
    ),
}
_WORDS[412] = _WORDS[409]


def wants_page(request: Request[Any, Any, State]) -> bool:
    """Say whether a failure is to be shown as a page: to browsers, and to htmx, which names no type it accepts."""
    return request.headers.get("hx-request") == "true" or prefers_page(request.headers.get("accept"))


def prefers_page(accept: str | None) -> bool:
    """Say whether an answer in HTML is wanted: named in Accept, and no less than JSON where that is named too."""
    weights = dict(_weighed(part) for part in (accept or "").split(",")[:_MOST_RANGES])
    page = weights.get(_HTML, 0.0)
    return page > 0 and page >= max(weights.get(name, 0.0) for name in _JSON)


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    text = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return name, float(text)
    except ValueError:
        return name, 0.0


def error_page(request: Request[Any, Any, State], problem: Problem) -> Response[str]:
    """Show a problem as a page; to htmx as a note that goes to the messages of the page it stands on."""
    language, words = page_language(request), _words_for(problem)
    values = {
        "status": problem.status,
        "is_out_of_date": isinstance(problem, OutOfDate),
        "typed": problem.typed,
        "heading": translate(language, words.heading),
        "advice": translate(language, words.advice),
        "wait_minutes": _minutes(problem.headers.get("Retry-After")),
        "request_id": request.scope["state"].get("request_id", ""),
    }
    headers = dict(problem.headers)
    if wants_block(request):
        headers |= {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"}
    return render_page(request, "front/error.html", values, block="note", status_code=problem.status, headers=headers)


def _words_for(problem: Problem) -> Words:
    if isinstance(problem, OutOfDate):
        return _OUT_OF_DATE
    if isinstance(problem, NotSignedIn) and problem.typed is not None:
        return _SIGNED_OUT
    return _WORDS.get(problem.status, _UNREADABLE if problem.status < 500 else _OURS)  # noqa: PLR2004 - the server's own


def _minutes(retry_after: str | None) -> int | None:
    """Return a wait in whole minutes; None where none was told or it is over in a moment."""
    seconds = int(retry_after) if retry_after and retry_after.isdecimal() else 0
    return -(-seconds // 60) if seconds >= _SHORT_SECONDS else None


_SHORT_SECONDS = 20
