"""What is confidential stands in one table and nowhere else: not in another, not in Valkey, not in a log."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec
import pytest
from redis.asyncio import Redis

from tests.conftest import Client, Servers
from tests.inquiries.factories import inquiry_body, submit
from trialport.inquiries import rules

Drain = Callable[[], Awaitable[int]]

# A value for each text that may be confidential; its own path makes it recognisable wherever it turns up.
CANARIES: dict[str, dict[str, Any]] = {
    "who": {name: f"CANARY who.{name}" for name in ("organisation_number", "acting_for")},
    "identity": {
        **{name: f"CANARY identity.{name}" for name in ("protocol_number", "synopsis", "synopsis_version")},
        "eu_ct_number": "2031-987654-32-10",
        "nct_number": "NCT98765432",
        "civ_id": "CIV-31-98-765432",
    },
    "kind": {"vulnerable_groups": "CANARY kind.vulnerable_groups", "orpha_code": "987651"},
    "product": {
        name: f"CANARY product.{name}" for name in ("name", "comparator", "route", "storage", "companion_diagnostic")
    },
    "condition": {name: f"CANARY condition.{name}" for name in ("line_of_therapy", "biomarker")},
    "population": {name: f"CANARY population.{name}" for name in ("key_inclusion", "key_exclusion")},
    "burden": {
        name: f"CANARY burden.{name}"
        for name in ("procedures_per_visit", "imaging", "biopsies", "sample_handling", "e_devices")
    },
    "needs": {name: f"CANARY needs.{name}" for name in ("pharmacy", "unit_pay")},
    "placement": {
        "already_contacted": [
            {"unit_name": "CANARY placement.unit", "person_name": "CANARY placement.person"},
        ]
    },
    "money": {
        "payer": "CANARY money.payer",
        "per_participant_budget": 918273.5,
        "start_up_fee": 817263.5,
    },
    "answer": {"questions": ["CANARY answer.questions"]},
}
# Numbers, codes and flags that the assessment may compare; they are looked for by path, not by value.
OTHER_VALUES: dict[str, dict[str, Any]] = {
    "who": {"country": "SE"},
    "identity": {"synopsis_status": "draft"},
    "kind": {"first_in_human": False, "paediatric": False, "rare_disease": True, "low_intervention": True},
    "product": {"cytotoxic": True, "radioactive": True, "gmo": False, "ce_marked": True},
    "condition": {"icd10_codes": ["J44"], "concepts_not_meant": ["J45"]},
    "population": {"age_from": 41, "age_to": 77, "sex": "female", "care_settings": ["outpatient"]},
    "numbers": {
        "sites_wanted": 3,
        "recruitment_months": 14,
        "treatment_months": 15,
        "follow_up_months": 16,
        "competitive_recruitment": True,
    },
    "burden": {"visits": 17, "minutes_per_visit": 33, "pk_sampling": True, "overnight_stay": True},
    "needs": {
        "equipment": ["spirometry"],
        "nurse_hours": 3.25,
        "physician_hours": 2.75,
        "resources": ["biobank"],
        "gcp_experience": True,
        "primary_care_role": "visit",
        "material_languages": ["sv"],
    },
    "placement": {
        "country_decided": True,
        "region_decided": True,
        "regions_wanted": ["TST"],
        "regions_excluded": ["OTH"],
    },
    "money": {"currency": "SEK", "template_agreement_accepted": True},
    "answer": {"wanted_by": "2036-01-01"},
    "confidentiality": {"mode": "statutory"},
}
NOT_TRIED = {"confidentiality.fields", "placement.units_wanted", "placement.units_excluded"}
MARKS_AT_MOST = 50


def full_body(paths: list[str]) -> dict[str, Any]:
    """Return an inquiry that fills and marks the given fields, and fills those that are always confidential."""
    body = inquiry_body()
    for values in (CANARIES, OTHER_VALUES):
        for group, fields in values.items():
            filled = {
                field: value
                for field, value in fields.items()
                if f"{group}.{field}" in {*paths, *rules.ALWAYS_CONFIDENTIAL}
            }
            if filled:
                body[group] = {**body.get(group, {}), **filled}
    marks = [{"field": path, "harm": "Helps a competitor."} for path in paths]
    body["confidentiality"] = {**body.get("confidentiality", {}), "fields": marks}
    return body


def needles(paths: list[str]) -> list[str]:
    """Return the values to look for, of the given paths and of those that are always confidential."""
    wanted = {*paths, *rules.ALWAYS_CONFIDENTIAL}
    found: list[str] = []
    for group, fields in CANARIES.items():
        for field, value in fields.items():
            if f"{group}.{field}" in wanted:
                found += [
                    str(text)
                    for one in (value if isinstance(value, list) else [value])
                    for text in (one.values() if isinstance(one, dict) else [one])
                ]
    return found


async def all_rows(connection: asyncpg.Connection) -> dict[str, str]:
    """Return every row of every table as one text a table."""
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {
        name: await connection.fetchval(
            f"select coalesce(string_agg(row_to_json(t)::text, chr(10)), '') from \"{name}\" t"
        )
        for (name,) in tables
    }


async def all_values(redis: Redis) -> str:
    """Return every key of Valkey with what it holds."""
    read: dict[bytes, tuple[str, tuple[int, ...]]] = {
        b"string": ("GET", ()),
        b"list": ("LRANGE", (0, -1)),
        b"set": ("SMEMBERS", ()),
        b"zset": ("ZRANGE", (0, -1)),
        b"hash": ("HGETALL", ()),
    }
    found = []
    async for key in redis.scan_iter(count=1000):
        kind = await redis.type(key)
        if kind != b"none":  # A worker has taken it since.
            command, span = read[kind]
            found.append((key, await redis.execute_command(command, key, *span)))  # type: ignore[no-untyped-call]
    return repr(found)


def markable() -> list[str]:
    return sorted(rules._field_paths() - rules.NEVER_CONFIDENTIAL - NOT_TRIED)


def test_every_field_that_can_be_marked_is_tried() -> None:
    tried = {f"{group}.{field}" for values in (CANARIES, OTHER_VALUES) for group in values for field in values[group]}
    assert tried == set(markable())


@pytest.fixture
def valkey(servers: Servers) -> Redis:
    one: Redis = Redis.from_url(servers.valkey_url)
    return one


async def test_nothing_confidential_leaves_its_table(
    client: Client,
    drain: Drain,
    connection: asyncpg.Connection,
    valkey: Redis,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    paths = markable()
    for marked in (paths[:MARKS_AT_MOST], paths[MARKS_AT_MOST:]):
        await look_everywhere(client, drain, connection, valkey, marked)
    said = caplog.text + "".join(capfd.readouterr())
    assert [needle for needle in needles(paths) if needle in said] == []
    await valkey.aclose()


async def look_everywhere(
    client: Client, drain: Drain, connection: asyncpg.Connection, valkey: Redis, marked: list[str]
) -> None:
    """Submit, replay, amend, refuse, assess and withdraw; then search all that was stored on the way."""
    body = full_body(marked)
    key = {"Idempotency-Key": f"canary-{marked[0]}"}
    receipt = await client("sponsor").post("/api/v1/inquiries", json=body, headers=key)
    assert receipt.status_code == 202, receipt.text
    assert (await client("sponsor").post("/api/v1/inquiries", json=body, headers=key)).status_code == 202
    url = receipt.json()["status_url"]
    bad = await client("sponsor").post("/api/v1/inquiries", json={**body, "population": {"age_from": 9, "age_to": 1}})
    assert bad.status_code == 422
    await drain()
    change = {"product": {**body["product"], "mechanism": "another mechanism"}}
    assert (await client("sponsor").patch(url, json=change, headers={"If-Match": '"1"'})).status_code == 200
    await drain()
    for who in ("sponsor", "office"):
        shown = (await client(who).get(url)).json()
        assert shown["content"] == {**body, **change}, "sponsor and office see all of it"
        assert set(shown["confidential_fields"]) == {*marked, *rules.ALWAYS_CONFIDENTIAL}
    assert (await client("sponsor").post(url + "/withdraw", json={})).status_code == 200
    looked_for = needles(marked)
    assert len(looked_for) > 5
    rows = await all_rows(connection)
    assert len(rows) > 15
    hidden = rows.pop("inquiry_confidential")
    assert [needle for needle in looked_for if needle not in hidden] == []
    assert [(needle, table) for needle in looked_for for table, text in rows.items() if needle in text] == []
    kept = await all_values(valkey)
    assert "trialport:jobs" in kept, "the doorbell has rung"
    assert [needle for needle in looked_for if needle in kept] == []
    for shown_part in await connection.fetch("select content from inquiry_version order by created_at desc limit 2"):
        for path in {*marked, *rules.ALWAYS_CONFIDENTIAL}:
            group, _, field = path.partition(".")
            assert field not in shown_part["content"].get(group, {}), path


async def test_a_sponsor_learns_no_unit(client: Client, drain: Drain) -> None:
    """Neither the inquiry, nor its assessment, nor a preview names a unit to a sponsor."""
    url = (await submit(client))["status_url"]
    await drain()
    preview = await client("sponsor").post("/api/v1/matches", json={"condition": {"indication": "COPD"}})
    for answer in (
        await client("sponsor").get(url),
        await client("sponsor").get(url + "/assessments/latest"),
        preview,
    ):
        assert answer.status_code == 200
        assert "Unit " not in answer.text
        assert "Site of" not in answer.text
        assert "candidates" not in answer.json()
    assert preview.json()["fitting_units"] == "1-4"
    assert preview.json().keys() == {"reading", "fitting_units"}


async def test_lists_show_no_confidential_field(client: Client) -> None:
    await submit(client)
    for who in ("sponsor", "office", "admin"):
        text = (await client(who).get("/api/v1/inquiries")).text
        assert "SECRET" not in text
        assert "contact@example.org" not in text


def test_the_fixed_fields_are_those_of_the_field_list() -> None:
    """The C marks of the field list: protocol number, synopsis, product name, budget, persons already contacted."""
    assert set(rules.ALWAYS_CONFIDENTIAL) == {
        "identity.protocol_number",
        "identity.synopsis",
        "product.name",
        "money.per_participant_budget",
        "placement.already_contacted",
    }
    assert not set(rules.ALWAYS_CONFIDENTIAL) & rules.NEVER_CONFIDENTIAL


async def test_the_database_keeps_confidential_text_as_it_was(client: Client, connection: asyncpg.Connection) -> None:
    await submit(client)
    stored = await connection.fetchval("select content::text from inquiry_confidential")
    assert msgspec.json.decode(stored) == {
        "identity": {"protocol_number": "SECRET-PROTOCOL-1"},
        "product": {"name": "SECRET-PRODUCT-1"},
    }
