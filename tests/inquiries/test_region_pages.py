"""The front page of a region: for everybody, in bands only."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.inquiries import rules

PAGE = {"Accept": "text/html"}


async def test_it_works(client: Client) -> None:
    nobody = client(None)
    regions = await nobody.get("/regions", headers=PAGE)
    assert 'href="/regions/TST"' in regions.text
    page = await nobody.get("/regions/tst", headers=PAGE)
    assert page.status_code == 200
    assert "10 working days" in page.text
    assert "not enough replies yet" in page.text
    assert "Respiratory diseases" in page.text
    assert 'href="/inquiries/new?region=TST"' in page.text
    assert 'href="/regions"' in (await nobody.get("/", headers=PAGE)).text


async def test_anonymous_sees_bands_and_no_unit(client: Client, people: Cast) -> None:
    """Two units take trials, with three participants a month each: neither number may be read from the page."""
    page = (await client(None).get("/regions/TST", headers=PAGE)).text
    assert "fewer than 5</td>" in page
    assert "too few to show" in page
    for hidden in ("<td>2</td>", "<td>6", "Unit lung", "Demo lung", *(str(one) for one in people.units.values())):
        assert hidden not in page


async def test_an_unknown_region_is_404(client: Client) -> None:
    for code in ("NOWHER", "T" * 300, "%00", "tst'--"):
        assert (await client(None).get(f"/regions/{code}", headers=PAGE)).status_code in (400, 404)


async def test_answer_times_are_those_of_the_last_year(client: Client, connection: asyncpg.Connection) -> None:
    made = [UUID((await submit(client))["inquiry_id"]) for _ in range(6)]
    monday = datetime.now(UTC).replace(hour=9) - timedelta(days=datetime.now(UTC).weekday() + 14)

    async def reply(inquiry_id: UUID, submitted_at: datetime, days: int) -> None:
        await connection.execute(
            "update inquiry set state = 'replied', submitted_at = $2, replied_at = $3 where inquiry_id = $1",
            inquiry_id,
            submitted_at,
            submitted_at + timedelta(days=days),
        )

    for inquiry_id in made[:4]:
        await reply(inquiry_id, monday, 1)
    await reply(made[5], monday - timedelta(days=500), 30)
    assert "not enough replies yet" in (await client(None).get("/regions/TST", headers=PAGE)).text
    await reply(made[4], monday, 4)
    page = (await client(None).get("/regions/TST", headers=PAGE)).text
    for days in (1, 4):
        # A holiday may lie in that week.
        counted = rules.working_days_left((monday + timedelta(days=days)).date(), monday.date(), "SE")
        assert f"<dd>{counted} working day" in page


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([1], 0.5, 1), ([1, 2, 3, 4], 0.5, 2), ([5, 1, 3], 0.9, 5), (list(range(10)), 0.9, 8)],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[int], share: float, found: int) -> None:
    assert rules.percentile(values, share) == found
