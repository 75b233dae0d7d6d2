"""Pages without a database: rendering, blocks, failures for browsers, the security headers and the static files."""

import re
from typing import Any

import httpx
import pytest
from jinja2 import UndefinedError
from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from trialport.core import front_pages, http
from trialport.core.config import Settings
from trialport.core.error_pages import prefers_page
from trialport.core.errors import Busy, Problem
from trialport.core.front_pages import own_address
from trialport.core.gateway import Gateway
from trialport.core.language import chosen_language
from trialport.core.pages import environment, render_block, render_page
from trialport.core.security_headers import content_security_policy
from trialport.core.static_files import manifest, read_static_file, static_url

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ERRORS = (400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 429, 500, 503)


@get("/fails/{status:int}", opt={"open": True})
async def fail(status: FromPath[int]) -> None:
    kind = next((one for one in Problem.__subclasses__() if one.status == status), None)
    if status == 503:
        raise Busy("secret detail")
    if kind is None:
        raise RuntimeError("secret detail")
    raise kind("secret detail", headers={"Retry-After": "130"} if status == 429 else None)


@get("/framed", opt={"open": True})
async def framed() -> Response[str]:
    return Response("x", headers={"Content-Security-Policy": "sandbox"}, media_type="text/plain")


@get("/forgotten", opt={"open": True})
async def forget(request: Request[Any, Any, State]) -> Response[str]:
    return render_page(request, "front/privacy.html", {"operator": "", "contact_email": ""})


@pytest.fixture
def edge() -> httpx.AsyncClient:
    settings = Settings(
        database_url="postgresql://nobody@nowhere/db", valkey_url="redis://nowhere", contact_email="ask@example.org"
    )
    app = Litestar(
        [*front_pages.HANDLERS, read_static_file, fail, framed, forget],
        request_class=http.StrictRequest,
        before_request=http.check_address,
        exception_handlers={
            Problem: http.answer_problem,
            HTTPException: http.answer_http_exception,
            Exception: http.answer_unforeseen,
        },
        # Nobody has signed in here, so nothing is looked up.
        dependencies={"open_transaction": Provide(lambda: None, sync_to_thread=False)},
        state=State({"settings": settings, "start_facts": {}}),
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = Gateway(app.asgi_handler)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=BROWSER)


async def test_every_answer_says_what_a_browser_may_do_with_it(edge: httpx.AsyncClient) -> None:
    for path in ("/", "/privacy", "/nothing", "/fails/500", static_url("pages.js")):
        headers = (await edge.get(path)).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["strict-transport-security"].startswith("max-age=63072000")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers.get_list("cache-control") == [
            "public, max-age=31536000, immutable" if path.startswith("/static/") else "no-store"
        ]


async def test_a_route_may_send_a_stricter_policy_of_its_own(edge: httpx.AsyncClient) -> None:
    assert (await edge.get("/framed")).headers.get_list("content-security-policy") == ["sandbox"]
    assert "form-action 'self' https://id.example.org;" in content_security_policy(
        form_action="'self' https://id.example.org"
    )


def test_no_template_holds_script_style_or_handlers() -> None:
    """The policy would refuse them, so a template that has one is broken."""
    loader = environment("en").loader
    assert loader is not None
    names = loader.list_templates()
    assert "base.html" in names
    for name in names:
        source = loader.get_source(environment("en"), name)[0]
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)|\|\s*safe\b", source), name


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("language", ["en", "sv", "da"])
async def test_a_browser_gets_a_page_that_tells_no_details(edge: httpx.AsyncClient, status: int, language: str) -> None:
    answer = await edge.get(f"/fails/{status}", headers={"Accept-Language": language})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert 'href="/"' in answer.text
    for word in ("secret", "Traceback", "RuntimeError", "urn:"):
        assert word not in answer.text


async def test_error_pages_of_different_kinds_differ(edge: httpx.AsyncClient) -> None:
    headings = [
        re.findall(r"<h1>(.*)</h1>", (await edge.get(f"/fails/{status}")).text)[0]
        for status in (401, 403, 404, 405, 409, 410, 413, 429, 500, 503)
    ]
    assert len(set(headings)) == len(headings)


async def test_a_page_says_when_to_try_again(edge: httpx.AsyncClient) -> None:
    answer = await edge.get("/fails/429", headers={"Accept-Language": "sv"})
    assert answer.headers["retry-after"] == "130"
    assert "Du kan försöka igen om 3 minuter." in answer.text
    assert (await edge.get("/fails/503")).headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/problem+json, text/html;q=0.5", "", "x;q=y"]
)
async def test_programs_get_problem_json(edge: httpx.AsyncClient, accept: str) -> None:
    for path, status in (("/fails/410", 410), ("/nothing", 404)):
        answer = await edge.get(path, headers={"Accept": accept})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (BROWSER["Accept"], True),
        ("text/html, */*", True),
        ("TEXT/HTML", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("text/html;q=0.5, application/json;q=0.6", False),
        ("text/html;q=0", False),
        ("text/*", False),
        (None, False),
        (", ,;;q=,text/html;q=nan" * 100, False),
    ],
)
def test_html_is_for_those_who_name_it(accept: str | None, wanted: bool) -> None:  # noqa: FBT001
    assert prefers_page(accept) is wanted


