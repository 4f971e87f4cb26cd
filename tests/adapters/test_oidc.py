"""Sign-in through a real OpenID Connect provider: the good way, and the ways of a thief."""

from __future__ import annotations

import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from adapters.sign_in.oidc import OidcProvider
from exchange.errors import ExchangeError, Refused, TransportError
from exchange.ports.sign_in import Departure, Identity, ProviderSettings, Return
from tests.adapters.oidc_house import Provider, provider
from tests.keys.authenticator import b64

BACK = "https://sen.example/sign-in/from/test"


class Now:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0) + self.shift


@pytest.fixture(scope="module")
def house() -> Iterator[Provider]:
    with provider() as running:
        running.put_user("amina", email="amina@school.example", email_verified=True, name="Amina K")
        yield running


def settings(issuer: str, **more: Any) -> ProviderSettings:
    return ProviderSettings("test", "Test", issuer, "sen", "secret", **more)


def come_back(house: Provider, departure: Departure, subject: str | None) -> Return:
    said = house.sign_in(departure.url, subject)
    # The mock leaves the state out where the person says no; real providers do not.
    return Return(
        said.get("state", departure.state),
        said.get("code", ""),
        said.get("iss", ""),
        said.get("error", ""),
    )


def signed_in(house: Provider, subject: str = "amina", **more: Any) -> Identity:
    one = OidcProvider(settings(house.issuer, **more), Now())
    departure = one.depart(BACK)
    return one.arrive(departure, BACK, come_back(house, departure, subject))


