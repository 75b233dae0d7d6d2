"""The composition root: the only list of routers, plugins and handlers."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from trialport.accounts import audit_api, oidc_pages, own_data_api, sessions_api, signin_pages
from trialport.accounts import pages as accounts_pages
from trialport.accounts.browser import GoTo, answer_go_to, keep_browser
from trialport.accounts.csrf import refuse_forged
from trialport.accounts.guards import (
    OPEN_DOCUMENT,
    Authentication,
    provide_actor,
    provide_session,
    refuse_other_roles,
)
from trialport.accounts.oidc_client import OidcProvider
from trialport.core import front_pages, http
from trialport.core.config import Settings, load_settings
from trialport.core.db import Transaction, open_pool
from trialport.core.edge import provide_language, provide_opener, provide_settings, provide_transaction
from trialport.core.errors import Problem
from trialport.core.gateway import Gateway
from trialport.core.health import read_liveness, read_readiness
from trialport.core.jobs.doorbell import Doorbell
from trialport.core.limits import Limits
from trialport.core.listening import Listener
from trialport.core.object_store import ObjectStore
from trialport.core.openapi import DocumentPlugin
from trialport.core.remembered import Remembered
from trialport.core.static_files import read_static_file
from trialport.inquiries import api as inquiries_api
from trialport.inquiries import (
    attachment_api,
    disclosure_api,
    draft_file_pages,
    draft_pages,
    queue_api,
    region_api,
    region_pages,
    sponsor_pages,
    teamwork_api,
    teaser_api,
    triage_api,
)
from trialport.inquiries.sponsor_start import read_sponsor_start
from trialport.invitations import (
    amendment_api,
    answers_pages,
    candidate_pages,
    deadline_api,
    invitation_pages,
    ledger_api,
    link_pages,
    outcome_api,
    outcome_pages,
    questionnaire_api,
    questions_api,
    questions_pages,
    queue_pages,
    reply_api,
    reply_pages,
    settings_pages,
    sign_off_pages,
    suitability_api,
    triage_pages,
    unit_api,
    workspace_pages,
)
from trialport.invitations import api as invitations_api
from trialport.invitations.office_start import read_office_start
from trialport.invitations.start import read_unit_start
from trialport.matching import api as matching_api
from trialport.matching import judgement_api, reading_pages, shortlist_api, weights_api, why_api
from trialport.matching.register import CHANNEL, Register
from trialport.notifications import api as notifications_api
from trialport.notifications import pages as notifications_pages
from trialport.sponsors import agreement_api, agreement_pages
from trialport.terms import api as terms_api
from trialport.terms import pages as terms_pages
from trialport.terms.book import TermBook
from trialport.terms.pace import Pace
from trialport.units import (
    access_pages,
    capacity_edit_pages,
    capacity_overview_api,
    capacity_pages,
    delegate_api,
    import_pages,
    objection_api,
    person_pages,
    profile_pages,
    question_pages,
    region_text_pages,
    register_pages,
)
from trialport.units import api as units_api
from trialport.vocabulary.index import load_vocabulary
from trialport.vocabulary.reading import Reader

VERSION = "1.0.0"
_OFFICE_PAGES = (
    queue_pages.router,
    triage_pages.router,
    workspace_pages.router,
    candidate_pages.router,
    answers_pages.router,
    settings_pages.router,
    terms_pages.router,
    region_text_pages.router,
    agreement_pages.router,
)
# What the start page of a role shows, by role: each slice counts what waits.
START_FACTS: Mapping[str, Callable[[Transaction, Any], Awaitable[dict[str, Any]]]] = {
    "investigator": read_unit_start,
    "unit_head": read_unit_start,
    "office": read_office_start,
    "sponsor_contact": read_sponsor_start,
}


def provide_register(request: Request[Any, Any, State]) -> Register:
    register: Register = request.app.state.register
    return register


def provide_reader(request: Request[Any, Any, State]) -> Reader:
    reader: Reader = request.app.state.reader
    return reader


def provide_term_book(request: Request[Any, Any, State]) -> TermBook:
    term_book: TermBook = request.app.state.register.term_book
    return term_book


def provide_files(request: Request[Any, Any, State]) -> ObjectStore:
    files: ObjectStore = request.app.state.files
    return files


def provide_pace(request: Request[Any, Any, State]) -> Pace:
    pace: Pace = request.app.state.pace
    return pace


def provide_limits(request: Request[Any, Any, State]) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def provide_oidc(request: Request[Any, Any, State]) -> OidcProvider | None:
    provider: OidcProvider | None = request.app.state.oidc
    return provider


def provide_icd10_check(request: Request[Any, Any, State]) -> Any:
    """Hand a route the test whether a code is an ICD-10 code: its category is in the vocabulary."""
    known = request.app.state.reader.vocabulary.concept_ids
    return lambda code: code[:3] in known


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Open what lives as long as the process: vocabulary, database pool, doorbell, register."""
    settings: Settings = app.state.settings
    app.state.start_facts = START_FACTS
    vocabulary = await asyncio.to_thread(load_vocabulary)
    app.state.reader = Reader(vocabulary)
    app.state.register = Register(vocabulary)
    app.state.pace = Pace()
    app.state.front_figures = Remembered(settings.front_page_seconds)
    app.state.files = ObjectStore(settings.files_url)
    app.state.pool = await open_pool(settings, "trialport-api")
    app.state.doorbell = Doorbell(settings.valkey_url)
    app.state.limits = Limits(settings)
    app.state.oidc = OidcProvider(settings) if settings.oidc_issuer else None
    listener = Listener(settings, CHANNEL, app.state.register.catch_up)
    listener.start()
    try:
        yield
    finally:
        await listener.close()
        if app.state.oidc is not None:
            await app.state.oidc.close()
        await app.state.limits.close()
        await app.state.doorbell.close()
        await app.state.pool.close()


