"""What the office's pages share: their words, the fields of a form that are wrong, and steps that may fail."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from datetime import date, datetime
from typing import Any

import asyncpg
from babel.dates import format_date
from litestar import Response

from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.days import shown_day
from trialport.core.db import Transaction, attempt
from trialport.core.error_pages import wants_page
from trialport.core.errors import BadInput, Busy, Changed, Contradiction, Problem, Refused, from_database
from trialport.core.language import Language
from trialport.core.pages import page_language, render_page
from trialport.core.translations import translate
from trialport.invitations import labels, office_labels

# A day within a sentence of the comparison, which programs read too.
_DAY = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")

# A form of the office holds some texts of a few thousand characters, as a form encodes them (bytes).
OFFICE_FORM_BYTES = 60_000

# What a page's address may say of the step just taken.
DONE_QUERY: dict[str, Any] = {"query": ("done",)}


def office_page(
    request: PageRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    block: str | None = None,
    status_code: int = 200,
) -> Response[str]:
    """Render a page of the office; `done` in its address says which step was just taken."""
    language = page_language(request)
    done = office_labels.DONE.get(request.query_params.get("done", ""))
    values = {
        "labels": labels,
        "office": office_labels,
        "short_day": lambda day: format_date(day, "d MMM", locale=language),
        "with_days": lambda text: with_days(text, language),
        "dict_of": lambda texts: {code: translate(language, text) for code, text in texts.items()},
        "messages": () if done is None else (translate(language, done),),
        "faults": {},
        "problem": None,
        # Where the form of the page goes back to, without what was just done.
        "address": address_without_done(request),
        **context,
    }
    # What nobody has filled in yet is empty.
    values["form"] = defaultdict(str, context.get("form", {}))
    return render_page(request, template, values, block=block, status_code=status_code)


def with_days(text: str, language: Language) -> str:
    """Write the days within a text as people do; what only looks like a day stays."""

    def shown(found: re.Match[str]) -> str:
        try:
            return shown_day(date.fromisoformat(found[0]), language)
        except ValueError:
            return found[0]

    return _DAY.sub(shown, text)


def address_without_done(request: PageRequest) -> str:
    """Return path and query of a page, without the note of what was just done."""
    kept = [part for part in query_of(request).split("&") if part and not part.startswith("done=")]
    path = str(request.scope["path"])
    return f"{path}?{'&'.join(kept)}" if kept else path


def query_of(request: PageRequest) -> str:
    """Return the query part of the address, as the browser wrote it."""
    return request.scope["query_string"].decode("latin-1")


async def try_step(request: PageRequest, tx: Transaction, step: Awaitable[object]) -> Problem | None:
    """Take a step; returns what was wrong, with nothing of the step kept. A program is answered with the problem.

    What the database refuses by a constraint of its own counts as wrong in the same way; that it is busy does not.
    """
    try:
        async with attempt(tx.connection):
            await step
    except (BadInput, Contradiction, Refused, Changed) as problem:
        if not wants_page(request):
            raise
        return problem
    except asyncpg.PostgresError as error:
        refused = from_database(error)
        if refused is None or isinstance(refused, Busy) or not wants_page(request):
            raise
        return refused
    return None


def faults_of(problem: Problem) -> dict[str, str]:
    """Say in a page's words what is wrong with which field of its form."""
    names = [error.path.partition("[")[0].rpartition(".")[2] for error in problem.errors]
    return {name: office_labels.FAULTS.get(name, office_labels.FAULTS[""]) for name in names}


def done(path: str, what: str, anchor: str = "") -> Response[None]:
    """Go back to a page that says what was done."""
    return go_to(f"{path}?done={what}" + (f"#{anchor}" if anchor else ""))


def seen_at(form: Mapping[str, str]) -> datetime | None:
    """Return when the page of a form was read; None where it does not say."""
    try:
        seen = datetime.fromisoformat(form.get("seen", ""))
    except ValueError:
        return None
    return seen if seen.tzinfo is not None else None


def revision_of(form: Mapping[str, str]) -> int | None:
    """Return the state that a form was made from; None where it does not say."""
    text = form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 - no revision has more digits
