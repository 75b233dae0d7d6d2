"""Random commands by random people: no path leaves a state that the table of permissions does not allow."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client, as_app
from tests.invitations.course import YES, Drain, invite, ok, taken_up
from trialport.accounts.models import Role
from trialport.accounts.permissions import allowed_commands
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.inquiries.rules import MOVES
from trialport.invitations import ledger_queries
from trialport.invitations.ending import end_inquiries

Answered = TypeVar("Answered")
ROLES: Mapping[str, Role] = {
    "sponsor": "sponsor_contact",
    "rival": "sponsor_contact",
    "investigator": "investigator",
    "other_investigator": "investigator",
    "unit_head": "unit_head",
    "office": "office",
    "other_office": "office",
    "management": "management",
}
OURS = {"sponsor", "office"}
UNIT_OF = {"lung": {"investigator", "unit_head", "office"}, "heart": {"other_investigator", "office"}}
# Whoever is not named does not reach an invitation of ours.
SOMEBODY = st.sampled_from(["office", "office", "sponsor"]) | st.sampled_from(sorted(ROLES))
HEADS = {"lung": "unit_head", "heart": "other_investigator"}
ENDS = ("closed", "declined", "withdrawn")
# Refusals of every kind; 422 and 400 are about what was sent, never about who sent it.
REFUSED = {403, 404, 409, 412}

INQUIRY_COMMANDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "triage": ("/triage", {}),
    "decline": ("/decline", {"reason": "other"}),
    "request_information": ("/information-request", {"fields": ["population.age_from"], "note": "From which age?"}),
    "reply": ("/reply", {}),
    "close": ("/outcome", {"decision": "no_decision"}),
    "withdraw": ("/withdraw", {}),
}
LEADS_TO = {
    **MOVES,
    "decline": "declined",
    "withdraw": "withdrawn",
    "request_information": "needs_information",
}
ANSWERS: Mapping[str, dict[str, Any]] = {
    "yes": YES,
    "yes_if": {**YES, "answer": "yes_if", "conditions": ["nurse_hours"]},
    "no": {"answer": "no", "reasons": ["other"]},
    "later": {"answer": "later", "later_from": "2027-06-01"},
    "not_me": {"answer": "not_me"},
}
SNAPSHOT = """
    select jsonb_build_array(
        (select jsonb_build_array(state, revision) from inquiry where inquiry_id = $1),
        (select jsonb_agg(jsonb_build_array(invitation_id, state, revision) order by invitation_id)
         from invitation where inquiry_id = $1),
        (select count(*) from eoi join invitation using (invitation_id) where inquiry_id = $1),
        (select jsonb_agg(to_jsonb(r) order by r.reservation_id) from reservation r where inquiry_id = $1),
        (select count(*) from fill join invitation using (invitation_id) where inquiry_id = $1))
"""
OVER = """
    select count(*) from (
        select sum(r.trial_slots) as slots, sum(r.nurse_hours) as hours, min(c.trial_slots) as slots_said,
               min(coalesce(c.nurse_hours_free, o.nurse_hours_free)) as hours_said
        from reservation r
        left join capacity c using (capacity_id)
        left join resource o using (resource_id)
        where r.state = 'held' and r.strength = 'firm'
        group by r.capacity_id, r.resource_id) as held
    where slots > slots_said or hours > hours_said or slots < 0 or hours < 0
