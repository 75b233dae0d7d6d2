"""Filling what a unit misses for its yes, from a resource of the region or by other means; and taking it back."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound, Refused, explain
from trialport.invitations import answer_queries, fill_queries, fill_rules, ledger, ledger_queries, queries
from trialport.invitations.answer import require_invitation_command
from trialport.invitations.ledger_models import FillCreate
from trialport.invitations.models import Condition
from trialport.invitations.queries import InvitationRow
from trialport.invitations.reading import find_invitation
from trialport.notifications.service import settle_office_tasks

explain(
    "fill_invitation_id_condition_key",
    Refused,
    "",
    "This condition has been filled. Take that back first, or leave it.",
)
explain(
    "reservation_invitation_id_resource_id_key",
    Refused,
    "",
    "This resource already gives something for this invitation. Take that back first.",
)


async def fill_condition(tx: Transaction, actor: Actor, invitation_id: UUID, fill: FillCreate) -> None:
    """Fill one condition of a `yes_if`; once all are filled the answer counts as a yes, and is held as one.

    Nurse hours are reserved at the resource, and the database refuses more than are free there. Raises Contradiction
    for what the unit does not miss and for a resource that does not fit.
    """
    found = await _taken_in_turn(tx, actor, invitation_id)
    if errors := fill_rules.check_fill(fill):
        raise Contradiction("This does not fill the condition. See `errors`.", errors=errors)
    await _require_missed(tx, found, fill.condition)
    async with as_system(tx.connection):
        await _require_fitting(tx, found, fill)
        reservation_id = None
        if fill.condition == "nurse_hours":
            reservation_id = await ledger_queries.insert_reservation(
                tx.connection,
                actor=actor,
                inquiry_id=found.inquiry_id,
                invitation_id=invitation_id,
                region_id=found.region_id,
                capacity_id=None,
                resource_id=fill.resource_id,
                strength="firm",
                trial_slots=0,
                nurse_hours=fill.nurse_hours,
                now=tx.now,
            )
        await fill_queries.insert_fill(
            tx.connection,
            actor=actor,
            invitation_id=invitation_id,
            condition=fill.condition,
            resource_id=fill.resource_id,
            note=fill.note,
            reservation_id=reservation_id,
            now=tx.now,
        )
    await ledger.settle_answer(tx, actor, invitation_id)
    await _settle_task(tx, invitation_id)
    await _record(tx, actor, found, "invitation.condition_filled", fill.condition)


async def take_back(tx: Transaction, actor: Actor, invitation_id: UUID, condition: Condition) -> None:
    """Open a condition again and let go of what was reserved for it; raises NotFound when it is not filled.

    A unit that has meanwhile said yes on the strength of it may have no hours of its own: then it is refused.
    """
    found = await _taken_in_turn(tx, actor, invitation_id)
    async with as_system(tx.connection):
        filled = {
            one.condition: one for one in await fill_queries.select_fills(tx.connection, invitation_id=invitation_id)
        }
        if condition not in filled:
            raise NotFound("This condition is not filled.")
        if (reservation_id := filled[condition].reservation_id) is not None:
            await ledger_queries.update_reservation_released(
                tx.connection, reservation_id=reservation_id, reason="condition_reopened", now=tx.now
            )
        await fill_queries.update_fill_taken_back(
            tx.connection, invitation_id=invitation_id, condition=condition, now=tx.now
        )
    await ledger.settle_answer(tx, actor, invitation_id)
    await _record(tx, actor, found, "invitation.fill_taken_back", condition)


async def _taken_in_turn(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationRow:
    await ledger.take_turn(tx, invitation_id)
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, "fill")
    async with as_system(tx.connection):
        state = await queries.select_inquiry_state(tx.connection, inquiry_id=found.inquiry_id)
    if state not in ("inviting", "collating", "replied"):
        raise Refused(
            "The inquiry is over.",
            extra={"state": state, "available_actions": list(allowed_commands("inquiry", actor.role, state))},
        )
    return found


async def _require_missed(tx: Transaction, found: InvitationRow, condition: Condition) -> None:
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=found.invitation_id)
    missed = () if stored is None or stored.content["answer"] != "yes_if" else stored.content["conditions"]
    if condition not in missed:
        raise Contradiction.at("condition", "The unit's answer does not name this. Read what it misses.")


async def _require_fitting(tx: Transaction, found: InvitationRow, fill: FillCreate) -> None:
    if fill.resource_id is None:
        return
    resource = await fill_queries.select_lending_resource(
        tx.connection, resource_id=fill.resource_id, region_id=found.region_id
    )
    if resource is None:
        raise Contradiction.at("resource_id", "This is no resource of the unit's region. Name one that is.")
    if not fill_rules.fits(fill.condition, resource.kind, resource.nurse_hours_free):
        kinds = " or ".join(f"`{kind}`" for kind in fill_rules.FITTING[fill.condition])
        wanted = f"Name one of kind {kinds}, or none and a note." if kinds else "Leave it out and write a note."
        raise Contradiction.at("resource_id", f"A resource of kind `{resource.kind}` does not give this. {wanted}")


async def _settle_task(tx: Transaction, invitation_id: UUID) -> None:
    """Close the task that asks the office to see whether it can help, once nothing is missed any more."""
    async with as_system(tx.connection):
        standing = await ledger_queries.select_standing(tx.connection, invitation_id=invitation_id)
        if standing is not None and standing.is_filled:
            await settle_office_tasks(tx, kind="review_condition", object_id=invitation_id)


async def _record(tx: Transaction, actor: Actor, found: InvitationRow, action: str, condition: Condition) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="invitation",
        object_id=found.invitation_id,
        region_id=found.region_id,
        details={"condition": condition},
    )
