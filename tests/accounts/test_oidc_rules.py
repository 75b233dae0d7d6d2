"""What a provider's claims mean here, without a provider."""

import pytest

from trialport.accounts.oidc_rules import is_safe_address, person_of, read_role_map
from trialport.core.config import SettingsError


def test_claims_are_read_carefully() -> None:
    said = {"iss": "i", "sub": "s", "email": "A@Example.org", "email_verified": True}
    assert person_of({**said, "roles": "one"}, "roles").values == ("one",)
    assert person_of({**said, "roles": ["one", 2, "two"]}, "roles").values == ("one", "two")
    assert person_of({**said, "realm": {"roles": ["deep"]}}, "realm.roles").values == ("deep",)
    assert person_of({**said, "realm": "x"}, "realm.roles").values == ()
    assert person_of(said, "roles").email == "a@example.org"
    assert person_of({**said, "email_verified": False}, "roles").email is None


def test_a_role_map_that_is_none_is_named() -> None:
    for text in ("[]", "{", '{"a": {"role": "king"}}', '{"a": {"role": "office"}}', '{"a": {"role": "admin", "x": 1}}'):
        with pytest.raises(SettingsError, match="OIDC_ROLE_MAP"):
            read_role_map(text)
    assert read_role_map("") == {}


def test_only_safe_addresses_of_a_provider_are_called() -> None:
    assert is_safe_address("https://idp.example/token", "https://idp.example")
    assert is_safe_address("http://127.0.0.1:9/token", "http://localhost:9")
    assert is_safe_address("http://oidc.localhost:9/token", "http://oidc.localhost:9")
    for host in ("localhost.example", "notlocalhost", "x.localhost.example"):
        assert not is_safe_address(f"http://{host}/token", "http://oidc.localhost:9"), host
    for address in ("http://idp.example/token", "http://127.0.0.1/token", "file:///etc/passwd", "", None, "https://"):
        assert not is_safe_address(address, "https://idp.example"), address
