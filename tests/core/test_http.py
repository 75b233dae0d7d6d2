"""The strict edge without a database: bodies, words, the gateway and its log line."""

import json
import logging
from datetime import date
from typing import Annotated, Any, Literal

import httpx
import pytest
from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from trialport.core import http
from trialport.core.errors import BadInput, Busy, Problem
from trialport.core.fields import NOT_BLANK
from trialport.core.gateway import Gateway
from trialport.core.json_body import decode_json


class Inner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=3, pattern=NOT_BLANK)]
    starts_on: date | None = None


class Outer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=10)]
    share: Annotated[float, Meta(ge=0)] = 0.0
    kind: Literal["a", "b"] | None = None
    inner: Inner | None = None
    many: Annotated[tuple[Inner, ...], Meta(max_length=2)] = ()
    named: dict[Literal["x"], Inner] = {}
    code: Annotated[Annotated[str, Meta(pattern="^[A-Z]$")] | None, Meta(examples=["Q"])] = None


def faults(body: Any) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(BadInput) as caught:
        decode_json(raw, Outer)
    assert caught.value.detail
    return {one.path: one.message for one in caught.value.errors}


def test_a_good_body_is_read() -> None:
    read = decode_json(b'{"count": 2, "inner": {"name": "abc", "starts_on": "2026-02-28"}}', Outer)
    assert read == Outer(count=2, inner=Inner(name="abc", starts_on=date(2026, 2, 28)))


def test_a_whole_number_may_have_a_point_but_no_decimals() -> None:
    assert decode_json(b'{"count": 2.0}', Outer).count == 2
    assert faults({"count": 2.5}) == {"count": "Send a whole number, without decimals."}


def test_every_fault_is_told_at_once_by_its_place() -> None:
    assert faults(
        {
            "count": "1",
            "kind": "c",
            "inner": {"name": "", "starts_on": "2026-02-30"},
            "many": [{"name": "abcd"}, {"nane": "x"}],
            "named": {"y": {"name": " "}},
            "code": "q",
            "shar": 1,
        }
    ) == {
        "count": "Send a whole number, not text.",
        "kind": "Unknown code. Send one of: a, b.",
        "inner.name": "Send at least 1 character.",
        "inner.starts_on": "Send a day that exists, as YYYY-MM-DD.",
        "many[0].name": "Send at most 3 characters.",
        "many[1].name": "This field is required.",
        "many[1].nane": "There is no such field. Did you mean `name`?",
        "named.y": "Unknown code. Send one of: x.",
        "named.y.name": "Send more than blanks.",
        "code": "Write it like `Q`.",
        "shar": "There is no such field. Did you mean `share`?",
    }


def test_limits_are_told() -> None:
    assert faults({"count": 0, "share": -1, "many": [{"name": "a"}] * 3}) == {
        "count": "Send 1 or more.",
        "share": "Send 0 or more.",
        "many": "Send at most 2 items.",
    }


def test_a_value_is_never_repeated() -> None:
    with pytest.raises(BadInput) as caught:
        decode_json(b'{"count": 1, "kind": "VERY-SECRET", "code": "VERY-SECRET"}', Outer)
    assert "VERY-SECRET" not in repr((caught.value.detail, caught.value.errors))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"null", "an object"),
        (b"[1]", "an object"),
        (b"{", "not valid JSON"),
        (b'{"count": 1} x', "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"count": NaN}', "not a JSON number"),
        (b'{"count": -Infinity}', "not a JSON number"),
        (b'{"share": 1e999}', "too large"),
        (b'{"count": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"count": "\xff"}', "not UTF-8"),
        (b'{"code": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"code": "a\x00"}', "not valid JSON"),
    ],
)
def test_what_is_no_json_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_json(body, Outer)
    assert words in caught.value.detail


