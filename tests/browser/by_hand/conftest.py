"""One small deployment for everything that is done by hand: by keys alone, in one's own colours, wrongly."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.browser.by_hand.places import Places
from tests.browser.town import SLEEP, Town, as_town, running_town
from tests.conftest import Servers
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.sessions_service import start_session
from trialport.core.front_pages import NOTICE_VERSION
from trialport.invitations.links import link_address, link_for

STAGES = ("new", "chosen", "triaged", "asked")


@pytest.fixture(scope="session")
def places(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A running deployment with inquiries at four stages and people who are signed in."""
    folder: Path = tmp_path_factory.mktemp("hands")
    with running_town(servers, folder, f"hands_{uuid4().hex}") as town:
        made = asyncio.run(_make(town))
        # Its worker would take the work of other tests from their queue.
        town.programs[1].stop()
        yield made


async def _make(town: Town) -> Places:
    async with httpx.AsyncClient(base_url=town.address + "/api/v1", timeout=30) as api:

        async def ask(who: str, method: str, path: str, body: Any = None) -> Any:
            headers = {"Authorization": f"Bearer {town.people.tokens[who]}"}
            answer = await api.request(method, path, json=body, headers=headers)
            assert answer.is_success, (path, answer.text)
            return answer.json()

        ids: dict[str, str] = {name: str(found) for name, found in town.people.units.items()}
        ids["region"] = str(town.people.regions["ours"])
        for stage in STAGES:
            body = inquiry_body(identity={"working_title": f"Inhaler in COPD ({stage})"})
            ids[stage] = (await ask("sponsor", "POST", "/inquiries", body))["inquiry_id"]
        async with asyncio.timeout(60):
            headers = {"Authorization": f"Bearer {town.people.tokens['office']}"}
            for stage in STAGES:
                address = f"/inquiries/{ids[stage]}/assessments/latest"
                while not (await api.get(address, headers=headers)).is_success:  # noqa: ASYNC110 - another process does it
                    await asyncio.sleep(0.05)
        for stage in ("triaged", "asked"):
            await ask("office", "POST", f"/inquiries/{ids[stage]}/triage")
        units = {"unit_ids": [ids[unit] for unit in ("lung", "heart", SLEEP)]}
        sent = (await ask("office", "POST", f"/inquiries/{ids['asked']}/invitations", units))["invited"]
        ids |= {f"asked_{name}": one["invitation_id"] for one in sent for name in units_of(ids, one["unit_id"])}
        await ask("unit_head", "POST", f"/invitations/{ids['asked_lung']}/eoi", YES)
        return await _signed_in(town, ids)


def units_of(ids: dict[str, str], unit_id: str) -> list[str]:
    return [name for name in ("lung", "heart", SLEEP) if ids[name] == unit_id]


async def _signed_in(town: Town, ids: dict[str, str]) -> Places:
    people, sessions = town.people, {}
    ours = people.regions["ours"]
    async with as_town(town.database) as tx:
        for who, scope in {
            "sponsor": RoleScope(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["first"]),
            "office": RoleScope(role="office", region_id=ours),
            "head": RoleScope(role="unit_head", region_id=ours, investigator_id=people.investigators["lung"]),
            "investigator": RoleScope(
                role="investigator", region_id=ours, investigator_id=people.investigators["heart"]
            ),
        }.items():
            email = f"hands-{who}@example.org"
            person = await find_or_add_person(tx, SYSTEM, email=email, name=f"Kim {who} (test)", language="en")
            assert await give_role(tx, SYSTEM, person.person_id, scope, "command")
            sessions[who] = (await start_session(tx, town.settings, person, "link", "Test/1", None)).secret
            await tx.connection.execute(
                "update person set notice_version = $1 where person_id = $2", NOTICE_VERSION, person.person_id
            )
        for unit in ("heart", SLEEP):
            day = tx.now.date() + timedelta(days=5)
            link = link_for(UUID(ids[f"asked_{unit}"]), people.investigators[unit], 1, day)
            ids[f"link_{unit}"] = link_address(town.settings, link, "invitation").rpartition("/")[2]
        await tx.connection.execute(
            "insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Pool', 20)", ours
        )
    return Places(site=town.address, sessions=sessions, ids=ids)
