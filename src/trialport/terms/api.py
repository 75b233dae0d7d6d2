"""Readings, and the local terms of a region, over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter, SkipValidation

from trialport.accounts import idempotency
from trialport.accounts.guards import Caller, roles
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, LOCATION, REPLAYED, AppSettings, IdempotencyKey, IfMatch, Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import etag, expected_revision
from trialport.core.language import Language
from trialport.core.paging import Cursor, Limit, NumberCursor, cut_page
from trialport.terms import queries, service
from trialport.terms.book import TermBook
from trialport.terms.models import (
    LocalTermCreate,
    LocalTermDetail,
    LocalTermHistoryPage,
    LocalTermPage,
    LocalTermState,
    ReadingCreate,
    RejectLocalTerm,
    WithdrawLocalTerm,
)
from trialport.terms.pace import Pace
from trialport.terms.queries import LocalTermRow
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

READING_ROLES = roles("sponsor_contact", "investigator", "unit_head", "office", "admin", "service")
# Local terms name persons, so services do not see them; an admin sees all and can end one.
TERM_READERS = may("local_term", "read")

AppReader = NamedDependency[SkipValidation[Reader]]
AppTermBook = NamedDependency[SkipValidation[TermBook]]
AppPace = NamedDependency[SkipValidation[Pace]]
LocalTermId = Annotated[
    UUID, PathParameter(description="Identifier of the local term.", examples=[Example(value=EXAMPLE_UUID)])
]


@get(
    "/readings",
    opt={**READING_ROLES, "errors": (429,)},
    summary="Read a short text into concepts and therapy areas",
    description="For what may stand in an address; send anything long or confidential with POST. "
    "Read with the local terms of your region; nothing of the text is stored or logged.",
)
async def read_short_text(
    tx: Tx,
    actor: Caller,
    reader: AppReader,
    term_book: AppTermBook,
    pace: AppPace,
    text: Annotated[
        str,
        QueryParameter(
            min_length=1,
            max_length=2_000,
            description="The text, at most 2,000 characters.",
            examples=[Example(value="Adults with severe COPD")],
        ),
    ],
    lang: Annotated[
        Language | None,
        QueryParameter(description="Its language; guessed when left out.", examples=[Example(value="en")]),
    ] = None,
) -> Reading:
    pace.take(actor.actor_id, tx.now)
    return await service.read_text(tx, actor, reader, term_book, text, lang)


@post(
    "/readings",
    opt={**READING_ROLES, "readonly": True, "errors": (429,)},
    status_code=200,
    summary="Read a text into concepts and therapy areas",
    description="At most 20,000 characters, read with the local terms of your region; nothing of the text is stored "
    "or logged.",
)
async def read_text(
    tx: Tx, actor: Caller, reader: AppReader, term_book: AppTermBook, pace: AppPace, data: JSONBody[ReadingCreate]
) -> Reading:
    pace.take(actor.actor_id, tx.now)
    return await service.read_text(tx, actor, reader, term_book, data.text, data.lang)


@post(
    "/terms",
    opt={**may("local_term", "propose"), "errors": (409,)},
    status_code=201,
    response_headers=[ETAG, LOCATION, REPLAYED],
    summary="Propose a local term or a correction",
    description="Words that your region reads in its own way. They are read once a second person of your office "
    "agrees. With `read_as` or `inquiry_id` it is a correction of a reading. One term for the same words at a time.",
)
async def propose_term(
    tx: Tx,
    actor: Caller,
    reader: AppReader,
    data: JSONBody[LocalTermCreate],
    idempotency_key: IdempotencyKey = None,
) -> Response[LocalTermDetail]:
    asked = idempotency.hash_request("/terms", data)
    if (stored := await idempotency.stored_answer(tx, actor, idempotency_key, asked)) is not None:
        return stored
    row = await service.propose_term(tx, actor, reader.vocabulary, data)
    term = _detail(actor, reader, row)
    headers = {"ETag": etag(row.revision), "Location": f"/api/v1/terms/{row.local_term_id}"}
    await idempotency.store_answer(tx, actor, idempotency_key, asked, status_code=201, headers=headers, body=term)
    return Response(term, status_code=201, headers=headers)


@get("/terms", opt=TERM_READERS, summary="List local terms in your scope, newest first")
async def list_terms(
    tx: Tx,
    actor: Caller,
    reader: AppReader,
    term_state: Annotated[
        LocalTermState | None,
        QueryParameter(name="state", description="State of the term.", examples=[Example(value="proposed")]),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LocalTermPage:
    rows = await queries.select_local_terms(
        tx.connection, actor=actor, state=term_state, before=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda row: row.local_term_id)
    return LocalTermPage(items=tuple(_detail(actor, reader, row) for row in items), next_cursor=following)


@get("/terms/{local_term_id:uuid}", opt=TERM_READERS, response_headers=[ETAG], summary="Read a local term")
async def read_term(tx: Tx, actor: Caller, reader: AppReader, local_term_id: LocalTermId) -> Response[LocalTermDetail]:
    return _response(actor, reader, await service.read_term(tx, actor, local_term_id))


@get("/terms/{local_term_id:uuid}/history", opt=TERM_READERS, summary="Read a local term's history, newest first")
async def read_term_history(
    tx: Tx, actor: Caller, local_term_id: LocalTermId, cursor: NumberCursor = None, limit: Limit = 50
) -> LocalTermHistoryPage:
    rows = await service.list_term_history(tx, actor, local_term_id, before_revision=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda change: change.revision)
    return LocalTermHistoryPage(items=items, next_cursor=following)


@post(
    "/terms/{local_term_id:uuid}/agree",
    opt={**may("local_term", "agree"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Agree to a proposed term",
    description="As a second person of the office; from then on it is read. If-Match is optional here.",
)
async def agree_to_term(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    reader: AppReader,
    local_term_id: LocalTermId,
    if_match: IfMatch = None,
) -> Response[LocalTermDetail]:
    row = await service.decide_term(tx, settings, actor, local_term_id, "agree", expected=_expected(if_match))
    return _response(actor, reader, row)


@post(
    "/terms/{local_term_id:uuid}/reject",
    opt={**may("local_term", "reject"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Reject a proposed term",
    description="As a second person of the office. If-Match is optional here.",
)
async def reject_term(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    reader: AppReader,
    local_term_id: LocalTermId,
    data: JSONBody[RejectLocalTerm],
    if_match: IfMatch = None,
) -> Response[LocalTermDetail]:
    row = await service.decide_term(
        tx, settings, actor, local_term_id, "reject", reason=data.reason, expected=_expected(if_match)
    )
    return _response(actor, reader, row)


@post(
    "/terms/{local_term_id:uuid}/withdraw",
    opt={**may("local_term", "withdraw"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Withdraw a local term",
    description="A proposed one by who proposed it, an agreed one by anybody of the office. If-Match is optional here.",
)
async def withdraw_term(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    reader: AppReader,
    local_term_id: LocalTermId,
    data: JSONBody[WithdrawLocalTerm],
    if_match: IfMatch = None,
) -> Response[LocalTermDetail]:
    row = await service.decide_term(
        tx, settings, actor, local_term_id, "withdraw", reason=data.reason, expected=_expected(if_match)
    )
    return _response(actor, reader, row)


def _expected(if_match: str | None) -> int | None:
    return None if if_match is None else expected_revision(if_match)


def _detail(actor: Actor, reader: Reader, row: LocalTermRow) -> LocalTermDetail:
    shared = {
        name: getattr(row, name)
        for name in LocalTermDetail.__struct_fields__
        if name not in ("label", "available_actions")
    }
    return LocalTermDetail(
        **shared,
        label=reader.vocabulary.label(row.concept, row.language),
        available_actions=service.allowed_commands(actor, row),
    )


def _response(actor: Actor, reader: Reader, row: LocalTermRow) -> Response[LocalTermDetail]:
    return Response(_detail(actor, reader, row), headers={"ETag": etag(row.revision)})


router = Router(
    path="/",
    tags=["vocabulary"],
    route_handlers=[
        read_short_text,
        read_text,
        propose_term,
        list_terms,
        read_term,
        read_term_history,
        agree_to_term,
        reject_term,
        withdraw_term,
    ],
)