"""


class World:
    """The application as the threads of hypothesis reach it."""

    def __init__(
        self, client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar, resource: str
    ) -> None:
        self.client, self.drain, self.people, self.connection, self.app = client, drain, people, connection, app
        self.resource = resource
        self.loop = asyncio.get_running_loop()
        self.clients = {who: client(who) for who in ROLES}
        self.succeeded: set[str] = set()
        self.refused: set[str] = set()

    def run(self, asked: Coroutine[Any, Any, Answered]) -> Answered:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(30)

    async def sweep(self) -> None:
        async with transaction(self.app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            await end_inquiries(tx, self.app.state.settings, 100)


class Course(RuleBasedStateMachine):
    """One inquiry from its submission on."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.address = self.world.run(taken_up(self.world.client, self.world.drain, needs={"nurse_hours": 8.0}))
        self.inquiry_id = self.address.rpartition("/")[2]
        invited = self.world.run(invite(self.world.client, self.address, self.world.people, "lung", "heart"))
        self.asked = {unit: address.rpartition("/")[2] for unit, address in invited.items()}

    def snapshot(self) -> Any:
        return self.world.run(self.world.connection.fetchval(SNAPSHOT, self.inquiry_id))

    def state(self) -> str:
        return str(self.snapshot()[0][0])

    def command(self, who: str, name: str, address: str, body: dict[str, Any] | None, *, may: bool) -> bool:
        """Send a command; one that is not allowed is refused and changes nothing."""
        before = self.snapshot()
        method = "DELETE" if body is None else "POST"
        answer: httpx.Response = self.world.run(self.world.clients[who].request(method, address, json=body))
        if answer.is_success:
            assert may, (who, name, before[0], answer.text)
            self.world.succeeded.add(name)
            return True
        assert answer.status_code in (REFUSED if not may else {*REFUSED, 422}), (who, name, answer.text)
        assert self.snapshot() == before, (who, name, "refused, and something changed")
        self.world.refused.add(name)
        return False

    @rule(who=SOMEBODY, name=st.sampled_from(sorted(INQUIRY_COMMANDS)), rare=st.integers(0, 3))
    def move_inquiry(self, who: str, name: str, rare: int) -> None:
        if rare and name in ("decline", "withdraw", "close"):
            # What ends an inquiry comes seldom, so that paths get far.
            return
        state = self.state()
        path, body = INQUIRY_COMMANDS[name]
        # After a reply the same address sends a corrected one.
        needed = "revise_reply" if (name, state) == ("reply", "replied") else name
        may = who in OURS and needed in allowed_commands("inquiry", ROLES[who], state)
        if self.command(who, name, self.address + path, body, may=may):
            assert self.state() == LEADS_TO[name], (name, state)

    @rule(who=st.sampled_from(["office", "office", "sponsor", "other_office"]), unit=st.sampled_from(sorted(UNIT_OF)))
    def ask_unit(self, who: str, unit: str) -> None:
        state = self.state()
        may = who in OURS and "invite" in allowed_commands("inquiry", ROLES[who], state)
        body = {"unit_ids": [str(self.world.people.units[unit])]}
        if self.command(who, "invite", self.address + "/invitations", body, may=may):
            assert self.state() in ("inviting", state)

    def at_invitation(self, unit: str, who: str, name: str, path: str, body: dict[str, Any] | None) -> bool:
        inquiry = self.state()
        (state,) = [one[1] for one in self.snapshot()[1] if one[0] == self.asked[unit]]
        may = who in UNIT_OF[unit] and name in allowed_commands("invitation", ROLES[who], state)
        done = self.command(who, name, f"/api/v1/invitations/{self.asked[unit]}{path}", body, may=may)
        # The last unit that is waited for moves the inquiry on, by its answer or by being taken back.
        moved = {"inviting": "collating"}.get(inquiry) if name in ("answer", "withdraw") else None
        assert self.state() in (inquiry, moved)
        return done

    @rule(
        unit=st.sampled_from(sorted(UNIT_OF)),
        who=st.sampled_from(sorted(ROLES)) | st.sampled_from(["unit_head", "other_investigator"]),
        answer=st.sampled_from(sorted(ANSWERS)),
    )
    def answer(self, unit: str, who: str, answer: str) -> None:
        self.answer_as(unit, who, answer)

    def answer_as(self, unit: str, who: str, answer: str) -> None:
        if self.at_invitation(unit, who, "answer", "/eoi", ANSWERS[answer]):
            assert self.state() not in ENDS

    @rule(
        unit=st.sampled_from(sorted(UNIT_OF)),
        who=st.sampled_from(["office", "investigator", "other_office"]),
        rare=st.integers(0, 3),
    )
    def take_back(self, unit: str, who: str, rare: int) -> None:
        if rare:
            return
        self.at_invitation(unit, who, "withdraw", "/withdraw", {"reason": "Test"})

    @rule(
        unit=st.sampled_from(sorted(UNIT_OF)),
        who=st.sampled_from(["office", "office", "unit_head"]),
        hours=st.sampled_from([2, 8, 15]),
    )
    def fill(self, unit: str, who: str, hours: int) -> None:
        body = {"condition": "nurse_hours", "resource_id": self.world.resource, "nurse_hours": hours}
        self.at_invitation(unit, who, "fill", "/fills", body)

    @rule(unit=st.sampled_from(sorted(UNIT_OF)), hours=st.sampled_from([2, 8]))
    def miss_and_fill(self, unit: str, hours: int) -> None:
        self.answer_as(unit, HEADS[unit], "yes_if")
        body = {"condition": "nurse_hours", "resource_id": self.world.resource, "nurse_hours": hours}
        self.at_invitation(unit, "office", "fill", "/fills", body)

    @rule(unit=st.sampled_from(sorted(UNIT_OF)))
    def open_again(self, unit: str) -> None:
        self.at_invitation(unit, "office", "fill", "/fills/nurse_hours", None)

    @invariant()
    def nothing_is_promised_twice(self) -> None:
        assert self.world.run(self.world.connection.fetchval(OVER)) == 0

    def teardown(self) -> None:
        """However far it came, once it is over nothing is held."""
        if not hasattr(self, "inquiry_id"):
            return
        if self.state() == "replied":
            self.world.run(
                ok(self.world.clients["sponsor"].post(self.address + "/outcome", json={"decision": "no_decision"}))
            )
        elif self.state() not in ENDS:
            self.world.run(ok(self.world.clients["sponsor"].post(self.address + "/withdraw", json={})))
        self.world.run(self.world.sweep())
        held = "select count(*) from reservation where inquiry_id = $1 and state = 'held'"
        assert self.world.run(self.world.connection.fetchval(held, self.inquiry_id)) == 0


