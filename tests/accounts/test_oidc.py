"""Signing in with a real OpenID Connect provider: the whole way, and every answer that must not be believed."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import asyncpg
import jwt
import msgspec
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser, actions, add_person
from tests.accounts.conftest import MakeBrowser
from tests.accounts.provider import Provider
from tests.cast import Cast
from trialport.accounts.oidc_client import OidcError, OidcProvider, new_visit
from trialport.core.config import Settings

CLIENT = "trialport"
ROLES = {
    "office": {"role": "office", "region": "TST"},
    "other-office": {"role": "office", "region": "OTH"},
    "boss": {"role": "management", "region": "TST"},
    "doctor": {"role": "investigator", "region": "TST"},
    "admin": {"role": "admin"},
}


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    one = Provider(tmp_path_factory.mktemp("provider")).start()
    yield one
    one.stop()


@pytest.fixture
def settings(settings: Settings, provider: Provider) -> Settings:
    return replace(
        settings,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret="hush",
        oidc_role_claim="groups",
        oidc_role_map=msgspec.json.encode(ROLES).decode(),
    )


@pytest.fixture
async def client_side(settings: Settings) -> AsyncIterator[OidcProvider]:
    made = OidcProvider(settings)
    yield made
    await made.close()


async def claims(provider: Provider, *groups: str, **others: Any) -> None:
    told = {"email": "Lo@Example.org", "email_verified": True, "name": "Lo Exempel", "groups": list(groups), **others}
    await provider.set_person("lo", **told)


async def to_provider(one: Browser, path: str = "/sign-in/oidc") -> str:
    answer = await one.get(path)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def come_back(one: Browser, address: str) -> Any:
    return await one.get(address.removeprefix(SITE))


async def sign_in(one: Browser, provider: Provider, subject: str = "lo") -> Any:
    return await come_back(one, await provider.sign_in(await to_provider(one), subject))


def changed(address: str, **values: str) -> str:
    """Return an address with other values in its query."""
    parts = urlsplit(address)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    return urlunsplit(parts._replace(query=urlencode(query)))


async def held(connection: asyncpg.Connection) -> set[tuple[str, str]]:
    rows = await connection.fetch("select role, source from role_grant where revoked_at is null")
    return {(row["role"], row["source"]) for row in rows}


async def test_it_works(browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection) -> None:
    await claims(provider, "office", "unknown-group")
    one = browser()
    address = await to_provider(one, "/sign-in/oidc?next=/me/sessions")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{SITE}/sign-in/oidc/callback"]
    assert asked["scope"] == ["openid email profile"]
    answer = await come_back(one, await provider.sign_in(address, "lo"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/sessions")
    assert await held(connection) == {("office", "oidc")}
    stored = await connection.fetchrow("select email, name from person")
    assert tuple(stored) == ("lo@example.org", "Lo Exempel")
    assert await connection.fetchval("select method from session") == "oidc"
    assert await actions(connection, "%") == [
        "person.added",
        "person.identity_linked",
        "role.given",
        "session.signed_in",
    ]


async def test_the_secrets_of_a_visit_are_hashed_and_spent(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection
) -> None:
    await claims(provider, "office")
    one = browser()
    address = await to_provider(one)
    back = await provider.sign_in(address, "lo")
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert state not in str(await connection.fetch("select row_to_json(t)::text from oidc_visit t"))
    assert (await come_back(one, back)).status_code == 303
    assert await connection.fetchval("select count(*) from oidc_visit") == 0
    assert (await come_back(one, back)).status_code == 403


async def test_another_browser_gets_nothing(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection
) -> None:
    """An answer that an attacker slips under a victim's browser signs her in to nothing."""
    await claims(provider, "office")
    attacker, victim = browser(), browser()
    back = await provider.sign_in(await to_provider(attacker), "lo")
    await to_provider(victim)
    answer = await come_back(victim, back)
    assert answer.status_code == 403
    assert "was not begun in this browser" in answer.text
    assert victim.session is None
    assert await connection.fetchval("select count(*) from session") == 0
    assert (await come_back(attacker, back)).status_code == 303


async def test_a_wrong_state_is_refused(browser: MakeBrowser, provider: Provider) -> None:
    await claims(provider, "office")
    one = browser()
    back = await provider.sign_in(await to_provider(one), "lo")
    for state in ("x", "", "y" * 3000):
        assert (await come_back(one, changed(back, state=state))).status_code == 403
    assert one.session is None


async def test_a_wrong_nonce_is_refused(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection
) -> None:
    """An id token made for another visit does not do, though the provider signed it."""
    await claims(provider, "office")
    one = browser()
    address = await to_provider(one)
    answer = await come_back(one, await provider.sign_in(changed(address, nonce="another"), "lo"))
    assert answer.status_code == 403
    assert one.session is None
    details = await connection.fetchval("select details from audit_event")
    assert details == {"method": "oidc", "reason": "provider: the nonce is another one"}


