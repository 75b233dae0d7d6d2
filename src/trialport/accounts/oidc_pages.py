"""Signing in with one's organisation: to the provider, and back."""

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from trialport.accounts import oidc_service
from trialport.accounts.browser import HOME, SESSION_COOKIE, browser_hash
from trialport.accounts.csrf import LOOPBACK
from trialport.accounts.oidc_client import CALLBACK_PATH, OidcError, OidcProvider, new_visit
from trialport.accounts.oidc_service import Refusal
from trialport.accounts.signin_pages import (
    OPEN,
    AppLimits,
    PageRequest,
    failed_page,
    go_to,
    signed_in_response,
)
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import NotFound
from trialport.core.front_pages import own_address
from trialport.core.limits import Limit
from trialport.core.pages import page_language

Provider = NamedDependency[SkipValidation[OidcProvider | None]]
STARTING = Limit("oidc-start", 30, 900)
_WRITING = {**OPEN, "writes": True}
_DETAILS: dict[Refusal, str] = {
    "visit": "This sign-in was not begun in this browser, or it took too long. Begin again.",
    "provider": "Your organisation's sign-in did not answer as it should. Try again later.",
    "refused": "Your organisation's sign-in was broken off. Begin again.",
    "unverified": "Your organisation does not vouch for your e-mail address. Ask for a link by mail.",
    "no_role": "You have no role here. Ask the trial office.",
}


@get("/sign-in/oidc", opt=_WRITING)
async def start_visit(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, provider: Provider
) -> Response[Any]:
    """Send the browser to the provider. A link, no form: the form of a page may not lead to other sites."""
    provider = _configured(provider)
    return_to = own_address(request.query_params.get("next", HOME))
    public = urlsplit(settings.public_url)
    if public.hostname in LOOPBACK and request.headers.get("host", "") != public.netloc:
        # This machine has several names. The provider sends the browser back to the public one, where the browser
        # has other cookies than under this.
        return go_to(f"{settings.public_url}/sign-in/oidc?next={quote(return_to, safe='')}")
    await limits.count(STARTING, limits.peer(request.scope))
    visit = new_visit()
    try:
        address = await provider.start_url(visit)
    except OidcError:
        return failed_page(request, "provider", _DETAILS["provider"])
    await oidc_service.note_visit(tx, visit, browser_hash(request), return_to)
    return Response(None, status_code=303, headers={"Location": address})


@get(CALLBACK_PATH, opt=_WRITING)
async def finish_visit(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, provider: Provider
) -> Response[Any]:
    """Take the provider's answer."""
    provider = _configured(provider)
    await limits.count(STARTING, limits.peer(request.scope))
    result = await oidc_service.finish_visit(
        tx,
        settings,
        provider,
        state=request.query_params.get("state", ""),
        code=request.query_params.get("code", ""),
        browser_hash=browser_hash(request),
        user_agent=request.headers.get("user-agent", ""),
        brought=request.cookies.get(SESSION_COOKIE),
        language=page_language(request),
    )
    if isinstance(result, str):
        # Answered, not raised, so that the line in the trail is kept.
        # Some providers tell that somebody said no without telling of which visit.
        reason = "refused" if result == "visit" and "error" in request.query_params else result
        return failed_page(request, reason, _DETAILS[reason])
    return signed_in_response(result.session, settings, result.return_to)


def _configured(provider: OidcProvider | None) -> OidcProvider:
    if provider is None:
        raise NotFound("This installation offers no sign-in by OpenID Connect.")
    return provider


router = Router(path="/", include_in_schema=False, route_handlers=[start_visit, finish_visit])
