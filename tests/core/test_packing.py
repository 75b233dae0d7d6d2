"""Pages packed on the way: as they were once unpacked, of no telling length, and only where the client takes it."""

import gzip

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from trialport.accounts.csrf import is_token, mask_token
from trialport.core.config import Settings
from trialport.core.packing import accepts_packed, pack

PAGE = "/accessibility"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.mark.parametrize(
    ("sent", "takes"),
    [
        (b"gzip", True),
        (b"br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
        (b"deflate,gzip ; q=0.001", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.00", False),
        (b"x-gzip, identity", False),
        (b"", False),
    ],
)
def test_who_takes_it(sent: bytes, takes: bool) -> None:  # noqa: FBT001
    assert accepts_packed(sent) == takes


@pytest.mark.parametrize("body", [b"", b"a", b"page" * 50_000])
def test_it_unpacks_to_what_it_was_and_its_length_varies(body: bytes) -> None:
    packed = [pack(body) for _ in range(50)]
    assert {gzip.decompress(one) for one in packed} == {body}
    assert len({len(one) for one in packed}) > 10


async def test_it_works(app: Litestar) -> None:
    browser = Browser(app)
    plain = await browser.get(PAGE, headers={"Accept-Encoding": "identity"})
    packed = await browser.get(PAGE, headers={"Accept-Encoding": "gzip, deflate"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "Accept-Encoding" in packed.headers["vary"].split(", ")
    assert packed.headers["vary"] == plain.headers["vary"]
    assert "</html>" in packed.text
    missing = await browser.get("/nothing", headers={"Accept-Encoding": "gzip"})
    assert (missing.status_code, missing.headers["content-encoding"]) == (404, "gzip")
    await browser.http.aclose()


async def test_what_is_no_page_and_the_head_alone_are_not_packed(app: Litestar) -> None:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=SITE, headers={"Accept-Encoding": "gzip"}) as http:
        assert "content-encoding" not in (await http.get("/health/live")).headers
        head = await http.head(PAGE, headers={"Accept": "text/html"})
        assert "content-encoding" not in head.headers
        assert "Accept-Encoding" in head.headers["vary"]


async def test_a_token_is_written_in_another_way_each_time_and_holds(app: Litestar) -> None:
    browser = Browser(app)
    first, second = await browser.token_on("/sign-in"), await browser.token_on("/sign-in")
    assert first != second
    for token in (first, second):
        headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
        form = {"csrf_token": token, "language": "sv", "return_to": "/"}
        assert (await browser.http.post("/language", data=form, headers=headers)).status_code == 303
        form["csrf_token"] = token[:-4] + "AAA="
        assert (await browser.http.post("/language", data=form, headers=headers)).status_code == 403
    await browser.http.aclose()


# Masks are drawn anew in each process, so the tests have names of their own.
_NO_TOKENS = {
    "nothing": "",
    "one letter": "A",
    "a group": "AAAA",
    "only padding": "====",
    "another alphabet": "é",
    "too long": "A" * 5000,
    "of another": mask_token("other"),
    "of nothing": mask_token(""),
}


@pytest.mark.parametrize("sent", _NO_TOKENS.values(), ids=_NO_TOKENS)
def test_what_is_no_token(sent: str) -> None:
    assert not is_token(sent, "token")
    assert not is_token(sent, "")


def test_a_token_is_taken_masked_and_plain() -> None:
    assert is_token("token", "token")
    assert is_token(mask_token("token"), "token")
