"""Register and capacity over JSON."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter, RawBody

from trialport.accounts.guards import EVERYONE, Caller, roles
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, IfMatch, IfNoneMatch, Tx, ViewerLanguage
from trialport.core.errors import NotAllowed, NotFound, WrongMediaType
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import etag, expected_revision, found
from trialport.core.paging import Cursor, Limit, NumberCursor, cut_page
from trialport.units import capacity_queries, import_service, queries, service
from trialport.units.import_models import ImportReport
from trialport.units.models import (
    CapacityDetail,
    CapacityHistoryPage,
    CapacityInput,
    CapacityPage,
    CapacityState,
    InvestigatorDetail,
    InvestigatorPage,
    RegionDetail,
    RegionPage,
    ResourceDetail,
    ResourcePage,
    SiteDetail,
    SitePage,
    UnitDetail,
    UnitKind,
    UnitPage,
)
from trialport.vocabulary.codes import CareSetting, ResourceKind, TherapyArea

_EXAMPLE_CSV = "unit,therapy_area,state,participants_per_month\ndemo-uas-lung,respiratory,open,3.5\n"
_EXAMPLE_ID = [Example(value=EXAMPLE_UUID)]
RegionCode = Annotated[
    str | None,
    QueryParameter(description="Code of a region.", pattern="^[A-Z]{2,6}$", examples=[Example(value="UAS")]),
]
RegionId = Annotated[UUID, PathParameter(description="Identifier of the region.", examples=_EXAMPLE_ID)]
SiteId = Annotated[UUID, PathParameter(description="Identifier of the site.", examples=_EXAMPLE_ID)]
UnitId = Annotated[UUID, PathParameter(description="Identifier of the unit.", examples=_EXAMPLE_ID)]
ResourceId = Annotated[UUID, PathParameter(description="Identifier of the resource.", examples=_EXAMPLE_ID)]
InvestigatorId = Annotated[UUID, PathParameter(description="Identifier of the investigator.", examples=_EXAMPLE_ID)]
AreaCode = Annotated[TherapyArea, PathParameter(description="Therapy area.", examples=[Example(value="respiratory")])]
OfUnit = Annotated[UUID | None, QueryParameter(description="Only of this unit.", examples=_EXAMPLE_ID)]
OfArea = Annotated[
    TherapyArea | None,
    QueryParameter(description="Only in this therapy area.", examples=[Example(value="respiratory")]),
]
PERSON_READERS = may("investigator", "read")
CAPACITY_READERS = may("capacity", "read")


@get("/regions", opt=roles(*EVERYONE), summary="List regions")
async def list_regions(tx: Tx) -> RegionPage:
    return RegionPage(items=tuple(await queries.select_regions(tx.connection)))


@get("/regions/{region_id:uuid}", opt=roles(*EVERYONE), summary="Read a region")
async def read_region(tx: Tx, region_id: RegionId) -> RegionDetail:
    return found(await queries.select_region(tx.connection, region_id=region_id))


@get("/sites", opt=roles(*EVERYONE), summary="List sites")
async def list_sites(tx: Tx, region: RegionCode = None, cursor: Cursor = None, limit: Limit = 50) -> SitePage:
    rows = await queries.select_sites(tx.connection, region=region, after=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda site: site.site_id)
    return SitePage(items=items, next_cursor=following)


@get("/sites/{site_id:uuid}", opt=roles(*EVERYONE), summary="Read a site")
async def read_site(tx: Tx, site_id: SiteId) -> SiteDetail:
    return found(await queries.select_site(tx.connection, site_id=site_id))


@get("/units", opt={**roles(*EVERYONE), "errors": (403,)}, summary="List units")
async def list_units(
    tx: Tx,
    actor: Caller,
    region: RegionCode = None,
    kind: Annotated[
        UnitKind | None,
        QueryParameter(description="Kind of unit.", examples=[Example(value="hospital_department")]),
    ] = None,
    care_setting: Annotated[
        CareSetting | None,
        QueryParameter(description="Care setting.", examples=[Example(value="outpatient")]),
    ] = None,
    therapy_area: OfArea = None,
    name: Annotated[
        str | None,
        QueryParameter(description="Part of the name.", min_length=1, max_length=100, examples=[Example(value="Lung")]),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> UnitPage:
    if therapy_area is not None and actor.role == "sponsor_contact":
        # It would name the units behind the candidates, of which a sponsor sees bands only.
        raise NotAllowed("Which units work in a therapy area is not shown to sponsors. Submit an inquiry.")
    rows = await queries.select_units(
        tx.connection,
        region=region,
        kind=kind,
        care_setting=care_setting,
        therapy_area=therapy_area,
        name=name,
        after=cursor,
        limit=limit + 1,
    )
    items, following = cut_page(rows, limit, lambda unit: unit.unit_id)
    return UnitPage(items=items, next_cursor=following)


@get("/units/{unit_id:uuid}", opt=roles(*EVERYONE), summary="Read a unit")
async def read_unit(tx: Tx, unit_id: UnitId) -> UnitDetail:
    return found(await queries.select_unit(tx.connection, unit_id=unit_id))


@get("/resources", opt=roles(*EVERYONE), summary="List resources")
async def list_resources(
    tx: Tx,
    actor: Caller,
    region: RegionCode = None,
    kind: Annotated[
        ResourceKind | None,
        QueryParameter(description="Kind of resource.", examples=[Example(value="biobank")]),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ResourcePage:
    rows = await queries.select_resources(
        tx.connection, actor=actor, region=region, kind=kind, after=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda resource: resource.resource_id)
    return ResourcePage(items=items, next_cursor=following)


@get("/resources/{resource_id:uuid}", opt=roles(*EVERYONE), summary="Read a resource")
async def read_resource(tx: Tx, actor: Caller, resource_id: ResourceId) -> ResourceDetail:
    return found(await queries.select_resource(tx.connection, actor=actor, resource_id=resource_id))


@get(
    "/investigators",
    opt={**PERSON_READERS, "records_reading": True},
    summary="List investigators in your scope",
)
async def list_investigators(
    tx: Tx, actor: Caller, unit_id: OfUnit = None, cursor: Cursor = None, limit: Limit = 50
) -> InvestigatorPage:
    rows = await queries.select_investigators(
        tx.connection, actor=actor, unit_id=unit_id, after=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda person: person.investigator_id)
    await service.note_listed_names(tx, actor, items)
    return InvestigatorPage(items=items, next_cursor=following)


@get(
    "/investigators/{investigator_id:uuid}",
    opt={**PERSON_READERS, "records_reading": True},
    summary="Read an investigator in your scope",
)
async def read_investigator(tx: Tx, actor: Caller, investigator_id: InvestigatorId) -> InvestigatorDetail:
    person = found(await queries.select_investigator(tx.connection, actor=actor, investigator_id=investigator_id))
    await service.note_read_name(tx, actor, person)
    return person


@get("/capacities", opt=CAPACITY_READERS, summary="List capacity records in your scope")
async def list_capacities(
    tx: Tx,
    actor: Caller,
    unit_id: OfUnit = None,
    therapy_area: OfArea = None,
    capacity_state: Annotated[
        CapacityState | None,
        QueryParameter(name="state", description="State of the record.", examples=[Example(value="open")]),
    ] = None,
    stale: Annotated[
        bool | None, QueryParameter(description="Whether past `valid_until`.", examples=[Example(value=True)])
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> CapacityPage:
    rows = await capacity_queries.select_capacities(
        tx.connection,
        actor=actor,
        unit_id=unit_id,
        therapy_area=therapy_area,
        state=capacity_state,
        stale=stale,
        today=tx.today,
        after=cursor,
        limit=limit + 1,
    )
    items, following = cut_page(rows, limit, lambda capacity: capacity.capacity_id)
    return CapacityPage(items=tuple(service.with_actions(actor, one) for one in items), next_cursor=following)


@get("/units/{unit_id:uuid}/capacities", opt=CAPACITY_READERS, summary="List a unit's capacity records")
async def list_unit_capacities(
    tx: Tx, actor: Caller, unit_id: UnitId, cursor: Cursor = None, limit: Limit = 50
) -> CapacityPage:
    if await capacity_queries.select_unit_in_scope(tx.connection, actor=actor, unit_id=unit_id) is None:
        raise NotFound("No unit of yours here. Check the unit.")
    rows = await capacity_queries.select_capacities(
        tx.connection,
        actor=actor,
        unit_id=unit_id,
        therapy_area=None,
        state=None,
        stale=None,
        today=tx.today,
        after=cursor,
        limit=limit + 1,
    )
    items, following = cut_page(rows, limit, lambda capacity: capacity.capacity_id)
    return CapacityPage(items=tuple(service.with_actions(actor, one) for one in items), next_cursor=following)


@get(
    "/units/{unit_id:uuid}/capacities/{therapy_area:str}",
    opt=CAPACITY_READERS,
    response_headers=[ETAG],
    summary="Read a unit's capacity in one therapy area",
)
async def read_capacity(tx: Tx, actor: Caller, unit_id: UnitId, therapy_area: AreaCode) -> Response[CapacityDetail]:
    return _capacity_response(await service.read_capacity(tx, actor, unit_id, therapy_area))


@put(
    "/units/{unit_id:uuid}/capacities/{therapy_area:str}",
    opt={**may("capacity", "change"), "errors": (428,)},
    response_headers=[ETAG],
    responses={201: ResponseSpec(CapacityDetail, generate_examples=False)},
    summary="Write a unit's capacity in one therapy area",
    description="Replaces the whole record; send its ETag in If-Match, or `If-None-Match: *` to create it. "
    "What is written counts as confirmed today.",
)
async def write_capacity(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    unit_id: UnitId,
    therapy_area: AreaCode,
    data: JSONBody[CapacityInput],
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response[CapacityDetail]:
    create = if_match is None and if_none_match is not None
    capacity = await service.record_capacity(
        tx,
        settings,
        actor,
        unit_id,
        therapy_area,
        data,
        expected=None if create else expected_revision(if_match),
        create=create,
    )
    return _capacity_response(capacity, 201 if create else 200)


@post(
    "/units/{unit_id:uuid}/capacities/{therapy_area:str}/confirm",
    opt=may("capacity", "confirm"),
    response_headers=[ETAG],
    status_code=200,
    summary="Confirm a capacity unchanged",
    description="Renews `valid_until`. If-Match is optional here: nothing but the confirmation is written.",
)
async def confirm_capacity(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    unit_id: UnitId,
    therapy_area: AreaCode,
    if_match: IfMatch = None,
) -> Response[CapacityDetail]:
    expected = None if if_match is None else expected_revision(if_match)
    return _capacity_response(
        await service.confirm_capacity(tx, settings, actor, unit_id, therapy_area, expected=expected)
    )


@get(
    "/units/{unit_id:uuid}/capacities/{therapy_area:str}/history",
    opt=CAPACITY_READERS,
    summary="Read a capacity's history, newest first",
)
async def read_capacity_history(
    tx: Tx,
    actor: Caller,
    unit_id: UnitId,
    therapy_area: AreaCode,
    cursor: NumberCursor = None,
    limit: Limit = 50,
) -> CapacityHistoryPage:
    rows = await service.list_capacity_history(
        tx, actor, unit_id, therapy_area, before_revision=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda change: change.revision)
    return CapacityHistoryPage(items=items, next_cursor=following)


@post(
    "/capacities/import",
    opt={**may("capacity", "import"), "body": "text/csv", "body_example": _EXAMPLE_CSV},
    status_code=200,
    summary="Import capacity from a CSV file",
    description="At most 5,000 rows in UTF-8, with `,` or `;` between the cells; docs/capacity-import.md describes "
    "the columns. All rows are written, or none while one has an error; what is written counts as confirmed today.",
)
async def import_capacities(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    language: ViewerLanguage,
    request: Request[Any, Any, State],
    body: RawBody,
    *,
    dry_run: Annotated[
        bool,
        QueryParameter(
            description="Only report what would happen; send `false` to write.", examples=[Example(value=True)]
        ),
    ] = True,
) -> ImportReport:
    if request.content_type[0] != "text/csv":
        raise WrongMediaType("Send the file as text/csv.")
    if request.content_type[1].get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise WrongMediaType("Send the file in UTF-8.")
    return await import_service.import_capacities(tx, settings, actor, body, dry_run=dry_run, language=language)


def _capacity_response(capacity: CapacityDetail, status_code: int = 200) -> Response[CapacityDetail]:
    return Response(capacity, status_code=status_code, headers={"ETag": etag(capacity.revision)})


router = Router(
    path="/",
    tags=["register"],
    route_handlers=[
        list_regions,
        read_region,
        list_sites,
        read_site,
        list_units,
        read_unit,
        list_resources,
        read_resource,
        list_investigators,
        read_investigator,
        list_capacities,
        list_unit_capacities,
        read_capacity,
        write_capacity,
        confirm_capacity,
        read_capacity_history,
        import_capacities,
    ],
)