_PAGES = (
    signin_pages.router,
    oidc_pages.router,
    link_pages.router,
    invitation_pages.router,
    sign_off_pages.router,
    capacity_pages.router,
    capacity_edit_pages.router,
    question_pages.router,
    profile_pages.router,
    accounts_pages.router,
    reply_pages.router,
    outcome_pages.router,
    questions_pages.router,
    notifications_pages.router,
    register_pages.router,
    person_pages.router,
    access_pages.router,
    import_pages.router,
    region_pages.router,
    sponsor_pages.router,
    draft_pages.router,
    draft_file_pages.router,
    reading_pages.router,
    *_OFFICE_PAGES,
)


def create_app(settings: Settings) -> Litestar:
    """Put the application together; nothing is opened before it starts."""
    app = Litestar(
        route_handlers=[
            _api(),
            *_PAGES,
            *front_pages.HANDLERS,
            read_static_file,
            read_liveness,
            read_readiness,
        ],
        dependencies=_dependencies(),
        middleware=[_authentication],
        guards=[refuse_other_roles, refuse_forged],
        before_send=[keep_browser],
        before_request=http.check_address,
        request_class=http.StrictRequest,
        request_max_body_size=settings.body_bytes,
        exception_handlers={
            Problem: http.answer_problem,
            GoTo: answer_go_to,
            HTTPException: http.answer_http_exception,
            asyncpg.PostgresError: http.answer_database_error,
            Exception: http.answer_unforeseen,
        },
        lifespan=[lifespan],
        state=State({"settings": settings}),
        openapi_config=_openapi(),
        debug=False,
        logging_config=None,
    )
    app.asgi_handler = Gateway(app.asgi_handler)
    return app


def _api() -> Router:
    """Name what stands under `/api/v1`."""
    return Router(
        path="/api/v1",
        route_handlers=[
            sessions_api.router,
            own_data_api.router,
            objection_api.router,
            delegate_api.router,
            audit_api.router,
            capacity_overview_api.router,
            agreement_api.router,
            teaser_api.router,
            disclosure_api.router,
            units_api.router,
            inquiries_api.router,
            attachment_api.router,
            triage_api.router,
            queue_api.router,
            region_api.router,
            teamwork_api.router,
            invitations_api.router,
            unit_api.router,
            reply_api.router,
            questions_api.router,
            questionnaire_api.router,
            suitability_api.router,
            deadline_api.router,
            ledger_api.router,
            amendment_api.router,
            outcome_api.router,
            matching_api.router,
            weights_api.router,
            why_api.router,
            judgement_api.router,
            shortlist_api.router,
            notifications_api.router,
            terms_api.router,
        ],
    )


def _dependencies() -> dict[str, Provide]:
    """Name what a route may ask for."""
    return {
        "tx": Provide(provide_transaction),
        "open_transaction": Provide(provide_opener, sync_to_thread=False),
        "files": Provide(provide_files, sync_to_thread=False),
        "settings": Provide(provide_settings, sync_to_thread=False),
        "language": Provide(provide_language, sync_to_thread=False),
        "actor": Provide(provide_actor, sync_to_thread=False),
        "session": Provide(provide_session, sync_to_thread=False),
        "limits": Provide(provide_limits, sync_to_thread=False),
        "provider": Provide(provide_oidc, sync_to_thread=False),
        "register": Provide(provide_register, sync_to_thread=False),
        "reader": Provide(provide_reader, sync_to_thread=False),
        "term_book": Provide(provide_term_book, sync_to_thread=False),
        "pace": Provide(provide_pace, sync_to_thread=False),
        "is_icd10": Provide(provide_icd10_check, sync_to_thread=False),
    }


def _authentication(app: Any) -> Authentication:
    return Authentication(app, exclude=f"^{re.escape(OPEN_DOCUMENT)}$")


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Trialport",
        version=VERSION,
        description="Clinical-trial inquiries to university-hospital regions: capacity in, ranked candidates out.",
        path=OPEN_DOCUMENT.rpartition("/")[0],
        render_plugins=[DocumentPlugin(path="/" + OPEN_DOCUMENT.rpartition("/")[2])],
        components=Components(security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"bearer": []}],
    )


def create_from_environment() -> Litestar:
    """Entry for the server: settings from the environment."""
    settings = load_settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    return create_app(settings)
