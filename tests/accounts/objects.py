"""Objects of every kind that routes are about, ours and others': one for each entry of REACH."""

from typing import Any
from uuid import UUID

import asyncpg

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from trialport.core.static_files import static_url
from trialport.notifications import queries as task_queries

Objects = dict[str, dict[str, dict[str, str]]]

# Whose inquiries they are, and the regions they ask.
INQUIRIES = (
    ("ours", "sponsor", ["TST"]),
    ("rivals", "rival", ["TST"]),
    ("theirs", "sponsor", ["OTH"]),
    ("both", "sponsor", ["TST", "OTH"]),
)


async def make_objects(client: Client, drain: Any, people: Cast, connection: asyncpg.Connection) -> Objects:
    """Make them; returns the path parameters of each."""
    inquiries = {name: await _submitted(client, who, codes) for name, who, codes in INQUIRIES}
    assert await drain() == len(INQUIRIES)
    tasks = await _tasks(people, connection, inquiries["ours"])
    terms = {}
    for name, who in (("ours", "office"), ("theirs", "other_office")):
        body = {"term": "Lung path", "language": "en", "concept": "J44"}
        terms[name] = (await client(who).post("/api/v1/terms", json=body)).json()["local_term_id"]
    agreements = await _agreements(people, connection)
    attachments = {name: await _attached(client, who, codes) for name, who, codes in INQUIRIES}
    invitations = await _invitations(people, connection, attachments)
    return {
        "inquiry": {name: {"inquiry_id": found} for name, found in inquiries.items()},
        "attachment": attachments,
        # Those with a file have been withdrawn.
        "over": {name: {"inquiry_id": found["inquiry_id"]} for name, found in attachments.items()},
        "invitation": {
            name: {"invitation_id": str(found), "condition": "money"} for name, found in invitations.items()
        },
        "invitation_file": {
            name: {"invitation_id": str(found), "attachment_id": attachments[name]["attachment_id"]}
            for name, found in invitations.items()
        },
        "question": {
            name: {"question_id": str(await _question(connection, found))} for name, found in invitations.items()
        },
        "candidate": {
            name: {"inquiry_id": inquiries[name], "unit_id": str(people.units[unit])}
            for name, unit in (("ours", "lung"), ("theirs", "foreign"), ("both", "heart"))
        },
        "capacity": {
            name: {"unit_id": str(found), "therapy_area": "respiratory"} for name, found in people.units.items()
        },
        "investigator": {name: {"investigator_id": str(found)} for name, found in people.investigators.items()},
        "weights": {name: {"region_id": str(people.regions[name])} for name in ("ours", "theirs")},
        "set": {name: {"region_id": str(people.regions[name])} for name in ("ours", "theirs")},
        "task": {name: {"office_task_id": str(found)} for name, found in tasks.items()},
        "record": {name: {"inquiry_id": found} for name, found in inquiries.items()},
        "agreement": {name: {"agreement_id": str(found)} for name, found in agreements.items()},
        "term": {name: {"local_term_id": found} for name, found in terms.items()},
        "resource": {
            name: {"resource_id": str(found)} for name, found in (await _resources(people, connection)).items()
        },
    }


async def public_parameters(people: Cast, connection: asyncpg.Connection) -> dict[str, str]:
    """Return path parameters of what everybody may read, and of nothing for the rest."""
    await connection.execute(
        "insert into resource (region_id, kind, name) values ($1, 'biobank', 'Biobank')", people.regions["ours"]
    )
    nothing = str(people.regions["ours"])
    return {
        "path": "anything",
        "code": "TST",
        "draft_id": nothing,
        "step_name": "trial",
        "file_name": static_url("trialport.css").rpartition("/")[2],
        "region_id": str(people.regions["ours"]),
        "unit_id": str(people.units["lung"]),
        "site_id": str(await connection.fetchval("select site_id from site limit 1")),
        "resource_id": str(await connection.fetchval("select resource_id from resource limit 1")),
        "therapy_area": "respiratory",
        "inquiry_id": nothing,
        "attachment_id": nothing,
        "session_id": nothing,
        "secret": "invented",
        "signed": "invented",
        "investigator_id": str(people.investigators["lung"]),
        "office_task_id": nothing,
        "local_term_id": nothing,
        "agreement_id": nothing,
        "invitation_id": nothing,
        "condition": "money",
        "question_id": nothing,
        "import_draft_id": nothing,
        "saved_view_id": nothing,
        "role_grant_id": nothing,
    }


