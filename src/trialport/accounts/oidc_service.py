"""Signing in with an organisation's own provider: who it is here, and the roles the provider gives."""

from datetime import timedelta
from typing import Literal

from trialport.accounts import oidc_queries, people_queries
from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.oidc_client import OidcError, OidcProvider, Visit
from trialport.accounts.oidc_rules import MappedRole, OidcPerson
from trialport.accounts.people_models import PersonRow, RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role, take_role
from trialport.accounts.secret import LONGEST, hash_secret
from trialport.accounts.service import record_audit_event
from trialport.accounts.sessions_service import start_session
from trialport.accounts.signin_service import SignInResult, record_failure
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.language import Language

# Why somebody could not sign in this way; a page says it in words.
Refusal = Literal["visit", "provider", "refused", "unverified", "no_role"]
_VISIT = timedelta(minutes=10)


async def note_visit(tx: Transaction, visit: Visit, browser_hash: bytes, return_to: str) -> None:
    """Keep what the provider's answer will be held against, bound to this browser."""
    async with as_system(tx.connection):
        await oidc_queries.insert_oidc_visit(
            tx.connection,
            state_hash=hash_secret(visit.state),
            browser_hash=browser_hash,
            nonce=visit.nonce,
            code_verifier=visit.code_verifier,
            return_to=return_to,
            expires_at=tx.now + _VISIT,
        )


async def finish_visit(
    tx: Transaction,
    settings: Settings,
    provider: OidcProvider,
    *,
    state: str,
    code: str,
    browser_hash: bytes,
    user_agent: str,
    brought: str | None,
    language: Language,
) -> SignInResult | Refusal:
    """Sign in whom the provider names, in the browser the visit began in; or say why not, with a line in the trail."""
    async with as_system(tx.connection):
        visit = await oidc_queries.delete_oidc_visit(
            tx.connection, state_hash=hash_secret(state[:LONGEST]), browser_hash=browser_hash, now=tx.now
        )
        if visit is None:
            return await _refuse(tx, "visit")
        if not code:
            return await _refuse(tx, "refused")
        try:
            told = await provider.redeem(code, nonce=visit.nonce, code_verifier=visit.code_verifier)
        except OidcError as error:
            return await _refuse(tx, "provider", str(error))
        person = await _person_of(tx, provider, told, language)
        if not isinstance(person, PersonRow):
            return await _refuse(tx, person)
        await _bring_roles_in_line(tx, provider, person, told)
        session = await start_session(tx, settings, person, "oidc", user_agent, brought)
    return SignInResult(session=session, return_to=visit.return_to)


async def _refuse(tx: Transaction, reason: Refusal, detail: str = "") -> Refusal:
    await record_failure(tx, "oidc", f"{reason}: {detail}" if detail else reason)
    return reason


async def _person_of(
    tx: Transaction, provider: OidcProvider, told: OidcPerson, language: Language
) -> PersonRow | Refusal:
    """Find the person by her lasting identity, else by an address that the provider vouches for.

    Somebody new is only stored when the provider gives her a role here.
    """
    known = await oidc_queries.select_person_by_identity(tx.connection, issuer=told.issuer, subject=told.subject)
    if known is not None:
        return known
    if told.email is None:
        return "unverified"
    known = await people_queries.select_person_by_email(tx.connection, email=told.email)
    if known is None and not await _wanted_roles(tx, provider, told, told.email):
        return "no_role"
    name = told.name or told.email.partition("@")[0]
    person = known or await find_or_add_person(tx, SYSTEM, email=told.email, name=name, language=language)
    await oidc_queries.insert_identity(
        tx.connection, issuer=told.issuer, subject=told.subject, person_id=person.person_id, now=tx.now
    )
    await record_audit_event(
        tx, SYSTEM, action="person.identity_linked", object_type="person", object_id=person.person_id
    )
    return person


async def _bring_roles_in_line(tx: Transaction, provider: OidcProvider, person: PersonRow, told: OidcPerson) -> None:
    """Give and take the roles whose source is the provider; those that came otherwise stay."""
    wanted = await _wanted_roles(tx, provider, told, person.email)
    held = await people_queries.select_role_grants(tx.connection, person_id=person.person_id)
    for grant in held:
        if grant.source == "oidc" and grant.scope not in wanted:
            await take_role(tx, _PROVIDER, grant.role_grant_id)
    for scope in wanted:
        if scope not in [grant.scope for grant in held]:
            await give_role(tx, _PROVIDER, person.person_id, scope, "oidc")


async def _wanted_roles(tx: Transaction, provider: OidcProvider, told: OidcPerson, email: str) -> list[RoleScope]:
    """Return what the claim's values give; an investigator's role needs an investigator with the person's address."""
    mapped = [provider.role_map[value] for value in told.values if value in provider.role_map]
    codes = [one.region for one in mapped if one.region is not None]
    regions = await people_queries.select_region_ids(tx.connection, codes=codes)
    needs_investigator = any(_is_of_unit(one) for one in mapped)
    investigator_id = (
        await people_queries.select_investigator_of(tx.connection, email=email) if needs_investigator else None
    )
    wanted = [
        RoleScope(
            role=one.role,
            region_id=regions.get(one.region or ""),
            investigator_id=investigator_id if _is_of_unit(one) else None,
        )
        for one in mapped
        if (one.region in regions or one.role == "admin") and (investigator_id is not None or not _is_of_unit(one))
    ]
    return list(dict.fromkeys(wanted))


def _is_of_unit(mapped: MappedRole) -> bool:
    return mapped.role in ("investigator", "unit_head")


# What is done on the provider's word.
_PROVIDER = Actor(token_id=None, name="OpenID Connect", role="service")