def test_doubles_nuls_and_half_characters_are_refused_by_their_place() -> None:
    assert faults(b'{"count": 1, "count": 2}').keys() == {"count"}
    assert faults(b'{"count": 1, "inner": {"name": "a", "name": "b"}}').keys() == {"name"}
    assert faults(b'{"count": 1, "inner": {"name": "a\\u0000"}}').keys() == {"inner.name"}
    assert faults(b'{"count": 1, "many": [{"name": "\\ud800"}]}').keys() == {"many[0].name"}
    assert faults(b'{"\\ud800": 1, "\\ud800": 2}').keys() == {"?"}
    assert decode_json(b'{"count": 1, "inner": {"name": "\\ud83d\\ude00"}}', Outer).inner.name == "\U0001f600"
    assert decode_json(b'{"count": 1, "inner": {"name": "\\\\u0"}}', Outer).inner.name == "\\u0"


@get("/good/{number:int}")
async def good(number: FromPath[int]) -> dict[str, int]:
    return {"number": number}


@get("/broken")
async def broken() -> None:
    raise RuntimeError("password=hunter2")


@get("/busy")
async def busy() -> None:
    raise Busy


@get("/odd")
async def odd() -> None:
    raise HTTPException("secret detail", status_code=500)


@post("/taken", status_code=200)
async def taken(data: JSONBody[Outer]) -> Outer:
    return data


@pytest.fixture
def edge() -> httpx.AsyncClient:
    app = Litestar(
        [good, broken, busy, odd, taken],
        request_class=http.StrictRequest,
        before_request=http.check_address,
        request_max_body_size=1000,
        exception_handlers={
            Problem: http.answer_problem,
            HTTPException: http.answer_http_exception,
            Exception: http.answer_unforeseen,
        },
        state=State({}),
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = Gateway(app.asgi_handler)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_every_answer_has_its_number_and_safe_headers(edge: httpx.AsyncClient) -> None:
    numbers = set()
    for method, path in (("GET", "/good/1"), ("GET", "/nothing"), ("PUT", "/good/1"), ("GET", "/broken")):
        answer = await edge.request(method, path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        numbers.add(answer.headers["x-request-id"])
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert len(numbers) == 4


async def test_options_head_and_wrong_methods(edge: httpx.AsyncClient) -> None:
    options = await edge.options("/good/1")
    assert (options.status_code, options.headers["allow"], options.content) == (204, "GET, HEAD, OPTIONS", b"")
    head = await edge.head("/good/1")
    assert (head.status_code, head.content) == (200, b"")
    for method in ("PUT", "DELETE", "TRACE", "NONSENSE"):
        wrong = await edge.request(method, "/good/1")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
        assert wrong.json()["type"] == "urn:trialport:problem:method-not-allowed"
    assert (await edge.options("/nothing")).status_code == 404


async def test_our_own_faults_tell_the_log_the_place_and_the_caller_nothing(
    edge: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path in ("/broken", "/odd"):
        answer = await edge.get(path)
        assert answer.status_code == 500
        assert answer.json()["type"] == "urn:trialport:problem:internal"
        assert "hunter2" not in answer.text
        assert "secret" not in answer.text
        line = next(one.getMessage() for one in caplog.records if answer.headers["x-request-id"] in one.getMessage())
        assert f"GET {path} 500" in line
        assert "test_http.py:" in line
    assert "hunter2" not in caplog.text
    assert {one.levelno for one in caplog.records if one.name == "trialport.core.gateway"} == {logging.ERROR}


async def test_busy_says_when_to_come_back(edge: httpx.AsyncClient) -> None:
    answer = await edge.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_the_log_line_has_the_route_but_no_values(
    edge: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await edge.get("/good/4711?person=kim")
    await edge.get("/kim-was-here")
    await edge.post("/taken", json={"count": 1, "code": "K"})
    lines = [one.getMessage() for one in caplog.records if one.name == "trialport.core.gateway"]
    assert len(lines) == 3
    assert lines[0].startswith("GET /good/{number} 400 ")
    assert lines[1].startswith("GET - 404 ")
    assert lines[2].startswith("POST /taken 200 ")
    assert not any(word in line for line in lines for word in ("4711", "kim", "person"))


async def test_unknown_and_doubled_query_parameters_are_refused(edge: httpx.AsyncClient) -> None:
    answer = await edge.get("/good/1?regoin=TST")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "regoin"


async def test_a_large_body_is_taken_in_and_refused(edge: httpx.AsyncClient) -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b"x" * 1000

    for content in (b"x" * 100_000, pieces()):
        answer = await edge.post("/taken", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:trialport:problem:too-large"
