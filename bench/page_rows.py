"""Rows in bulk for the pages: what the desks made once is copied by SQL, each copy with ids and names of its own.

A copy's id follows from the number of the copy and the id it was copied from, so that rows of several tables that
belong together still do.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg


class Copied(NamedTuple):
    """Rows to copy: `ids` get new values; `more` are further columns, each with an expression over `t` and `n`."""

    table: str
    where: str
    ids: Sequence[str]
    more: Mapping[str, str] = {}
    # Keeps the ids of two copies of the same row apart.
    salt: str = ""


async def copy_rows(connection: asyncpg.Connection, wanted: Copied, first: int, last: int, *values: object) -> None:
    """Copy the rows once for each number from `first` to `last` ($1 and $2); `values` are the condition's from $3."""
    columns = await connection.fetch(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and attgenerated = '' "
        "and not attisdropped order by attnum",
        wanted.table,
    )
    names = ", ".join(record["attname"] for record in columns)
    new = {name: f"md5('{wanted.salt}' || n || t.{name}::text)::uuid" for name in wanted.ids} | dict(wanted.more)
    pairs = ", ".join(f"'{name}', {expression}" for name, expression in new.items())
    await connection.execute(
        f"""
        insert into {wanted.table} ({names})
        select {", ".join(f"c.{record['attname']}" for record in columns)}
        from {wanted.table} t
        cross join generate_series($1::integer, $2::integer) n
        cross join lateral jsonb_populate_record(t, jsonb_build_object({pairs})) c
        where {wanted.where}
        """,
        first,
        last,
        *values,
    )


async def copy_units(connection: asyncpg.Connection, region_id: UUID, first: int, last: int) -> None:
    """Copy every unit that the region had at first, with its people and capacities."""
    here = "t.unit_id in (select unit_id from unit where region_id = $3 and registry_id not like '%~%')"
    people = f"t.investigator_id in (select t.investigator_id from position t where {here} and t.is_head)"
    for wanted in (
        Copied(
            "unit",
            here,
            ("unit_id",),
            {"registry_id": "t.registry_id || '~' || n", "name": "t.name || ' ' || n"},
        ),
        Copied(
            "investigator",
            people,
            ("investigator_id",),
            {"email": "n || '.' || t.email", "name": "t.name || ' ' || n"},
        ),
        Copied("position", f"{here} and t.is_head", ("unit_id", "investigator_id")),
        Copied("capacity", here, ("capacity_id", "unit_id")),
        Copied(
            "resource",
            "t.region_id = $3 and t.name not like '%~%'",
            ("resource_id",),
            {"name": "t.name || ' ~' || n"},
        ),
    ):
        await copy_rows(connection, wanted, first, last, region_id)


# What belongs to an inquiry, parents first; an id that is copied along is the same in each table.
_OF_INQUIRY = "t.inquiry_id = $3"
_OF_ASSESSMENT = "t.assessment_id in (select assessment_id from assessment where inquiry_id = $3)"
_OF_INVITATION = (
    "t.invitation_id in (select invitation_id from invitation where inquiry_id = $3 order by invitation_id limit 6)"
)
_FAMILY = (
    Copied("inquiry_version", _OF_INQUIRY, ("inquiry_id",)),
    Copied("inquiry_confidential", _OF_INQUIRY, ("inquiry_id",)),
    Copied("inquiry_region", _OF_INQUIRY, ("inquiry_id",)),
    Copied("assessment", _OF_INQUIRY, ("inquiry_id", "assessment_id")),
    Copied("candidate", f"{_OF_ASSESSMENT} and t.rank <= 60", ("assessment_id",)),
    Copied("shortlist_entry", _OF_INQUIRY, ("inquiry_id", "assessment_id")),
    Copied("invitation", _OF_INVITATION, ("inquiry_id", "invitation_id")),
    Copied("eoi", _OF_INVITATION, ("invitation_id", "eoi_id")),
    Copied("sign_off", _OF_INVITATION, ("invitation_id", "eoi_id")),
    Copied("reminder", _OF_INVITATION, ("invitation_id",), {"settled_at": "now()", "sent": "false"}),
    Copied("reservation", _OF_INVITATION, ("invitation_id", "inquiry_id", "reservation_id")),
    Copied("question", _OF_INVITATION, ("invitation_id", "inquiry_id", "question_id")),
    Copied("inquiry_comment", _OF_INQUIRY, ("inquiry_id", "inquiry_comment_id")),
    Copied("reply", _OF_INQUIRY, ("inquiry_id", "reply_id")),
    Copied("outcome_step", _OF_INQUIRY, ("inquiry_id",)),
    # The trail is sealed in the order of its ids, which begin with the time.
    Copied("audit_event", "t.object_id = $3", ("object_id",), {"audit_event_id": "uuidv7()"}),
)
# Copies come in over the year before, and so are due by turns; a part of them waits for others.
_INQUIRY = Copied(
    "inquiry",
    _OF_INQUIRY,
    ("inquiry_id",),
    {
        "reference": "t.reference || '-' || n",
        "submitted_at": "t.submitted_at - n * interval '7 hours'",
        "promised_on": "t.promised_on - n % 20",
        "diary_number": "null::text",
    },
)