async def test_a_code_of_another_visit_is_refused(browser: MakeBrowser, provider: Provider) -> None:
    """The verifier belongs to the visit (PKCE): a stolen code cannot be redeemed in another."""
    await claims(provider, "office")
    victim, thief = browser(), browser()
    stolen = parse_qs(urlsplit(await provider.sign_in(await to_provider(victim), "lo")).query)["code"][0]
    back = await provider.sign_in(await to_provider(thief), "lo")
    assert (await come_back(thief, changed(back, code=stolen))).status_code == 403
    assert thief.session is None


async def test_an_invented_code_is_refused(browser: MakeBrowser, provider: Provider) -> None:
    one = browser()
    back = await provider.sign_in(await to_provider(one), "lo")
    assert (await come_back(one, changed(back, code="invented"))).status_code == 403


async def test_breaking_off_at_the_provider_is_told(browser: MakeBrowser, provider: Provider) -> None:
    one = browser()
    back = await provider.sign_in(await to_provider(one), "lo", action="deny")
    answer = await come_back(one, back)
    assert answer.status_code == 403
    assert "broken off" in answer.text or "not begun in this browser" in answer.text


async def test_a_late_answer_is_refused(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection
) -> None:
    await claims(provider, "office")
    one = browser()
    back = await provider.sign_in(await to_provider(one), "lo")
    await connection.execute("update oidc_visit set expires_at = now()")
    assert (await come_back(one, back)).status_code == 403


async def test_an_address_not_vouched_for_links_to_nobody(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection, office_grant: dict[str, object]
) -> None:
    await add_person(connection, "lo@example.org", office_grant)
    for verified in (False, None, "yes", 1):
        await claims(provider, "office", email_verified=verified)
        one = browser()
        answer = await sign_in(one, provider)
        assert answer.status_code == 403, verified
        assert "does not vouch" in answer.text
        assert one.session is None
    await provider.set_person("lo", email="lo@example.org", groups=["office"])
    assert (await sign_in(browser(), provider)).status_code == 403
    assert await connection.fetchval("select count(*) from identity") == 0


async def test_a_vouched_address_links_once_and_then_the_subject_counts(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection, office_grant: dict[str, object]
) -> None:
    known = await add_person(connection, "lo@example.org", office_grant, name="Known Name")
    await claims(provider)
    assert (await sign_in(browser(), provider)).status_code == 303
    assert await connection.fetchval("select person_id from identity") == known
    # Later the address changes, and is vouched for no more: the subject is what lasts.
    await claims(provider, email="married@example.org", email_verified=False)
    assert (await sign_in(browser(), provider)).status_code == 303
    people = await connection.fetch("select email, name from person")
    assert [tuple(row) for row in people] == [("lo@example.org", "Known Name")]


async def test_somebody_without_a_role_is_not_stored(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection
) -> None:
    await claims(provider, "other-group")
    answer = await sign_in(browser(), provider)
    assert answer.status_code == 403
    assert "no role here" in answer.text
    assert await connection.fetchval("select count(*) from person") == 0


async def test_roles_are_brought_in_line_and_others_stay(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection, people: Cast
) -> None:
    await claims(provider, "office", "boss")
    one = browser()
    assert (await sign_in(one, provider)).status_code == 303
    person_id = await connection.fetchval("select person_id from person")
    await connection.execute(
        """
        insert into role_grant (person_id, role, region_id, source, granted_at, granted_by)
        values ($1, 'management', $2, 'command', now(), 'test')
        """,
        person_id,
        people.regions["theirs"],
    )
    assert await held(connection) == {("office", "oidc"), ("management", "oidc"), ("management", "command")}
    await claims(provider, "other-office")
    assert (await sign_in(browser(), provider)).status_code == 303
    assert await held(connection) == {("office", "oidc"), ("management", "command")}
    region = await connection.fetchval(
        "select r.code from role_grant join region r using (region_id) where source = 'oidc' and revoked_at is null"
    )
    assert region == "OTH"
    await claims(provider)
    assert (await sign_in(browser(), provider)).status_code == 303
    assert await held(connection) == {("management", "command")}
    given = await actions(connection, "role.%")
    assert (given.count("role.given"), given.count("role.taken")) == (3, 3)


async def test_an_investigator_is_found_by_her_address(
    browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection, people: Cast
) -> None:
    await claims(provider, "doctor", email="lung@example.org")
    assert (await sign_in(browser(), provider)).status_code == 303
    assert await connection.fetchval("select investigator_id from role_grant") == people.investigators["lung"]
    await provider.set_person("nobody", email="nobody@example.org", email_verified=True, groups=["doctor"])
    assert (await sign_in(browser(), provider, "nobody")).status_code == 403