def refusal(house: Provider, subject: str, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        signed_in(house, subject, **more)
    return f"{caught.value.code} {caught.value.path}"


def test_a_person_signs_in(house: Provider) -> None:
    identity = signed_in(house, trusts_email=True)
    assert identity.issuer == house.issuer
    assert identity.subject == "amina"
    assert identity.email == "amina@school.example"
    assert identity.name == "Amina K"
    assert not identity.multi_factor


def test_the_address_carries_pkce_state_and_nonce_and_no_secret(house: Provider) -> None:
    departure = OidcProvider(settings(house.issuer), Now()).depart(BACK)
    asked = parse_qs(urlsplit(departure.url).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"] == [departure.state]
    assert asked["nonce"] == [departure.nonce]
    assert asked["redirect_uri"] == [BACK]
    assert departure.verifier not in departure.url
    assert "secret" not in departure.url
    assert departure.verifier not in repr(departure)


def test_each_departure_is_its_own(house: Provider) -> None:
    one = OidcProvider(settings(house.issuer), Now())
    first, second = one.depart(BACK), one.depart(BACK)
    assert first.state != second.state
    assert first.nonce != second.nonce
    assert first.verifier != second.verifier


def test_an_unverified_or_untrusted_address_is_not_told(house: Provider) -> None:
    assert signed_in(house, trusts_email=False).email == ""
    house.put_user("ben", email="amina@school.example", email_verified=False)
    assert signed_in(house, "ben", trusts_email=True).email == ""
    house.put_user("cat", email="amina@school.example")
    assert signed_in(house, "cat", trusts_email=True).email == ""
    house.put_user("dan", email="amina@school.example", email_verified="true")
    assert signed_in(house, "dan", trusts_email=True).email == ""


def test_a_second_factor_counts_only_where_the_provider_says_so(house: Provider) -> None:
    house.put_user("two", amr=["pwd", "mfa"])
    house.put_user("one", amr=["pwd"])
    house.put_user("high", acr="urn:example:high")
    amr = {"mfa": "amr", "mfa_values": ("mfa", "hwk")}
    acr = {"mfa": "acr", "mfa_values": ("urn:example:high",)}
    assert signed_in(house, "two", **amr).multi_factor
    assert not signed_in(house, "one", **amr).multi_factor
    assert not signed_in(house, "amina", **amr).multi_factor
    assert signed_in(house, "high", **acr).multi_factor
    assert not signed_in(house, "two", **acr).multi_factor
    assert not signed_in(house, "two", mfa="never", mfa_values=("mfa",)).multi_factor
    assert signed_in(house, "one", mfa="enforced").multi_factor
    house.put_user("odd", amr={"mfa": True})
    assert not signed_in(house, "odd", **amr).multi_factor


def test_another_clients_token_is_refused(house: Provider) -> None:
    house.put_user("aud", aud="another-client")
    assert refusal(house, "aud") == "sign-in-mismatch /id_token/aud"
    house.put_user("aud2", aud=["another-client"])
    assert refusal(house, "aud2") == "sign-in-mismatch /id_token/aud"
    house.put_user("azp", aud=["sen", "another-client"], azp="another-client")
    assert refusal(house, "azp") == "sign-in-mismatch /id_token/azp"
    house.put_user("azp2", aud=["sen", "another-client"])
    assert refusal(house, "azp2") == "sign-in-mismatch /id_token/azp"


def test_a_wrong_nonce_is_refused(house: Provider) -> None:
    house.put_user("nonce", nonce="another")
    assert refusal(house, "nonce") == "sign-in-mismatch /id_token/nonce"
    house.put_user("nonces", nonce=["a", "b"])
    assert refusal(house, "nonces") == "sign-in-mismatch /id_token/nonce"


def test_another_issuers_token_is_refused(house: Provider) -> None:
    house.put_user("iss", iss="https://evil.example")
    assert refusal(house, "iss") == "sign-in-mismatch /id_token/iss"


def test_an_old_token_and_one_from_the_future_are_refused(house: Provider) -> None:
    now = int(datetime.now(UTC).timestamp())
    house.put_user("old", exp=now - 600)
    assert refusal(house, "old") == "sign-in-mismatch /id_token/exp"
    house.put_user("future", iat=now + 3600)
    assert refusal(house, "future") == "sign-in-mismatch /id_token/iat"


def test_a_wrong_state_is_refused_before_anything_is_fetched(house: Provider) -> None:
    one = OidcProvider(settings(house.issuer), Now())
    departure = one.depart(BACK)
    back = come_back(house, departure, "amina")
    with pytest.raises(Refused) as caught:
        one.arrive(departure, BACK, replace(back, state="x" * 48))
    assert caught.value.path == "/state"
    assert one.arrive(departure, BACK, back).subject == "amina"  # the code was not spent


def test_a_stolen_code_gives_nothing_in_another_browser(house: Provider) -> None:
    """The thief starts a departure of their own and puts the victim's code into its return."""
    one = OidcProvider(settings(house.issuer), Now())
    victims, thiefs = one.depart(BACK), one.depart(BACK)
    stolen = come_back(house, victims, "amina")
    with pytest.raises(Refused) as caught:
        one.arrive(thiefs, BACK, replace(stolen, state=thiefs.state))
    assert caught.value.code == "sign-in-refused"  # the provider: not this verifier


def test_a_stolen_code_gives_nothing_even_without_pkce(house: Provider) -> None:
    """Were the verifier known as well, the token still names the other departure's nonce."""
    one = OidcProvider(settings(house.issuer), Now())
    victims, thiefs = one.depart(BACK), one.depart(BACK)
    stolen = come_back(house, victims, "amina")
    with pytest.raises(Refused) as caught:
        one.arrive(
            replace(thiefs, verifier=victims.verifier),
            BACK,
            replace(stolen, state=thiefs.state),
        )
    assert caught.value.path == "/id_token/nonce"


def test_a_code_is_good_once(house: Provider) -> None:
    one = OidcProvider(settings(house.issuer), Now())
    departure = one.depart(BACK)
    back = come_back(house, departure, "amina")
    one.arrive(departure, BACK, back)
    with pytest.raises(Refused) as caught:
        one.arrive(departure, BACK, back)
    assert caught.value.code == "sign-in-refused"


def test_an_answer_of_another_provider_is_refused(house: Provider) -> None:
    """Mix-up (RFC 9207): the answer says that it comes from somebody else."""
    one = OidcProvider(settings(house.issuer), Now())
    departure = one.depart(BACK)
    back = come_back(house, departure, "amina")
    with pytest.raises(Refused) as caught:
        one.arrive(departure, BACK, replace(back, issuer="https://evil.example"))
    assert caught.value.path == "/iss"


def test_the_person_may_say_no(house: Provider) -> None:
    one = OidcProvider(settings(house.issuer), Now())
    departure = one.depart(BACK)
    with pytest.raises(Refused) as caught:
        one.arrive(departure, BACK, come_back(house, departure, None))
    assert caught.value.code == "sign-in-refused"


class Fake(http.server.BaseHTTPRequestHandler):
    """Answers what a test lays out; for providers that are broken or hostile."""

    pages: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        page = self.pages.get(self.path)
        body = page if isinstance(page, bytes) else json.dumps(page).encode()
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def fake() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    issuer = f"http://127.0.0.1:{server.server_port}"
    Fake.pages = {
        "/.well-known/openid-configuration": {
            "issuer": issuer,
            "authorization_endpoint": issuer + "/authorize",
            "token_endpoint": issuer + "/token",
            "jwks_uri": issuer + "/keys",
        }
    }
    yield issuer
    server.shutdown()
    server.server_close()


KEY = RSAKey.generate_key(2048, {"kid": "one"})


def claims(issuer: str, nonce: str, **more: Any) -> dict[str, Any]:
    now = int(datetime.now(UTC).timestamp())
    said = {"iss": issuer, "aud": "sen", "sub": "amina", "iat": now, "exp": now + 300}
    return {**said, "nonce": nonce, **more}


def arrive(one: OidcProvider, departure: Departure, token: str) -> Identity:
    Fake.pages["/token"] = {"access_token": "x", "token_type": "Bearer", "id_token": token}
    return one.arrive(departure, BACK, Return(departure.state, "code"))


def by_public_key(header: dict[str, Any], said: dict[str, Any]) -> str:
    """Sign with HMAC under the provider's public key: the classic confusion of algorithms."""
    parts = [b64(json.dumps(one).encode()) for one in (header, said)]
    made = hmac.digest(KEY.as_pem(private=False), ".".join(parts).encode(), "sha256")
    return ".".join([*parts, b64(made)])


@pytest.mark.filterwarnings("ignore:JWS algorithm")
def test_an_unsigned_or_self_signed_token_is_refused(fake: str) -> None:
    Fake.pages["/keys"] = {"keys": [KEY.as_dict(private=False)]}
    one = OidcProvider(settings(fake), Now())
    departure = one.depart(BACK)
    good = claims(fake, departure.nonce)
    assert arrive(one, departure, jwt.encode({"alg": "RS256", "kid": "one"}, good, KEY)).subject
    other = RSAKey.generate_key(2048, {"kid": "one"})
    none = jwt.encode({"alg": "none"}, good, OctKey.import_key("x" * 32), ["none"])
    confused = by_public_key({"alg": "HS256", "kid": "one"}, good)
    shared = OctKey.import_key("secret" * 8)
    for token in (
        jwt.encode({"alg": "RS256", "kid": "one"}, good, other),
        none,
        confused,
        jwt.encode({"alg": "HS256"}, good, shared, ["HS256"]),
        "",
        "a.b.c",
        "a.b.c.d.e",
        "." * 10_000,
    ):
        with pytest.raises(Refused) as caught:
            arrive(one, departure, token)
        assert caught.value.code == "sign-in-mismatch"


def test_a_provider_may_change_its_keys_and_nonsense_does_not_make_us_ask_for_ever(
    fake: str,
) -> None:
    clock = Now()
    Fake.pages["/keys"] = {"keys": [KEY.as_dict(private=False)]}
    one = OidcProvider(settings(fake), clock)
    departure = one.depart(BACK)
    good = claims(fake, departure.nonce)
    arrive(one, departure, jwt.encode({"alg": "RS256", "kid": "one"}, good, KEY))
    newer = RSAKey.generate_key(2048, {"kid": "two"})
    Fake.pages["/keys"] = {"keys": [newer.as_dict(private=False)]}
    token = jwt.encode({"alg": "RS256", "kid": "two"}, good, newer)
    with pytest.raises(Refused):  # asked a moment ago
        arrive(one, departure, token)
    clock.shift = timedelta(seconds=61)
    assert arrive(one, departure, token).subject == "amina"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"issuer": "https://evil.example"}, "provider-wrong"),
        ({"token_endpoint": "http://evil.example/token"}, "provider-wrong"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "provider-wrong"),
        ({"jwks_uri": 7}, "provider-wrong"),
        ({"jwks_uri": "https://user:pass@keys.example/"}, "provider-wrong"),
    ],
)
def test_a_provider_that_is_not_what_was_set_up(
    fake: str, change: dict[str, Any], code: str
) -> None:
    Fake.pages["/.well-known/openid-configuration"] |= change
    with pytest.raises(ExchangeError) as caught:
        OidcProvider(settings(fake), Now()).depart(BACK)
    assert caught.value.code == code


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"[" * 100_000, b" " * 300_000, b"\xff"])
def test_a_provider_that_answers_nonsense(fake: str, body: bytes) -> None:
    Fake.pages["/.well-known/openid-configuration"] = body
    with pytest.raises(TransportError):
        OidcProvider(settings(fake), Now()).depart(BACK)


