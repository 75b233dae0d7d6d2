"""The schema: from empty to the newest, and back to empty file by file."""

import asyncio
import subprocess
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Servers
from trialport.core.config import expected_schema, migrations_folder
from trialport.core.migrate import _dbmate, for_dbmate, migrate

OBJECTS = """
    select c.relkind::text || ' ' || c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relname not like 'schema_migrations%'
    union all
    select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'type ' || typname from pg_type
    where typnamespace = 'public'::regnamespace and typname not like '%schema_migrations'
    order by 1
"""
FILES = sorted(migrations_folder().glob("*.sql"))


@pytest.fixture
def empty_database(servers: Servers) -> str:
    name = f"migrations_{uuid4().hex}"
    servers.postgres.create_database(name)
    return servers.postgres.url(name)


def ask(url: str, statement: str) -> list[str]:
    async def fetch() -> list[str]:
        connection = await asyncpg.connect(url)
        try:
            return [str(row[0]) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def down(url: str) -> None:
    subprocess.run(
        [_dbmate(), "--no-dump-schema", "--migrations-dir", str(migrations_folder()), "--url", for_dbmate(url), "down"],
        check=True,
        capture_output=True,
    )


def test_up_down_and_up_again(empty_database: str) -> None:
    assert migrate(empty_database) == expected_schema() == FILES[-1].name.partition("_")[0]
    built = ask(empty_database, OBJECTS)
    region = """
        insert into region (code, name, country, university, timezone, promised_working_days, confidentiality_mode)
        values ('TST', 'R', 'SE', 'U', 'Europe/Stockholm', 10, 'statutory') returning region_id
    """
    ask(empty_database, region)
    ask(empty_database, "select next_inquiry_number(region_id, 2026) from region")
    for file in reversed(FILES):
        applied = ask(empty_database, "select version from schema_migrations order by version")
        assert applied[-1] == file.name.partition("_")[0]
        down(empty_database)
    assert ask(empty_database, OBJECTS) == []
    migrate(empty_database)
    assert ask(empty_database, OBJECTS) == built


def test_constraints_are_named_by_the_house_rule(servers: Servers) -> None:
    """Each is `<table>_..._<key|check|fkey|pkey>`, so that an error can be told from its name."""
    odd = ask(
        servers.postgres.url("cast"),
        """
        select relname || ': ' || conname
        from pg_constraint
        join pg_class on pg_class.oid = conrelid
        where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'p')
          and relname <> 'schema_migrations'
          and not (conname like relname || '\\_%'
                   and conname ~ case contype when 'c' then '_check$' when 'f' then '_fkey$'
                                              when 'u' then '_key$' else '_pkey$' end)
        """,
    )
    assert odd == []


def test_every_reference_to_another_row_is_a_foreign_key(servers: Servers) -> None:
    """A column `<table>_id` of another table is bound to it, unless it names objects of many kinds."""
    loose = ask(
        servers.postgres.url("cast"),
        """
        select c.table_name || '.' || c.column_name
        from information_schema.columns c
        join information_schema.tables t
            on t.table_schema = 'public' and t.table_name = left(c.column_name, length(c.column_name) - 3)
        where c.table_schema = 'public' and c.column_name like '%\\_id' and c.table_name <> t.table_name
          and not exists (
              select from pg_constraint k
              join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
              where k.contype = 'f' and k.conrelid = c.table_name::regclass and a.attname = c.column_name)
        """,
    )
    assert loose == []
