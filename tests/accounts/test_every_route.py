"""Every route against every person of the cast: closed by default, and nobody reaches what is not hers.

ROUTES (in routes.py) is the one table of who may do what. A route that stands not in it fails, and so does a row
without a route.
"""

from itertools import groupby
from typing import Any, NamedTuple

import asyncpg
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.accounts.reach import PEOPLE, REACH
from tests.accounts.routes import ADMIN_MUST_NAME_A_REGION, ROUTES
from tests.cast import Cast
from tests.conftest import Client
from trialport.accounts.service import hash_token

OPEN = {
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/"),
    ("GET", "/accessibility"),
    ("GET", "/privacy"),
    ("GET", "/regions"),
    ("GET", "/regions/{code}"),
    ("GET", "/static/{file_name}"),
    ("POST", "/language"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/sign-in/sent"),
    ("GET", "/answer/{signed}"),
    ("POST", "/answer/{signed}"),
    ("POST", "/answer/{signed}/capacity"),
    ("GET", "/still-right/{signed}"),
    ("POST", "/still-right/{signed}"),
    ("GET", "/still-right/{signed}/{unit_id}/{therapy_area}"),
    ("POST", "/still-right/{signed}/{unit_id}/{therapy_area}"),
    ("POST", "/still-right/{signed}/{unit_id}/{therapy_area}/pause"),
    ("GET", "/sign-off/{signed}"),
    ("POST", "/sign-off/{signed}"),
    ("GET", "/sign-in/link/{secret}"),
    ("POST", "/sign-in/link/{secret}"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
}


def handled_routes(app: Litestar) -> dict[tuple[str, str], Any]:
    """Return every handler by method and path; OPTIONS comes with each path from the framework."""
    return {
        (method, route.path_format): handler
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if method != "OPTIONS"
    }


class Probe(NamedTuple):
    """One request and the statuses that answer it rightly."""

    key: tuple[str, str]
    who: str | None
    parameters: dict[str, str]
    wanted: int


async def asked(client: Client, probe: Probe) -> int:
    row = ROUTES[probe.key]
    method, path = probe.key
    body = None if row.body is None else row.body()
    answer = await client(probe.who).request(
        method, path.format(**probe.parameters) + row.query, json=body, content=row.text, headers=row.headers
    )
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["status"] == answer.status_code
    return answer.status_code


async def wrong(client: Client, probes: list[Probe]) -> list[str]:
    """Ask them all; returns those answered otherwise than wanted."""
    return [
        f"{' '.join(probe.key)} as {probe.who} {probe.parameters}: {status}, wanted {probe.wanted}"
        for probe in probes
        if (status := await asked(client, probe)) != probe.wanted
    ]


async def test_the_table_holds_every_route(app: Litestar) -> None:
    assert handled_routes(app).keys() == ROUTES.keys()


def test_the_table_holds_every_person(people: Cast) -> None:
    assert people.tokens.keys() == PEOPLE.keys()


async def test_a_route_is_open_names_its_roles_or_is_closed(app: Litestar) -> None:
    handlers = handled_routes(app)
    assert {key for key, row in ROUTES.items() if row.is_open} == {
        *OPEN,
        ("GET", "/schema/openapi.json"),
    }
    marked = {key for key, handler in handlers.items() if handler.opt.get("open")}
    assert marked == OPEN
    named = {key: frozenset(handler.opt.get("roles", ())) for key, handler in handlers.items()}
    assert named == {key: row.roles for key, row in ROUTES.items()}


async def test_every_person_gets_what_the_table_says(client: Client, objects: Any, register: dict[str, str]) -> None:
    probes = []
    for key, row in ROUTES.items():
        for who, role in PEOPLE.items():
            if row.is_open:
                wanted = row.ok
            elif role not in row.roles:
                wanted = 403
            elif who == "admin" and key in ADMIN_MUST_NAME_A_REGION:
                wanted = 422
            else:
                wanted = row.ok
            if row.about is None or role not in row.roles:
                probes.append(Probe(key, who, register, wanted))
                continue
            probes += [
                Probe(key, who, parameters, wanted if who in REACH[row.about][name] else 404)
                for name, parameters in objects[row.about].items()
            ]
    assert await wrong(client, probes) == []
    assert len(probes) > 500


async def test_no_token_opens_nothing(client: Client, register: dict[str, str]) -> None:
    probes = [Probe(key, None, register, row.ok if row.is_open else 401) for key, row in ROUTES.items()]
    assert await wrong(client, probes) == []


async def test_a_revoked_token_opens_nothing(
    client: Client, register: dict[str, str], connection: asyncpg.Connection, people: Cast
) -> None:
    assert (await client("admin").get("/api/v1/regions")).status_code == 200
    await connection.execute(
        "update access_token set revoked_at = now() where token_hash = $1", hash_token(people.tokens["admin"])
    )
    probes = [Probe(key, "admin", register, row.ok if row.is_open else 401) for key, row in ROUTES.items()]
    assert await wrong(client, probes) == []


async def test_a_made_up_token_opens_nothing(client: Client) -> None:
    for authorization in (
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer tp_",
        "Bearer tp_" + "a" * 43,
        "Bearer " + "a" * 5000,
        "Basic dXNlcjpwYXNz",
        "tp_token-without-scheme",
        "Bearer tp_' or true --",
    ):
        answer = await client(None).get("/api/v1/regions", headers={"Authorization": authorization})
        assert answer.status_code == 401, authorization
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:trialport:problem:not-signed-in"


async def test_a_token_is_not_taken_from_the_address(client: Client, people: Cast) -> None:
    token = people.tokens["admin"]
    for address in (f"/api/v1/regions?token={token}", f"/api/v1/regions?access_token={token}"):
        assert (await client(None).get(address)).status_code == 401
    client_with_cookie = client(None)
    client_with_cookie.cookies.set("token", token)
    assert (await client_with_cookie.get("/api/v1/regions")).status_code == 401


async def test_open_addresses_open_nothing_beside_them(client: Client) -> None:
    """An exception for one address must not be found inside another (a prefix, a suffix, a detour)."""
    for address in (
        "/health",
        "/health/live/x",
        "/health/live/../../api/v1/regions",
        "/api/v1/regions/health/live",
        "/api/v1/units/schema/openapi.json",
        "/api/v1/regions?next=/schema/openapi.json",
        "/schema/openapi.jsonx",
        "/schema/openapi.yaml",
        "/schema/swagger",
        "/schema",
        "//health/live",
        "/api/v1/health/live",
    ):
        answer = await client(None).get(address)
        assert answer.status_code in (401, 404), address
        assert "paths" not in answer.text


async def test_other_methods_open_nothing(client: Client, register: dict[str, str]) -> None:
    """A path answers the methods of the table only; the rest is refused for whoever asks."""
    paths = {path: {method for method, _ in group} for path, group in groupby(sorted(ROUTES, key=_path), key=_path)}
    for path, methods in paths.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - methods:
            for who in (None, "admin"):
                answer = await client(who).request(method, path.format(**register))
                assert answer.status_code in (401, 403, 404, 405), (method, path, who)


async def test_head_asks_for_the_same_right_as_get(client: Client, register: dict[str, str]) -> None:
    for (method, path), row in ROUTES.items():
        if method == "GET":
            for who in (None, "management"):
                answer = await client(who).head(path.format(**register))
                allowed = row.is_open or (who is not None and PEOPLE[who] in row.roles)
                assert answer.status_code in ((200, 404, 405, row.ok) if allowed else (401, 403, 405)), (path, who)
                assert answer.content == b""


async def test_options_tells_nothing_but_methods(client: Client, register: dict[str, str]) -> None:
    for _, path in ROUTES:
        for who in (None, "sponsor", "admin"):
            answer = await client(who).options(path.format(**register))
            assert answer.status_code < 500, (path, who, answer.text)
            assert answer.status_code >= 400 or answer.text == "", (path, who)
            assert "access-control-allow-origin" not in answer.headers


def _path(key: tuple[str, str]) -> str:
    return key[1]