async def test_htmx_gets_the_failure_as_a_note_for_the_messages(edge: httpx.AsyncClient) -> None:
    answer = await edge.get("/fails/404", headers={"HX-Request": "true", "Accept": "*/*"})
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#messages", "innerHTML")
    assert "<html" not in answer.text
    assert "There is nothing here" in answer.text
    for header in ("HX-Boosted", "HX-History-Restore-Request"):
        whole = await edge.get("/fails/404", headers={"HX-Request": "true", header: "true"})
        assert "<html" in whole.text
        assert "hx-retarget" not in whole.headers


async def test_a_name_that_nobody_gave_is_an_error(edge: httpx.AsyncClient) -> None:
    """`forget` does not give the notice's version."""
    assert (await edge.get("/forgotten")).status_code == 500
    with pytest.raises(UndefinedError):
        environment("en").get_template("front/privacy.html").render(operator="", contact_email="", viewer=None)


def test_what_is_filled_in_is_text_never_markup() -> None:
    page = environment("sv").get_template("front/error.html")
    planted = "<script>alert(1)</script>"
    values = {"heading": planted, "advice": "x", "status": 404}
    assert "<script>" not in render_block(page, "note", values)
    assert "&lt;script&gt;" in render_block(page, "note", values)
    title = environment("sv").from_string('{{ _("Welcome, %(name)s", name=name) }}')
    assert title.render(name=planted) == "Välkommen, &lt;script&gt;alert(1)&lt;/script&gt;"


def test_the_token_stands_in_forms_and_for_htmx() -> None:
    page = environment("en").get_template("front/home.html")
    values = {"viewer": None, "is_viewer_known": True, "address": "/", "messages": ()}
    with_token = page.render(csrf_token='a"b', **values)
    assert '<input type="hidden" name="csrf_token" value="a&#34;b">' in with_token
    assert 'action="/language"' in with_token
    assert re.search(r"""hx-headers='\{"X-CSRF-Token": "a\\"b"\}'""", with_token)
    without = page.render(csrf_token=None, **values)
    assert "csrf" not in without.lower()
    assert 'action="/language"' not in without


async def test_the_notice_names_who_runs_it_and_whom_to_ask(edge: httpx.AsyncClient) -> None:
    text = (await edge.get("/privacy")).text
    assert "The region whose trial office" in text
    assert "ask@example.org" in text
    assert front_pages.NOTICE_VERSION in text


async def test_a_chosen_language_is_kept_and_leads_back(edge: httpx.AsyncClient) -> None:
    answer = await edge.post("/language", data={"language": "sv", "return_to": "/privacy?x=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/privacy?x=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("lang=sv;")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    page = await edge.get("/", headers={"Cookie": "lang=sv", "Accept-Language": "da"})
    assert page.headers["content-language"] == "sv"
    other = await edge.get("/", headers={"Cookie": "lang=<x>", "Accept-Language": "da"})
    assert other.headers["content-language"] == "da"


@pytest.mark.parametrize(
    "form", [{}, {"language": "xx"}, {"language": "sv", "more": "x"}, {"language": "sv", "return_to": "x" * 2000}]
)
async def test_a_bad_choice_of_language_is_400(edge: httpx.AsyncClient, form: dict[str, str]) -> None:
    answer = await edge.post("/language", data=form)
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "given",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "",
        "evil",
        "\t//evil.example",
        "/\r\nSet-Cookie: x=y",
        "/\t/evil.example",
    ],
)
def test_a_form_leads_to_no_other_server(given: str) -> None:
    led = own_address(given)
    assert re.match(r"/(?![/\\])", led)
    assert not re.search(r"\s", led)


def test_own_addresses_stay_as_they_are() -> None:
    for path in ("/", "/privacy", "/me/sessions?page=2&q=a%20b", "/sign-in/link/a_b-C"):
        assert own_address(path) == path


def test_only_our_own_languages_are_chosen() -> None:
    assert chosen_language("sv", "da") == "sv"
    assert chosen_language("SV", "da") == "da"
    assert chosen_language(None, None) == "en"


async def test_static_files_are_sent_with_their_type_and_kept_for_ever(edge: httpx.AsyncClient) -> None:
    types = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
    for name in ("pages.css", "pages.js", "icon.svg", "licences.txt"):
        answer = await edge.get(static_url(name))
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] == types.get(name[name.rindex(".") :], "text/plain; charset=utf-8")
        assert answer.headers["content-encoding"] == "gzip"
        assert "content-language" not in answer.headers
        again = await edge.get(static_url(name), headers={"If-None-Match": f'"x", {answer.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        plain = await edge.get(static_url(name), headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
        assert plain.headers["etag"] != answer.headers["etag"]
        head = await edge.head(static_url(name))
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/manifest.json",
        "/static/trialport.css",
        "/static/../pages.py",
        "/static/..%2fpages.py",
        "/static/%2e%2e/pages.py",
        "/static/....//pages.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/nul%00.css",
        "/static/" + "x" * 5000,
    ],
)
async def test_nothing_else_is_a_static_file(edge: httpx.AsyncClient, path: str) -> None:
    answer = await edge.get(path, headers={"Accept": "*/*"})
    assert answer.status_code in (400, 404), path
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_every_file_a_template_names_was_built() -> None:
    assert set(manifest().files) >= {"pages.css", "pages.js", "icon.svg"}
    with pytest.raises(KeyError):
        static_url("nothing.css")
