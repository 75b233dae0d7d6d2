"""The front page of a region, open to everybody: what it is strong in, how fast it answers, how to ask."""

from typing import Any

from litestar import Response, Router, get
from litestar.params import FromPath

from trialport.accounts.signin_pages import OPEN, PageRequest
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.pages import page_language, render_page
from trialport.core.remembered import Remembered
from trialport.inquiries.answer_time import read_answer_time
from trialport.units import capacity_overview, region_text_service
from trialport.units.models import RegionDetail
from trialport.vocabulary import labels

_BANDS = ("50+", "20-49", "10-19", "5-9", "<5", "0")


@get("/regions", opt=OPEN)
async def show_regions(request: PageRequest, tx: Tx) -> Response[str]:
    """List the regions that can be asked."""
    regions = await capacity_overview.list_public_regions(tx)
    return render_page(request, "inquiries/regions.html", {"regions": regions})


@get("/regions/{code:str}", opt=OPEN)
async def show_region(request: PageRequest, tx: Tx, code: FromPath[str]) -> Response[str]:
    """Show a region in bands: no unit, no person and no small number stands here."""
    region = await capacity_overview.find_public_region(tx, code)
    remembered: Remembered = request.app.state.front_figures
    values = {
        "region": region,
        **await remembered.figures(region.region_id, tx.now, lambda: _figures(tx, region)),
        "labels": labels,
        "own_words": await region_text_service.read_front_text(tx, region.region_id, page_language(request)),
    }
    return render_page(request, "inquiries/region.html", values)


async def _figures(tx: Transaction, region: RegionDetail) -> dict[str, Any]:
    """Add up all capacities of the region and measure its replies, which takes far longer than to show them."""
    areas = await capacity_overview.read_areas(tx, region.region_id)
    reach = await capacity_overview.read_reach(tx, region.region_id)
    return {
        "areas": sorted(areas, key=lambda area: (_BANDS.index(area.units), area.therapy_area)),
        "reach": reach,
        "activities": sorted(reach.dct_activities.items(), key=lambda one: (_BANDS.index(one[1]), one[0])),
        "answer_time": await read_answer_time(tx, region),
    }


router = Router(path="/", include_in_schema=False, route_handlers=[show_regions, show_region])
