"""Who acts when the link of a mail about capacity is opened: whom it asked, on what it asked about and nothing else."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system, set_viewer
from trialport.core.errors import Gone, NotFound
from trialport.core.language import Language
from trialport.units import stale_queries
from trialport.units.capacity_queries import select_capacities
from trialport.units.models import CapacityDetail
from trialport.units.stale_service import read_question_link
from trialport.vocabulary.codes import TherapyArea

# Why a link does not open; the page says what to do.
WhyNot = Literal["unknown", "lapsed", "not_there", "objected"]
# The regions are on this time, or an hour ahead of it at most.
_NAME = "investigator, by the link of a mail"
# More than anybody's units have (capacities).
_MOST = 500


class QuestionClosed(Gone):
    """A link that does not open."""

    def __init__(self, why: WhyNot, language: Language | None = None) -> None:
        super().__init__("The link cannot be used any more. Sign in, or ask the trial office of your region.")
        self.why = why
        self.language = language


class Asked(Struct, frozen=True, kw_only=True):
    """Who came by the link, and what she is asked about as it stands now; the language is None without an account."""

    actor: Actor
    capacities: Sequence[CapacityDetail]
    language: Language | None

    def one(self, unit_id: UUID, therapy_area: TherapyArea) -> CapacityDetail:
        """Return one of those asked about; raises NotFound for any other."""
        for capacity in self.capacities:
            if (capacity.unit_id, capacity.therapy_area) == (unit_id, therapy_area):
                return capacity
        raise NotFound("The mail does not ask about this capacity. Sign in to see all of yours.")


async def open_question(tx: Transaction, settings: Settings, signed: str) -> Asked:
    """Check a link and let its holder be the one who looks from here on; raises QuestionClosed.

    Checked at each use: signature, last day, that she has not objected and still works at a unit asked about.
    """
    link = read_question_link(settings, signed)
    if link is None:
        raise QuestionClosed("unknown")
    async with as_system(tx.connection):
        holder = await stale_queries.select_question_holder(
            tx.connection, capacity_question_id=link.capacity_question_id
        )
        wanted = await stale_queries.select_asked_capacity_ids(
            tx.connection, capacity_question_id=link.capacity_question_id
        )
    if holder is None:
        raise QuestionClosed("unknown")
    if tx.today > link.last_day:
        raise QuestionClosed("lapsed", holder.language)
    if holder.objected or not wanted:
        raise QuestionClosed("objected" if holder.objected else "not_there", holder.language)
    actor = Actor(
        token_id=None,
        # Where she has an account her name can be erased by it; without one no text here could be.
        name=_NAME if holder.person_id is None else holder.name,
        role="investigator",
        investigator_id=holder.investigator_id,
        person_id=holder.person_id,
        capacity_question_id=link.capacity_question_id,
    )
    await set_viewer(tx.connection, actor.viewer)
    found = await select_capacities(
        tx.connection,
        actor=actor,
        unit_id=None,
        therapy_area=None,
        state=None,
        stale=None,
        today=tx.today,
        after=None,
        limit=_MOST,
    )
    return Asked(actor=actor, capacities=[one for one in found if one.capacity_id in wanted], language=holder.language)
