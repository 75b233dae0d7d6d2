"""Views of the queue that a person keeps for herself."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.core.errors import Contradiction, NotFound
from trialport.inquiries import view_queries as queries
from trialport.inquiries.view_queries import SavedView

MOST_VIEWS = 20
LONGEST_NAME = 60
LONGEST_QUERY = 500


async def list_views(tx: Transaction, actor: Actor) -> list[SavedView]:
    """Return a person's own views by name; a machine has none."""
    if actor.person_id is None:
        return []
    return await queries.select_saved_views(tx.connection, person_id=actor.person_id)


async def save_view(tx: Transaction, actor: Actor, name: str, query: str) -> None:
    """Keep the filter of an address under a name.

    Raises Contradiction without a fitting name, for too many views, and for a machine, which has no views.
    """
    if actor.person_id is None:
        raise Contradiction.at("name", "Views are kept for people. Sign in as a person.")
    if not 0 < len(name) <= LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise Contradiction.at("name", f"Give the view a name of at most {LONGEST_NAME} characters.")
    views = await queries.select_saved_views(tx.connection, person_id=actor.person_id)
    if len(views) >= MOST_VIEWS and name not in {view.name for view in views}:
        raise Contradiction.at("name", f"You have {MOST_VIEWS} views. Delete one first.")
    await queries.upsert_saved_view(tx.connection, person_id=actor.person_id, name=name, query=query, now=tx.now)


async def delete_view(tx: Transaction, actor: Actor, saved_view_id: UUID) -> None:
    """Forget a view of one's own; raises NotFound for another's."""
    if actor.person_id is None or not await queries.delete_saved_view(
        tx.connection, person_id=actor.person_id, saved_view_id=saved_view_id
    ):
        raise NotFound("No view of yours here.")
