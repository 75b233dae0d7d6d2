"""Pages: Jinja templates in the viewer's language, whole or as the one block that htmx asked for.

A slice keeps its templates in `<slice>/templates/<slice>/`; each begins with `{% extends "base.html" %}` and fills the
blocks `title` and `content`. Every template knows `language`, `languages`, `viewer` (who is signed in, or None),
`signed_in` (her session, or None), `is_viewer_known` (whether that was looked up), `address` (path and query of this
page), `messages`, `csrf_token`, `csrf_field()`, `shown_time(time)`, `shown_day(day)`, `local_day(time)` and
`static_url(name)`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from litestar import Request, Response
from litestar.datastructures import State
from markupsafe import Markup, escape

from trialport.core.days import LOCALES, TIME_ZONE, local_day, shown_day
from trialport.core.language import LANGUAGE_COOKIE, LANGUAGES, Language, chosen_language
from trialport.core.page_texts import fix_texts
from trialport.core.static_files import static_url
from trialport.core.translations import translations

PACKAGE = Path(__file__).parents[1]
# htmx never evaluates text as program, never injects style, keeps no copy of a page in the browser's storage, and
# shows what our error answers say.
HTMX_CONFIG: Mapping[str, Any] = {
    "allowEval": False,
    "allowScriptTags": False,
    "includeIndicatorStyles": False,
    "attributesToSettle": ["class", "width", "height"],
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "timeout": 30000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "[45]..", "swap": True, "error": True},
    ],
}


def template_folders() -> Sequence[Path]:
    """Return where templates lie: those of all slices beside those of core."""
    return sorted(PACKAGE.glob("*/templates"))


@cache
def environment(language: Language) -> Environment:
    """Return what renders pages in a language."""
    made = Environment(
        loader=FileSystemLoader(template_folders()),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["ext.i18n.trimmed"] = True
    catalogue = translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext, npgettext=catalogue.npgettext
    )
    fix_texts(made, catalogue)
    made.globals |= {
        "language": language,
        "languages": LANGUAGES,
        "static_url": static_url,
        "csrf_field": _csrf_field,
        "shown_time": lambda time: shown_time(time, language),
        "shown_day": lambda day: shown_day(day, language),
        "local_day": local_day,
        "htmx_config": HTMX_CONFIG,
    }
    return made


@lru_cache(4096)
def shown_time(time: datetime, language: Language) -> str:
    """Write a moment as people of the regions do, with the name of their time: `22 November 2026, 03:47 CET`."""
    # Only a process that shows pages needs this package.
    from babel.dates import format_datetime, get_timezone  # noqa: PLC0415

    locale = LOCALES[language]
    return format_datetime(time, "d MMMM y, HH:mm z", tzinfo=get_timezone(TIME_ZONE), locale=locale)


@pass_context
def _csrf_field(context: Context) -> Markup:
    """Write the hidden field that every form with method POST needs; empty while there is no token."""
    token = context["csrf_token"]
    return Markup(f'<input type="hidden" name="csrf_token" value="{escape(token)}">') if token else Markup("")  # noqa: S704


def page_language(request: Request[Any, Any, State]) -> Language:
    """Return the language of a page; the answer names it.

    It is the one chosen in this browser, else the one of her account, else the best that her browser accepts.
    """
    # Who came by the link of a mail has not signed in, and may have an account all the same.
    of_link = request.scope["state"].get("account_language")
    of_account = of_link or getattr(request.scope.get("auth"), "language", None)
    chosen = request.cookies.get(LANGUAGE_COOKIE) or of_account
    language = chosen_language(chosen, request.headers.get("accept-language"))
    request.scope["state"]["language"] = language
    return language


def document_language(request: Request[Any, Any, State], wanted: Language | None) -> Language:
    """Return the language of a document to download: the one asked for, else that of pages; the answer names it."""
    language = wanted or page_language(request)
    request.scope["state"]["language"] = language
    return language


def wants_block(request: Request[Any, Any, State]) -> bool:
    """Say whether htmx asks for a part of the page: not when it boosts a link, nor when it restores a whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-boosted") != "true"
        and headers.get("hx-history-restore-request") != "true"
    )


def render_page(
    request: Request[Any, Any, State],
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[str]:
    """Answer with a page, or with only the named block of it when htmx asks for a part.

    A name that the template uses and nobody gave is an error, never an empty place.
    """
    values = _common(request) | dict(context or {})
    found = environment(page_language(request)).get_template(template)
    text = render_block(found, block, values) if block and wants_block(request) else found.render(values)
    return Response(text, status_code=status_code, headers=dict(headers or {}), media_type="text/html")


def render_block(template: Template, block: str, values: Mapping[str, Any]) -> str:
    """Render one block as the template itself defines it, without what surrounds it; raises KeyError for another."""
    return "".join(template.blocks[block](template.new_context(dict(values))))


def _common(request: Request[Any, Any, State]) -> dict[str, Any]:
    state = request.scope["state"]
    query = request.scope["query_string"].decode("latin-1")
    return {
        # On an open route nobody may have signed in; where there is no route, nobody was asked.
        "viewer": request.scope.get("user"),
        "signed_in": request.scope.get("auth"),
        "is_viewer_known": "user" in request.scope,
        "csrf_token": state.get("csrf_token"),
        "address": request.scope["path"] + (f"?{query}" if query else ""),
        "messages": (),
    }