async def test_no_path_leaves_what_the_table_allows(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    resource = await connection.fetchval(
        "insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Trial unit', 10) "
        "returning resource_id",
        people.regions["ours"],
    )
    await connection.execute("update investigator set invitations_per_month = null")
    await connection.execute("update capacity set trial_slots = 1")
    world = World(client, drain, people, connection, app, str(resource))
    chosen = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        # A path that fails is told as it was; making it shorter would take minutes.
        phases=(Phase.generate,),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, type("CourseHere", (Course,), {"world": world}), settings=chosen)
    # The paths came far enough to say something.
    assert {"answer", "fill", "reply", "withdraw"} <= world.succeeded, world.succeeded
    assert {"triage", "reply", "close", "answer", "fill", "invite"} <= world.refused, world.refused


async def test_what_many_take_at_once_never_exceeds_what_there_is(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, database_url: str
) -> None:
    invitations = []
    for _ in range(5):
        address = (await invite(client, await taken_up(client, drain), people, "lung"))["lung"]
        invitations.append(UUID(address.rpartition("/")[2]))
    pool = await asyncpg.create_pool(as_app(database_url), min_size=5, max_size=5)
    loop = asyncio.get_running_loop()

    async def take(invitation_id: UUID, hours: float) -> bool:
        try:
            async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
                return await ledger_queries.update_reservation_of_unit(
                    tx.connection,
                    invitation_id=invitation_id,
                    strength="firm",
                    nurse_hours=hours,
                )
        except asyncpg.CheckViolationError:
            return False

    async def once(free: float, slots: int | None, wanted: list[float]) -> None:
        await connection.execute("update reservation set strength = 'soft'")
        await connection.execute("update capacity set nurse_hours_free = $1, trial_slots = $2", free, slots)
        taken = await asyncio.gather(*(take(one, hours) for one, hours in zip(invitations, wanted, strict=False)))
        count, hours = await connection.fetchrow(
            "select count(*), coalesce(sum(nurse_hours), 0)::float8 from reservation where strength = 'firm'"
        )
        assert count == sum(taken)
        assert hours <= free + 1e-9
        assert slots is None or count <= slots
        # Nobody is refused for nothing: whoever was refused does not fit beside what is held.
        for got, asked in zip(taken, wanted, strict=False):
            assert got or hours + asked > free or (slots is not None and count + 1 > slots)

    hours = st.sampled_from([0.0, 0.5, 2.0, 4.0, 7.5, 12.0, 40.0])

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(free=hours, slots=st.none() | st.integers(0, 5), wanted=st.lists(hours, min_size=2, max_size=5))
    def at_once(free: float, slots: int | None, wanted: list[float]) -> None:
        asyncio.run_coroutine_threadsafe(once(free, slots, wanted), loop).result(30)

    try:
        await asyncio.to_thread(at_once)
    finally:
        await pool.close()
