"""Signing in in the production shape: what each program is given, and the provider for trying out."""

import re
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from tests.test_compose import PROGRAMS, ROOT, SERVICES, environment_of_service, interpolate, read_compose
from trialport.accounts.oidc_client import CALLBACK_PATH
from trialport.accounts.oidc_rules import is_safe_address
from trialport.core.config import Settings, load_settings


def try_settings() -> dict[str, str]:
    """Settings that docs/deployment.md names for the provider for trying out."""
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    return dict(re.findall(r"`(TRIALPORT_OIDC_\w+)=(\S+)`", text))


def test_each_program_gets_what_it_needs() -> None:
    """Links stand in mails (worker) and on the command line (migrate); proxies and the provider are the API's."""
    oidc = {f"TRIALPORT_{name.upper()}" for name in Settings.__struct_fields__ if name.startswith("oidc_")}
    wanted = {"TRIALPORT_TRUSTED_PROXIES", *oidc}
    assert len(wanted) == 6
    for service in PROGRAMS:
        given = SERVICES[service]["environment"].keys()
        assert "TRIALPORT_PUBLIC_URL" in given
        assert wanted & given == (wanted if service == "api" else set())


def test_the_provider_for_trying_out_fits_what_the_manual_says() -> None:
    """Its issuer, client and person are those of docs/deployment.md, and the program would believe its addresses."""
    (mounted,) = SERVICES["oidc"]["configs"]
    content = read_compose()["configs"][mounted["source"]]["content"]
    assert mounted["target"] == SERVICES["oidc"]["entrypoint"][-1]
    told = YAML(typ="safe").load(interpolate(content, {"TRIALPORT_PUBLIC_URL": "https://trials.example.org"}))
    settings = load_settings({**environment_of_service("api"), **try_settings()})
    issuer = urlsplit(settings.oidc_issuer)
    assert told["issuer"] == settings.oidc_issuer
    assert is_safe_address(f"{settings.oidc_issuer}/token", settings.oidc_issuer)
    assert issuer.hostname in SERVICES["oidc"]["networks"]["edge"]["aliases"]
    assert SERVICES["oidc"]["ports"] == [f"127.0.0.1:{issuer.port}:{issuer.port}"]
    assert told["web"]["http"] == f"0.0.0.0:{issuer.port}"
    assert SERVICES["oidc"]["healthcheck"]["test"][-1] == f"http://127.0.0.1:{issuer.port}{issuer.path}/healthz"
    assert "edge" in SERVICES["api"]["networks"]
    (client,), (person,) = told["staticClients"], told["staticPasswords"]
    assert (client["id"], client["public"]) == (settings.oidc_client_id, True)
    assert client["redirectURIs"] == ["https://trials.example.org" + CALLBACK_PATH]
    assert settings.oidc_client_secret == ""
    assert person["email"] == "admin@example.org"
    # Compose writes a dollar sign as two.
    assert person["hash"].startswith("$2a$10$")
