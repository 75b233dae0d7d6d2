"""A region's own words, on its front page and below its mails: changed by its office, and taken back."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, FieldError, NotFound, explain
from trialport.core.language import Language
from trialport.units import promise_service
from trialport.units import region_text_queries as queries
from trialport.units.region_text_models import LONGEST, FrontText, RegionTexts, RegionTextVersion

_VERSIONS_SHOWN = 20
# Who reads a language that a region has not written in is shown the first of these that it has.
_INSTEAD: tuple[Language, ...] = ("en", "sv", "da")
explain("region_text_pkey", Changed, "", "Somebody changed this at the same moment. Read it again.")


async def list_text_versions(tx: Transaction, actor: Actor, region_id: UUID) -> list[RegionTextVersion]:
    """Return a region's words, the newest version first; raises NotFound outside the actor's scope."""
    await promise_service.read_promise(tx, actor, region_id)
    return await queries.select_text_versions(tx.connection, region_id=region_id, limit=_VERSIONS_SHOWN)


async def read_front_text(tx: Transaction, region_id: UUID, language: Language) -> FrontText | None:
    """Return what a region says of itself to everybody, in the reader's language or else in another it has."""
    async with as_system(tx.connection):
        newest = await queries.select_text_versions(tx.connection, region_id=region_id, limit=1)
    front = newest[0].texts.front if newest else {}
    found = next((one for one in (language, *_INSTEAD) if front.get(one)), None)
    if found is None:
        return None
    return FrontText(language=found, paragraphs=tuple(front[found].split("\n\n")))


async def read_signatures(tx: Transaction, region_id: UUID) -> dict[Language, tuple[str, ...]]:
    """Return the lines that stand below a region's mails in each language, above those of the program."""
    async with as_system(tx.connection):
        newest = await queries.select_text_versions(tx.connection, region_id=region_id, limit=1)
    return (
        {language: tuple(text.splitlines()) for language, text in newest[0].texts.signature.items()} if newest else {}
    )


async def change_texts(tx: Transaction, actor: Actor, region_id: UUID, texts: RegionTexts, *, expected: int) -> None:
    """Store other words as a new version.

    Raises Changed when another version counts than the caller has read, Contradiction naming what is too long.
    """
    too_long = [
        FieldError(f"{place}_{language}", "This is too long. Shorten it.")
        for place, most in LONGEST.items()
        for language, text in getattr(texts, place).items()
        if len(text) > most
    ]
    if too_long:
        raise Contradiction("Some texts are too long. See `errors`.", errors=too_long)
    await _store(tx, actor, region_id, texts, expected=expected, reverts_to=None)


async def revert_texts(tx: Transaction, actor: Actor, region_id: UUID, version: int, *, expected: int) -> None:
    """Take older words up again as a new version; version 0 is none at all. Raises NotFound, Changed."""
    texts: RegionTexts | None = RegionTexts()
    if version:
        await promise_service.read_promise(tx, actor, region_id)
        texts = await queries.select_text_version(tx.connection, region_id=region_id, version=version)
    if texts is None:
        raise NotFound("There is no such version.")
    await _store(tx, actor, region_id, texts, expected=expected, reverts_to=version)


async def _store(
    tx: Transaction, actor: Actor, region_id: UUID, texts: RegionTexts, *, expected: int, reverts_to: int | None
) -> None:
    versions = await list_text_versions(tx, actor, region_id)
    counting = versions[0].version if versions else 0
    if counting != expected:
        raise Changed("Somebody changed this after you read it. Read it again and repeat your change.")
    await queries.insert_text_version(
        tx.connection,
        region_id=region_id,
        version=counting + 1,
        texts=texts,
        reverts_to=reverts_to,
        actor_id=actor.actor_id,
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="region_text.changed",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        before=msgspec.to_builtins(versions[0].texts) if versions else {},
        after=msgspec.to_builtins(texts) | {"version": counting + 1},
    )
