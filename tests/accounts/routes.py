"""Who may call which route: the table behind the tests of every route against every person of the cast."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.inquiries.factories import inquiry_body

PEOPLE = {
    "sponsor": "sponsor_contact",
    "colleague": "sponsor_contact",
    "rival": "sponsor_contact",
    "investigator": "investigator",
    "other_investigator": "investigator",
    "unit_head": "unit_head",
    "office": "office",
    "other_office": "office",
    "management": "management",
    "admin": "admin",
    "service": "service",
}
ALL = frozenset(PEOPLE.values())
SUBMITTING = frozenset({"sponsor_contact", "office", "admin", "service"})
OFFICE = frozenset({"office", "admin", "service"})
TASKS = frozenset({"office", "admin"})
PERSONS = frozenset({"investigator", "unit_head", "office", "admin"})
READING = frozenset({"sponsor_contact", "investigator", "unit_head", "office", "admin", "service"})
OFFICE_PERSONS = frozenset({"office"})
CAPACITY = frozenset({"investigator", "unit_head", "office", "admin", "service"})
WEIGHTS = frozenset({"office", "management", "admin", "service"})
NOBODY: frozenset[str] = frozenset()

# Who reaches which object; for everybody else with a fitting role it does not exist.
REACH = {
    "inquiry": {
        "ours": {"sponsor", "colleague", "office", "admin", "service"},
        "rivals": {"rival", "office", "admin", "service"},
        "theirs": {"sponsor", "colleague", "other_office", "admin"},
        "both": {"sponsor", "colleague", "office", "other_office", "admin", "service"},
    },
    # A unit as a candidate of an inquiry: of a region's own units only.
    "candidate": {
        "ours": {"office", "admin", "service"},
        "theirs": {"other_office", "admin"},
        "both": {"office", "admin", "service"},
    },
    "capacity": {
        "lung": {"investigator", "unit_head", "office", "admin", "service"},
        "heart": {"other_investigator", "office", "admin", "service"},
        "foreign": {"other_office", "admin"},
    },
    "investigator": {
        "lung": {"investigator", "unit_head", "office", "admin"},
        "heart": {"other_investigator", "office", "admin"},
        "foreign": {"other_office", "admin"},
    },
    "weights": {
        "ours": {"office", "management", "admin", "service"},
        "theirs": {"other_office", "admin"},
    },
    "task": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
    "term": {"ours": {"office", "admin"}, "theirs": {"other_office", "admin"}},
}


class Row(Struct, frozen=True, kw_only=True):
    """Who may call a route, what she gets, and which object of REACH it is about."""

    roles: frozenset[str]
    ok: int = 200
    about: str | None = None
    is_open: bool = False
    body: Callable[[], Any] | None = None
    text: str | None = None
    query: str = ""
    headers: dict[str, str] = {}


# Changing routes name a state that is never stored: who reaches the object learns that (412), and nothing changes.
STALE = {"If-Match": '"999"'}
TERM_PATH = "/api/v1/terms/{local_term_id}"
NOBODYS_CAPACITY = {"unit_id": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e", "therapy_area": "respiratory"}
CAPACITY_PATH = "/api/v1/units/{unit_id}/capacities/{therapy_area}"
WEIGHTS_PATH = "/api/v1/regions/{region_id}/weights"
ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/health/live"): Row(roles=NOBODY, is_open=True),
    ("GET", "/health/ready"): Row(roles=NOBODY, is_open=True),
    ("GET", "/schema/openapi.json"): Row(roles=NOBODY, is_open=True),
    ("GET", "/schema"): Row(roles=NOBODY),
    ("GET", "/schema/{path}"): Row(roles=NOBODY),
    ("GET", "/api/v1/regions"): Row(roles=ALL),
    ("GET", "/api/v1/regions/{region_id}"): Row(roles=ALL),
    ("GET", WEIGHTS_PATH): Row(roles=WEIGHTS, about="weights"),
    ("PUT", WEIGHTS_PATH): Row(
        roles=TASKS, about="weights", ok=412, headers=STALE, body=lambda: {"reason": "Test", "weights": {}}
    ),
    ("POST", WEIGHTS_PATH + "/revert"): Row(
        roles=TASKS, about="weights", ok=412, headers=STALE, body=lambda: {"reason": "Test", "version": 0}
    ),
    ("GET", WEIGHTS_PATH + "/history"): Row(roles=WEIGHTS, about="weights"),
    ("GET", "/api/v1/sites"): Row(roles=ALL),
    ("GET", "/api/v1/sites/{site_id}"): Row(roles=ALL),
    ("GET", "/api/v1/units"): Row(roles=ALL),
    ("GET", "/api/v1/units/{unit_id}"): Row(roles=ALL),
    ("GET", "/api/v1/resources"): Row(roles=ALL),
    ("GET", "/api/v1/resources/{resource_id}"): Row(roles=ALL),
    ("GET", "/api/v1/investigators"): Row(roles=PERSONS),
    ("GET", "/api/v1/investigators/{investigator_id}"): Row(roles=PERSONS, about="investigator"),
    ("GET", "/api/v1/capacities"): Row(roles=CAPACITY),
    ("POST", "/api/v1/capacities/import"): Row(
        roles=CAPACITY, text="unit,therapy_area,state\n", headers={"Content-Type": "text/csv"}
    ),
    ("GET", "/api/v1/units/{unit_id}/capacities"): Row(roles=CAPACITY, about="capacity"),
    ("GET", CAPACITY_PATH): Row(roles=CAPACITY, about="capacity"),
    ("PUT", CAPACITY_PATH): Row(
        roles=CAPACITY, about="capacity", ok=412, headers=STALE, body=lambda: {"state": "open"}
    ),
    ("POST", CAPACITY_PATH + "/confirm"): Row(roles=CAPACITY, about="capacity", ok=412, headers=STALE),
    ("GET", CAPACITY_PATH + "/history"): Row(roles=CAPACITY, about="capacity"),
    ("GET", "/api/v1/inquiries"): Row(roles=SUBMITTING),
    ("POST", "/api/v1/inquiries"): Row(
        # Without a region named, an inquiry goes to the caller's own; the admin has none.
        roles=SUBMITTING,
        ok=202,
        body=lambda: inquiry_body(placement={}),
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}"): Row(roles=SUBMITTING, about="inquiry"),
    ("PATCH", "/api/v1/inquiries/{inquiry_id}"): Row(
        roles=SUBMITTING, about="inquiry", ok=412, headers=STALE, body=lambda: {"money": {"payer": "Other"}}
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/withdraw"): Row(
        roles=SUBMITTING, about="inquiry", ok=412, headers=STALE, body=dict
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/assessments/latest"): Row(roles=SUBMITTING, about="inquiry"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/assessments"): Row(roles=OFFICE, about="inquiry", ok=202),
    ("GET", "/api/v1/inquiries/{inquiry_id}/candidates"): Row(roles=OFFICE, about="inquiry"),
    ("GET", "/api/v1/inquiries/{inquiry_id}/candidates/{unit_id}"): Row(roles=OFFICE, about="candidate"),
    ("POST", "/api/v1/inquiries/{inquiry_id}/overrides"): Row(
        # A capacity that no assessment has: who reaches the inquiry learns that, and nothing is stored.
        roles=TASKS,
        about="inquiry",
        ok=422,
        body=lambda: {"kind": "dropped", "reason": "Test", "capacity": NOBODYS_CAPACITY},
    ),
    ("POST", "/api/v1/inquiries/{inquiry_id}/selections"): Row(
        roles=TASKS, about="inquiry", ok=422, body=lambda: {"reason": "Test", "selected": [NOBODYS_CAPACITY]}
    ),
    ("GET", "/api/v1/inquiries/{inquiry_id}/judgements"): Row(roles=OFFICE, about="inquiry"),
    ("POST", "/api/v1/matches"): Row(
        roles=SUBMITTING,
        body=lambda: {"condition": {"indication": "COPD"}, "placement": {}},
    ),
    ("GET", "/api/v1/readings"): Row(roles=READING, query="?text=COPD"),
    ("POST", "/api/v1/readings"): Row(roles=READING, body=lambda: {"text": "COPD"}),
    ("POST", "/api/v1/terms"): Row(
        roles=OFFICE_PERSONS, ok=201, body=lambda: {"term": "Lung track", "language": "en", "concept": "J44"}
    ),
    ("GET", "/api/v1/terms"): Row(roles=TASKS),
    ("GET", TERM_PATH): Row(roles=TASKS, about="term"),
    ("GET", TERM_PATH + "/history"): Row(roles=TASKS, about="term"),
    ("POST", TERM_PATH + "/agree"): Row(roles=OFFICE_PERSONS, about="term", ok=412, headers=STALE),
    ("POST", TERM_PATH + "/reject"): Row(
        roles=OFFICE_PERSONS, about="term", ok=412, headers=STALE, body=lambda: {"reason": "Test"}
    ),
    ("POST", TERM_PATH + "/withdraw"): Row(roles=TASKS, about="term", ok=412, headers=STALE, body=dict),
    ("GET", "/api/v1/tasks"): Row(roles=TASKS),
    ("POST", "/api/v1/tasks/{office_task_id}/done"): Row(roles=TASKS, about="task"),
}
# Valid requests that the admin has to word otherwise, having no region of her own.
ADMIN_MUST_NAME_A_REGION = {("POST", "/api/v1/inquiries"), ("POST", "/api/v1/matches")}