async def test_a_session_before_ends(browser: MakeBrowser, provider: Provider, connection: asyncpg.Connection) -> None:
    await claims(provider, "office")
    one = browser()
    await sign_in(one, provider)
    first = one.session
    await sign_in(one, provider)
    assert one.session != first
    assert await connection.fetchval("select count(*) from session where revoked_at is null") == 1


async def test_where_to_go_is_one_of_our_own_pages(browser: MakeBrowser, provider: Provider) -> None:
    await claims(provider, "office")
    one = browser()
    address = await to_provider(one, "/sign-in/oidc?next=https://evil.example/")
    assert (await come_back(one, await provider.sign_in(address, "lo"))).headers["location"] == "/"


async def test_a_rotated_key_is_read_once_more(
    tmp_path: Any, settings: Settings, provider: Provider, client_side: OidcProvider
) -> None:
    """A restart of the provider makes a new key; the old one is still known here."""
    own = Provider(tmp_path).start()
    try:
        rotating = OidcProvider(replace(settings, oidc_issuer=own.issuer))
        for _ in range(2):
            visit = new_visit()
            await own.set_person("lo", email="lo@example.org", email_verified=True)
            back = await own.sign_in(await rotating.start_url(visit), "lo")
            code = parse_qs(urlsplit(back).query)["code"][0]
            person = await rotating.redeem(code, nonce=visit.nonce, code_verifier=visit.code_verifier)
            assert person.subject == "lo"
            own.stop()
            own.start()
        await rotating.close()
    finally:
        own.stop()


async def test_an_expired_id_token_is_refused(tmp_path: Any, settings: Settings) -> None:
    for seconds, is_believed in ((-60, False), (-10, True)):
        own = Provider(tmp_path).start(token_seconds=seconds)
        side = OidcProvider(replace(settings, oidc_issuer=own.issuer))
        visit = new_visit()
        try:
            await own.set_person("lo", email="lo@example.org", email_verified=True)
            back = await own.sign_in(await side.start_url(visit), "lo")
            code = parse_qs(urlsplit(back).query)["code"][0]
            if is_believed:
                await side.redeem(code, nonce=visit.nonce, code_verifier=visit.code_verifier)
                continue
            with pytest.raises(OidcError, match="ExpiredSignatureError"):
                await side.redeem(code, nonce=visit.nonce, code_verifier=visit.code_verifier)
        finally:
            await side.close()
            own.stop()


async def test_tokens_the_provider_did_not_sign_are_refused(client_side: OidcProvider, provider: Provider) -> None:
    await client_side.start_url(new_visit())
    good = {"iss": provider.issuer, "aud": CLIENT, "sub": "lo", "nonce": "n", "iat": 1, "exp": 4_000_000_000}
    forged = [
        jwt.encode(good, "", algorithm="none"),
        jwt.encode(good, "hush" * 16, algorithm="HS256"),
        "nonsense",
        "",
        "a.b.c",
    ]
    for token in forged:
        with pytest.raises(OidcError):
            await client_side.check_id_token(token, "n")


async def test_a_provider_that_calls_itself_otherwise_is_refused(settings: Settings, provider: Provider) -> None:
    for issuer in (provider.issuer + "/", f"http://localhost:{provider.port}/x", "http://127.0.0.1:1"):
        side = OidcProvider(replace(settings, oidc_issuer=issuer))
        with pytest.raises(OidcError):
            await side.start_url(new_visit())
        await side.close()


async def test_an_unreachable_provider_is_told(app: Litestar, browser: MakeBrowser, settings: Settings) -> None:
    app.state.oidc = OidcProvider(replace(settings, oidc_issuer="http://127.0.0.1:1"))
    answer = await browser().get("/sign-in/oidc")
    assert answer.status_code == 403
    assert "did not answer as it should" in answer.text


async def test_without_a_provider_there_is_no_such_page(app: Litestar, browser: MakeBrowser) -> None:
    app.state.oidc = None
    for path in ("/sign-in/oidc", "/sign-in/oidc/callback?state=x&code=y"):
        assert (await browser().get(path)).status_code == 404


class TestOnThisMachine:
    """Where the public address is this machine's own."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, public_url="http://127.0.0.1:8000")

    async def test_it_begins_at_the_public_address(self, browser: MakeBrowser, provider: Provider) -> None:
        """Under another name of the machine the browser would come back without its cookie."""
        address = "/sign-in/oidc?next=/me/role"
        answer = await browser().get(address, headers={"Host": "localhost:8000"})
        assert answer.headers["location"] == "http://127.0.0.1:8000/sign-in/oidc?next=%2Fme%2Frole"
        answer = await browser().get(address, headers={"Host": "127.0.0.1:8000"})
        assert answer.headers["location"].startswith(provider.issuer)