async def _submitted(client: Client, who: str, codes: list[str]) -> str:
    answer = await client(who).post("/api/v1/inquiries", json=inquiry_body(placement={"regions_wanted": codes}))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["inquiry_id"])


async def _attached(client: Client, who: str, codes: list[str]) -> dict[str, str]:
    """Submit an inquiry with a file, and withdraw it; returns the path parameters of the file."""
    inquiry_id = await _submitted(client, who, codes)
    address = f"/api/v1/inquiries/{inquiry_id}/attachments?kind=synopsis&file_name=a.txt"
    made = await client(who).post(address, content="Synopsis")
    assert made.status_code == 201, made.text
    withdrawn = await client(who).post(f"/api/v1/inquiries/{inquiry_id}/withdraw", json={})
    assert withdrawn.status_code == 200, withdrawn.text
    return {"inquiry_id": inquiry_id, "attachment_id": made.json()["attachment_id"]}


async def _tasks(people: Cast, connection: asyncpg.Connection, inquiry_id: str) -> dict[str, UUID]:
    now = await connection.fetchval("select now()")
    for name in ("ours", "theirs"):
        await task_queries.insert_office_task(
            connection,
            region_id=people.regions[name],
            kind="dead_job",
            object_type="inquiry",
            object_id=UUID(inquiry_id),
            message="Look at it.",
            dedupe_key=name,
            now=now,
        )
    return dict(await connection.fetch("select dedupe_key, office_task_id from office_task"))


async def _resources(people: Cast, connection: asyncpg.Connection) -> dict[str, UUID]:
    return {
        name: await connection.fetchval(
            "insert into resource (region_id, kind, name) values ($1, 'trial_unit', 'Lender') returning resource_id",
            people.regions[name],
        )
        for name in ("ours", "theirs")
    }


async def _agreements(people: Cast, connection: asyncpg.Connection) -> dict[str, UUID]:
    now = await connection.fetchval("select now()")
    return {
        name: await connection.fetchval(
            """
            insert into agreement (region_id, sponsor_id, mode, region_party, sponsor_party, signed_on, recorded_at,
                                   recorded_by, ended_at)
            values ($1, $2, 'master', 'Region', 'Sponsor', $3::timestamptz::date, $3, 'Test', $3)
            returning agreement_id
            """,
            people.regions[region],
            people.sponsors[sponsor],
            now,
        )
        for name, region, sponsor in (
            ("ours", "ours", "first"),
            ("rivals", "ours", "rival"),
            ("theirs", "theirs", "first"),
        )
    }


async def _invitations(
    people: Cast, connection: asyncpg.Connection, attachments: dict[str, dict[str, str]]
) -> dict[str, UUID]:
    """Make answered invitations of one unit of each region."""
    return {
        name: await connection.fetchval(
            """
            insert into invitation (inquiry_id, region_id, unit_id, reference, version, recipient_id, state, due_on,
                                    invited_at, invited_by)
            values ($1, $2, $3, 'TST-2026-0001', 1, $4, 'answered', '2030-01-01', now(), 'Test')
            returning invitation_id
            """,
            UUID(attachments[name]["inquiry_id"]),
            people.regions[name],
            people.units[unit],
            people.investigators[unit],
        )
        for name, unit in (("ours", "lung"), ("theirs", "foreign"))
    }


async def _question(connection: asyncpg.Connection, invitation_id: UUID) -> UUID:
    """Make a question that nobody has put to the sponsor."""
    made: UUID = await connection.fetchval(
        """
        insert into question (inquiry_id, region_id, invitation_id, state, text, asked_at)
        select inquiry_id, region_id, invitation_id, 'asked', 'Test', now() from invitation where invitation_id = $1
        returning question_id
        """,
        invitation_id,
    )
    return made
