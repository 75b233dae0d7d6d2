"""The register as pages of the trial office: units and capacities with staleness, people, resources."""

from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.edge import AppSettings, Tx
from trialport.core.front_pages import own_address
from trialport.core.pages import render_page
from trialport.units import office_service, register_labels, stale_service
from trialport.units.api import AreaCode
from trialport.units.office_models import RegisterFilter
from trialport.vocabulary import labels as words

Text = Annotated[str, QueryParameter(max_length=100)]
PageNumber = Annotated[str, QueryParameter(name="page", max_length=6)]
UnitId = Annotated[UUID, PathParameter()]
ResourceId = Annotated[UUID, PathParameter()]
READS: dict[str, Any] = {**may("register", "read"), "filters": True}
READS_NAMES: dict[str, Any] = {**READS, "records_reading": True}
# A training that ends within this time is worth a word.
_SOON = timedelta(days=60)


@get("/register", opt=READS)
async def show_register(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    site: Text = "",
    kind: Text = "",
    therapy_area: Text = "",
    name: Text = "",
    stale: Text = "",
    sort: Text = "",
    page: PageNumber = "",
    asked: Text = "",
) -> Response[str]:
    """Show units with their capacities; the filter stands in the address."""
    form = {"site": site, "kind": kind, "therapy_area": therapy_area, "name": name.strip(), "stale": stale}
    form["sort"] = sort if sort in register_labels.SORTS and sort != "name" else ""
    form = {field: value for field, value in form.items() if value}
    wanted = RegisterFilter(
        site_id=_identifier(site),
        kind=kind if kind in register_labels.UNIT_KINDS else None,
        therapy_area=therapy_area if therapy_area in words.THERAPY_AREAS else None,
        name=name.strip() or None,
        only_stale=bool(stale),
        sort=sort if sort in ("stale", "load") else "name",  # type: ignore[arg-type]
    )
    values = {
        "register": await office_service.read_register(tx, actor, wanted, _number(page)),
        "form": form,
        "faults": {},
        "filter_query": urlencode(form),
        "asked": asked,
        "now": tx.now,
        "ask_every": stale_service.ASK_EVERY,
    }
    return _page(request, "units/register.html", values, block="units")


@post(
    "/register/units/{unit_id:uuid}/capacities/{therapy_area:str}/ask",
    opt={**may("register", "ask_to_confirm"), "form": True},
    status_code=303,
)
async def ask_to_confirm(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, unit_id: UnitId, therapy_area: AreaCode
) -> Response[None]:
    """Ask the owner of a capacity whether it still holds; the page that follows says what became of it."""
    return_to = own_address((await read_form(request)).get("return_to", "/register"))
    result = await stale_service.ask_to_confirm(tx, settings, actor, unit_id, therapy_area)
    path, _, query = return_to.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("asked="))
    return go_to(f"{path}?{kept}{'&' if kept else ''}asked={result}")


@post("/register/ask", opt={**may("register", "ask_to_confirm"), "form": True}, status_code=303)
async def ask_all_to_confirm(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[None]:
    """Ask the owners of everything that is stale and not asked about lately."""
    await read_form(request)
    count = await stale_service.ask_all_stale(tx, settings, actor)
    return go_to(f"/register?stale=on&asked={'all' if count else 'none'}")


@get("/register/units/{unit_id:uuid}", opt=READS_NAMES)
async def show_unit(request: PageRequest, tx: Tx, actor: Caller, unit_id: UnitId, asked: Text = "") -> Response[str]:
    """Show everything about one unit."""
    values = {
        "file": await office_service.read_unit_file(tx, actor, unit_id),
        "asked": asked,
        "now": tx.now,
        "today": tx.today,
        "soon": tx.today + _SOON,
        "ask_every": stale_service.ASK_EVERY,
    }
    return _page(request, "units/unit.html", values)


@get("/register/resources", opt=READS)
async def show_resources(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show the shared resources and what is free of them."""
    return _page(request, "units/resources.html", {"resources": await office_service.read_resources(tx, actor)})


@get("/register/resources/{resource_id:uuid}", opt=READS)
async def show_resource(request: PageRequest, tx: Tx, actor: Caller, resource_id: ResourceId) -> Response[str]:
    """Show a resource and its ledger."""
    return _page(
        request, "units/resource.html", {"file": await office_service.read_resource_file(tx, actor, resource_id)}
    )


def _page(request: PageRequest, template: str, values: dict[str, Any], *, block: str | None = None) -> Response[str]:
    shared = {"labels": register_labels, "words": words}
    return render_page(request, template, shared | values, block=block)


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[
        show_register,
        ask_to_confirm,
        ask_all_to_confirm,
        show_unit,
        show_resources,
        show_resource,
    ],
)
