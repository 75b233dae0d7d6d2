"""Objecting to being proposed, over JSON."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, post
from msgspec import Meta, Struct

from trialport.accounts.guards import ONESELF, Caller, roles
from trialport.core.edge import AppSettings, Tx
from trialport.units.objection_service import set_objection

OBJECTING = {**roles("investigator", "unit_head"), **ONESELF}


class ObjectionDetail(Struct, frozen=True, kw_only=True):
    """Whether you object to being proposed."""

    objected_at: Annotated[
        datetime | None,
        Meta(description="Since when (UTC); null when you do not.", examples=["2026-11-21T09:00:00Z"]),
    ]


@post(
    "/me/objection",
    opt={**OBJECTING, "errors": (404,)},
    status_code=200,
    summary="Object to being proposed as an investigator",
    description="From now on lists of investigators leave you out and your training no longer counts for your unit; "
    "the unit's capacity stays. Your entry stays readable to the office, so that it can see that you object.",
)
async def object_to_proposals(tx: Tx, settings: AppSettings, actor: Caller) -> ObjectionDetail:
    return ObjectionDetail(objected_at=await set_objection(tx, settings, actor, objects=True))


@delete(
    "/me/objection",
    opt={**OBJECTING, "errors": (404,)},
    status_code=200,
    summary="Withdraw your objection",
)
async def withdraw_objection(tx: Tx, settings: AppSettings, actor: Caller) -> ObjectionDetail:
    return ObjectionDetail(objected_at=await set_objection(tx, settings, actor, objects=False))


router = Router(path="/", tags=["own data"], route_handlers=[object_to_proposals, withdraw_objection])
