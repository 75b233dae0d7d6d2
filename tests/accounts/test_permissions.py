"""The table of permissions: closed by default, one source for routes, desks and the manual."""

from pathlib import Path
from typing import get_args

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from trialport.accounts.models import Role
from trialport.accounts.permissions import (
    INQUIRY_STATES,
    PERMISSIONS,
    allowed_commands,
    describe_permissions,
    may,
    roles_that_may,
)
from trialport.inquiries.models import InquiryState

ROOT = Path(__file__).parents[2]


def test_the_manual_is_written_from_the_table() -> None:
    written = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    assert written == describe_permissions(), "run `python -m trialport.accounts.permissions > docs/permissions.md`"


def test_the_states_of_an_inquiry_are_those_of_the_field() -> None:
    assert set(INQUIRY_STATES) == set(get_args(InquiryState))
    for states in PERMISSIONS["inquiry"].values():
        assert set(states) <= {*INQUIRY_STATES, "new"}


def test_management_reads_no_inquiry_content() -> None:
    for object_type in ("inquiry", "attachment", "agreement", "disclosure", "investigator"):
        for state in (*INQUIRY_STATES, "any", "current", "ended"):
            assert allowed_commands(object_type, "management", state) == ()


def test_a_machine_judges_nobody_and_agrees_to_nothing() -> None:
    for commands in PERMISSIONS["inquiry"]["service"].values():
        assert not {"override", "record_selection", "disclose"} & set(commands)
    for object_type in ("local_term", "agreement", "office_task", "investigator", "audit_trail"):
        assert "service" not in PERMISSIONS[object_type]


def test_what_nobody_may_is_a_slip_of_the_pen() -> None:
    with pytest.raises(LookupError):
        roles_that_may("inquiry", "destroy")
    assert may("weight_set", "change")["roles"] == {"office", "admin"}


def test_every_role_of_the_table_is_one_of_the_field() -> None:
    for roles in PERMISSIONS.values():
        assert set(roles) <= set(get_args(Role))


async def test_routes_that_change_something_ask_the_table(app: Litestar) -> None:
    """The roles of a changing route are those of some command: no second list of roles exists."""
    of_commands = {
        roles_that_may(object_type, command)
        for object_type, roles in PERMISSIONS.items()
        for states in roles.values()
        for commands in states.values()
        for command in commands
    }
    own = {
        (method, route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path_format.startswith(("/api/v1/me", "/me", "/sign-out"))
        for handler in route.route_handlers
        for method in handler.http_methods & {"POST", "PUT", "PATCH", "DELETE"}
        if not handler.opt.get("open") and handler.opt.get("roles", frozenset()) not in of_commands
    }
    # Reading a text is no object of anybody's.
    assert own <= {("POST", "/api/v1/readings")}
