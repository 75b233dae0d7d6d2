"""Every page with the object it is looked at for, and what one of its rows looks like."""

import re
from typing import Any

from litestar import Litestar
from msgspec import Struct

from bench.page_world import ROLES, World


class Page(Struct, frozen=True):
    """How a page is asked for: the object in its address (a key of `World.objects`), a pattern found once a row.

    A page without a pattern shows no list.
    """

    about: str | None = None
    row: str | None = None
    link: str | None = None
    query: str = ""


_PAGES: dict[str, Page] = {
    "/": Page(),
    "/accessibility": Page(),
    "/privacy": Page(),
    "/regions": Page(),
    "/regions/{code}": Page("region"),
    "/sign-in": Page(),
    "/sign-in/sent": Page(),
    "/sign-in/link/{secret}": Page(link="sign_in"),
    "/answer/{signed}": Page(link="answer"),
    "/sign-off/{signed}": Page(link="sign_off"),
    "/me": Page(),
    "/me/notice": Page(),
    "/me/role": Page(),
    "/me/sessions": Page(row="/end"),
    "/inquiries": Page(row=r'<a[^>]* href="/inquiries/[0-9a-f-]{36}"'),
    "/inquiries/new": Page(),
    "/inquiries/drafts/{draft_id}/{step_name}": Page("draft"),
    "/inquiries/drafts/{draft_id}/discard": Page("draft"),
    "/inquiries/drafts/{draft_id}/files": Page("draft"),
    "/inquiries/{inquiry_id}": Page("open"),
    "/inquiries/{inquiry_id}/receipt": Page("open"),
    "/inquiries/{inquiry_id}/withdraw": Page("open"),
    "/inquiries/{inquiry_id}/timeline": Page("open", row="<li"),
    "/inquiries/{inquiry_id}/candidates": Page("open", row=r'href="/inquiries/[0-9a-f-]{36}/candidates/[0-9a-f]'),
    "/inquiries/{inquiry_id}/candidates/{unit_id}": Page("open"),
    "/inquiries/{inquiry_id}/answers": Page("open", row="/office/invitations/"),
    "/inquiries/{inquiry_id}/reply/edit": Page("open", row="<tr"),
    "/inquiries/{inquiry_id}/reply": Page("replied", row="<tr"),
    "/inquiries/{inquiry_id}/outcome": Page("replied"),
    "/inquiries/{inquiry_id}/questions": Page("open", row="From which week on"),
    "/invitations": Page(row='href="/invitations/'),
    "/invitations/{invitation_id}": Page("invitation"),
    "/sign-offs": Page(row='action="/sign-offs/'),
    "/capacity": Page(row='href="/capacity/[0-9a-f]'),
    "/capacity/{unit_id}/{therapy_area}": Page("unit"),
    "/profile": Page(row='name="remove"'),
    "/queue": Page(row=r'href="/inquiries/[0-9a-f-]{36}"'),
    "/tasks": Page(row='action="/tasks/'),
    "/register": Page(row='href="/register/units/'),
    "/register/people": Page(row="<tr"),
    "/register/people/{investigator_id}": Page("person", row='name="remove"'),
    "/register/roles": Page(row='id="role-'),
    "/register/resources": Page(row='href="/register/resources/[0-9a-f]'),
    "/register/resources/{resource_id}": Page("resource", row="<tr"),
    "/register/units/{unit_id}": Page("unit", row="<tr"),
    "/register/import": Page(),
    "/register/import/{import_draft_id}": Page("import", row="<tr"),
    "/settings": Page(),
    "/settings/{region_id}/weights": Page("region", row="copy"),
    "/settings/{region_id}/priorities": Page("region"),
    "/settings/{region_id}/calendar": Page("region"),
    "/settings/{region_id}/texts": Page("region"),
    "/settings/{region_id}/confidentiality": Page("region"),
    "/settings/{region_id}/terms": Page("region", row="<li"),
    "/still-right/{signed}": Page(link="still_right", row=r'/still-right/[^"/]+/[0-9a-f-]{36}/[a-z_]+"'),
    "/still-right/{signed}/{unit_id}/{therapy_area}": Page("unit", link="still_right"),
}
# What a GET answers that is no page of ours: files, programs' addresses, the way to another server or page.
_NO_PAGES = ("/api/", "/schema", "/static/", "/health/", "/sign-in/oidc", "/capacity/add")
# A trial of an import belongs to the person who uploaded the file.
_ONLY = {"/register/import/{import_draft_id}": ("office",)}
_LINKED = re.compile(r'(?:<link[^>]*href|<script[^>]*src|<img[^>]*src)="([^"]+)"')
_PARAMETER = re.compile(r":\w+}")


def page_table(app: Litestar) -> list[tuple[str, str | None, Page]]:
    """Return path, role (None for nobody signed in) and how to ask, for each page and each role that has it.

    Raises LookupError for a page that the table above does not have, and for one that it has too many.
    """
    found: list[tuple[str, str | None, Page]] = []
    seen = set()
    for route in app.routes:
        path = _PARAMETER.sub("}", route.path)
        handlers: dict[Any, Any] = getattr(route, "route_handler_map", {})
        if "GET" not in handlers or path.startswith(_NO_PAGES):
            continue
        seen.add(path)
        if path not in _PAGES:
            continue
        opt = handlers["GET"].opt if hasattr(handlers["GET"], "opt") else handlers["GET"][0].opt
        found += [(path, role, _PAGES[path]) for role in _roles(path, opt)]
    if missing := seen - _PAGES.keys():
        raise LookupError(f"Enter these pages in bench/page_table.py with what they are about: {sorted(missing)}")
    if surplus := _PAGES.keys() - seen:
        raise LookupError(f"There is no such page any more: {sorted(surplus)}")
    return sorted(found, key=lambda one: (one[0], one[1] or ""))


def _roles(path: str, opt: dict[str, Any]) -> list[str | None]:
    if opt.get("start"):
        return [None, *ROLES]
    if opt.get("open"):
        return [None]
    if opt.get("person"):
        return ["unit_head"]
    return [role for role in ROLES if role in opt.get("roles", ()) and role in _ONLY.get(path, ROLES)]


def address_of(path: str, page: Page, world: World, number: int = 0) -> str:
    """Write the address of a page; of several links, the one of this number."""
    if page.link is not None:
        links = world.links[page.link]
        link = "/" + links[number % len(links)].partition("//")[2].partition("/")[2]
        return link + path.partition("}")[2].format(**world.objects.get(page.about or "", {}))
    return path.format(**world.objects.get(page.about or "", {})) + page.query


def linked_files(text: str) -> list[str]:
    """Return the addresses of the files that a browser fetches for a page."""
    return _LINKED.findall(text)


def rows_on(page: Page, text: str) -> int | None:
    """Count the rows of a page's list; None where there is none."""
    return None if page.row is None else len(re.findall(page.row, text))