@pytest.mark.parametrize("answer", [b"<html>", {"error": "server_error"}, {}, {"id_token": 7}])
def test_a_token_endpoint_that_answers_nonsense(fake: str, answer: Any) -> None:
    one = OidcProvider(settings(fake), Now())
    departure = one.depart(BACK)
    Fake.pages["/token"] = answer
    with pytest.raises(ExchangeError):
        one.arrive(departure, BACK, Return(departure.state, "code"))


def test_nobody_there() -> None:
    with pytest.raises(TransportError):
        OidcProvider(settings("http://127.0.0.1:9"), Now()).depart(BACK)
    with pytest.raises(Refused):
        OidcProvider(settings("http://login.example"), Now()).depart(BACK)


def test_several_tenants_of_one_provider_only_those_that_are_set_up(fake: str) -> None:
    """Microsoft's "any organisation": its issuer is a template, filled by the token's ``tid``."""
    template = fake + "/{tenantid}/v2.0"
    known = Fake.pages.pop("/.well-known/openid-configuration")
    where = "/organizations/v2.0/.well-known/openid-configuration"
    Fake.pages[where] = {**known, "issuer": template}
    Fake.pages["/keys"] = {"keys": [KEY.as_dict(private=False)]}
    one = OidcProvider(settings(template, tenants=("school-a",)), Now())
    departure = one.depart(BACK)

    def token(tenant: str, issuer_of: str) -> str:
        issuer = template.replace("{tenantid}", issuer_of)
        said = claims(issuer, departure.nonce, tid=tenant)
        return jwt.encode({"alg": "RS256", "kid": "one"}, said, KEY)

    assert arrive(one, departure, token("school-a", "school-a")).issuer.endswith("/school-a/v2.0")
    for tenant, issuer in (("school-b", "school-b"), ("school-a", "school-b")):
        with pytest.raises(Refused):
            arrive(one, departure, token(tenant, issuer))