async def copy_inquiry(connection: asyncpg.Connection, inquiry_id: UUID, first: int, last: int) -> None:
    """Copy an inquiry with all that belongs to it, without its triggers: the copies were made by rule once."""
    await connection.execute("set session_replication_role = replica")
    for wanted in (_INQUIRY, *_FAMILY):
        await copy_rows(connection, wanted, first, last, inquiry_id)
    await connection.execute("set session_replication_role = default")


async def copy_around(connection: asyncpg.Connection, region_id: UUID, inquiry_id: UUID, first: int, last: int) -> None:
    """Copy what stands around one inquiry and around its people: comments, questions, the trail, tasks, sessions."""
    await connection.execute("set session_replication_role = replica")
    digest = "'\\x' || md5(n || t.secret_hash::text) || md5(n || '.' || t.secret_hash::text)"
    for wanted, value in (
        (
            Copied(
                "inquiry_comment",
                f"{_OF_INQUIRY} and t.body not like '%~'",
                ("inquiry_comment_id",),
                {"body": "t.body || '~'"},
            ),
            inquiry_id,
        ),
        (
            Copied("question", f"{_OF_INQUIRY} and t.text not like '%~'", ("question_id",), {"text": "t.text || '~'"}),
            inquiry_id,
        ),
        (
            Copied(
                "attachment",
                _OF_INQUIRY + " and t.file_name not like '%~%'",
                ("attachment_id",),
                {"file_name": "t.file_name || '~' || n", "object_key": "t.object_key || n"},
            ),
            inquiry_id,
        ),
        (
            Copied(
                "audit_event",
                "t.object_id = $3 and t.request_id <> 'copy'",
                (),
                {"request_id": "'copy'", "audit_event_id": "uuidv7(n * interval '1 ms')"},
            ),
            inquiry_id,
        ),
        (
            Copied(
                "office_task",
                "t.region_id = $3 and t.dedupe_key not like '%~%'",
                ("office_task_id",),
                {"dedupe_key": "t.dedupe_key || '~' || n"},
            ),
            region_id,
        ),
        (
            Copied(
                "session",
                "t.user_agent = 'page bench' and $3::uuid is not null",
                ("session_id",),
                {"secret_hash": digest, "user_agent": "'copy ' || n"},
            ),
            region_id,
        ),
        (
            Copied(
                "person",
                "t.email like '%@pages.example.org' and t.email not like '%~%' and $3::uuid is not null",
                ("person_id",),
                {"email": "n || '~' || t.email"},
            ),
            region_id,
        ),
        (
            Copied(
                "role_grant",
                "t.granted_by = 'pages' and $3::uuid is not null",
                ("role_grant_id", "person_id"),
                {"granted_by": "'copy'"},
            ),
            region_id,
        ),
        (
            Copied(
                "saved_view",
                "t.name not like '%~%' and $3::uuid is not null",
                ("saved_view_id",),
                {"name": "t.name || '~' || n"},
            ),
            region_id,
        ),
        (
            Copied(
                "inquiry_draft",
                "t.step = 'trial' and not t.content ? 'copy' and $3::uuid is not null",
                ("draft_id",),
                {"content": """t.content || '{"copy": "1"}'"""},
            ),
            region_id,
        ),
        (
            Copied(
                "investigator_absence",
                "t.first_day < '2035-01-01' and $3::uuid is not null",
                (),
                {"first_day": "t.first_day + 3650 + 3 * n", "last_day": "t.first_day + 3651 + 3 * n"},
            ),
            region_id,
        ),
        (
            Copied(
                "local_term",
                "t.region_id = $3 and t.term not like '%~%'",
                ("local_term_id",),
                {"term": "t.term || '~' || n", "term_key": "t.term_key || '~' || n"},
            ),
            region_id,
        ),
        (
            Copied(
                "weight_set",
                "t.region_id = $3 and t.reason <> 'copy'",
                (),
                {"version": "t.version + n", "reason": "'copy'"},
            ),
            region_id,
        ),
    ):
        await copy_rows(connection, wanted._replace(salt="~"), first, last, value)
    await connection.execute("set session_replication_role = default")
