"""How often somebody may try: counted together, told when to come back, closed when it cannot be counted."""

import asyncio
from typing import Any

import pytest
import redis.asyncio
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import Browser
from tests.accounts.conftest import MakeBrowser
from tests.cast import Cast
from trialport.core.config import Settings, SettingsError
from trialport.core.errors import Busy, TooMany
from trialport.core.limits import Limit, Limits, peer_of, read_networks

THREE = Limit("test", 3, 60)
UNREACHABLE = "redis://127.0.0.1:1/0"


async def test_it_works(settings: Settings) -> None:
    limits = Limits(settings)
    for _ in range(3):
        await limits.count(THREE, "kim")
    with pytest.raises(TooMany) as caught:
        await limits.count(THREE, "kim")
    assert 55 <= int(caught.value.headers["Retry-After"]) <= 60
    await limits.count(THREE, "eve")
    await limits.count(Limit("other", 3, 60), "kim")
    await limits.close()


async def test_many_at_once_get_no_more_than_one_after_another(settings: Settings) -> None:
    """Two processes count together, and no try slips through between reading and writing."""
    first, second = Limits(settings), Limits(settings)
    tries = [one.count(THREE, "crowd") for _ in range(20) for one in (first, second)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 3
    assert sum(isinstance(outcome, TooMany) for outcome in outcomes) == 37
    await first.close()
    await second.close()


async def test_every_count_ends(settings: Settings) -> None:
    limits = Limits(settings)
    await limits.count(Limit("short", 1, 1), "kim")
    with pytest.raises(TooMany):
        await limits.count(Limit("short", 1, 1), "kim")
    valkey: redis.asyncio.Redis = redis.asyncio.Redis.from_url(settings.valkey_url)
    keys = [key async for key in valkey.scan_iter("trialport:limit:*:short:*")]
    assert [0 < await valkey.pttl(key) <= 1000 for key in keys if await valkey.exists(key)]
    assert not any(b"kim" in key for key in keys)
    await asyncio.sleep(1.1)
    await limits.count(Limit("short", 1, 1), "kim")
    await valkey.aclose()
    await limits.close()


async def test_links_are_limited_by_address(browser: MakeBrowser) -> None:
    """The sixth for one address is refused whoever asks, known or not; other addresses go on."""
    for number in range(5):
        assert (await browser(f"192.0.2.{number}").ask_for_link("Many@example.org")).status_code == 303
    answer = await browser("192.0.2.99").ask_for_link("many@EXAMPLE.org")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert "Too many attempts" in answer.text
    assert (await browser("192.0.2.99").ask_for_link("other@example.org")).status_code == 303


async def test_links_are_limited_by_peer(browser: MakeBrowser) -> None:
    one = browser("192.0.2.7")
    for number in range(20):
        assert (await one.ask_for_link(f"p{number}@example.org")).status_code == 303
    assert (await one.ask_for_link("p20@example.org")).status_code == 429
    assert (await browser("192.0.2.8").ask_for_link("p21@example.org")).status_code == 303


async def test_wrong_tokens_are_limited_and_right_ones_are_not(app: Litestar, people: Cast) -> None:
    one = Browser(app, "192.0.2.55").http
    wrong = {"Authorization": "Bearer tp_" + "a" * 43, "Accept": "application/json"}
    statuses = [(await one.get("/api/v1/regions", headers=wrong)).status_code for _ in range(301)]
    assert set(statuses[:300]) == {401}
    assert statuses[300] == 429
    right = {"Authorization": f"Bearer {people.tokens['office']}"}
    assert (await one.get("/api/v1/regions", headers=right)).status_code == 200
    await one.aclose()


async def test_a_forged_address_changes_nothing(settings: Settings) -> None:
    def peer(client: str, forwarded: str, trusted: str) -> str:
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        return peer_of({"client": (client, 1), "headers": headers}, read_networks(trusted))

    assert peer("192.0.2.1", "203.0.113.9", "") == "192.0.2.1"
    assert peer("192.0.2.1", "203.0.113.9", "10.0.0.0/8") == "192.0.2.1"
    assert peer("10.0.0.1", "203.0.113.9", "10.0.0.0/8") == "203.0.113.9"
    # What stands further left was written by the client.
    assert peer("10.0.0.1", "1.2.3.4, 203.0.113.9", "10.0.0.0/8") == "203.0.113.9"
    assert peer("10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "10.0.0.0/8") == "203.0.113.9"
    assert peer("10.0.0.1", "", "10.0.0.0/8") == "10.0.0.1"
    assert peer("10.0.0.1", "rubbish", "10.0.0.0/8") == "unknown"
    assert peer("2001:db8::1", "", "") == peer("2001:db8::2", "", "") == "2001:db8::/64"
    assert peer("::ffff:192.0.2.1", "", "") == "192.0.2.1"
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        read_networks("10.0.0.300")


class TestWithoutValkey:
    """Signing in is closed, machines go on working."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, valkey_url=UNREACHABLE)

    async def test_signing_in_is_closed(self, browser: MakeBrowser) -> None:
        answer = await browser().ask_for_link("kim@example.org")
        assert answer.status_code == 503
        assert "retry-after" in answer.headers

    async def test_it_cannot_be_counted(self, settings: Settings) -> None:
        limits = Limits(settings)
        with pytest.raises(Busy):
            await limits.count(THREE, "kim")
        await limits.close()

    async def test_tokens_work_and_wrong_ones_are_401(self, client: Any) -> None:
        assert (await client("office").get("/api/v1/regions")).status_code == 200
        wrong = {"Authorization": "Bearer tp_" + "a" * 43}
        assert (await client(None).get("/api/v1/regions", headers=wrong)).status_code == 401
