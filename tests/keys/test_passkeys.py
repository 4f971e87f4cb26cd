"""Passkeys are made and used with a software authenticator, and its lies are refused."""

from __future__ import annotations

import json

import pytest

from keys import passkeys
from keys.errors import PasskeyInvalid
from keys.passkeys import Passkey, Site
from tests.keys.authenticator import Authenticator, b64, unb64

SITE = Site("sen.example", "https://sen.example", "SEN Exchange")
ORIGIN = SITE.origin


def made(device: Authenticator) -> tuple[Passkey, str]:
    handle, challenge = passkeys.new_handle(), passkeys.new_challenge()
    options = passkeys.registration_options(SITE, challenge, handle, "a@b.example", "A B", [])
    return passkeys.registered(SITE, challenge, device.create(options)), handle


def test_a_passkey_is_made_and_signs_in() -> None:
    device = Authenticator(ORIGIN)
    passkey, handle = made(device)
    challenge = passkeys.new_challenge()
    answer = device.get(passkeys.sign_in_options(SITE, challenge))
    assert passkeys.claimed_credential(answer) == passkey.credential_id
    assert passkeys.credential_lookup(device.credential_id) == passkey.lookup
    after = passkeys.proven(SITE, challenge, passkey, handle, answer)
    assert after.sign_count > passkey.sign_count


def test_the_browser_is_told_to_verify_the_person_and_names_nobody() -> None:
    challenge = passkeys.new_challenge()
    options = json.loads(passkeys.sign_in_options(SITE, challenge))
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    making = json.loads(
        passkeys.registration_options(SITE, challenge, passkeys.new_handle(), "a", "A", [b64(b"x")])
    )
    assert making["authenticatorSelection"]["userVerification"] == "required"
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert [one["id"] for one in making["excludeCredentials"]] == [b64(b"x")]


def test_a_device_that_verifies_nobody_makes_no_passkey() -> None:
    with pytest.raises(PasskeyInvalid):
        made(Authenticator(ORIGIN, verifies=False))


def test_a_device_that_verifies_nobody_signs_nobody_in() -> None:
    device = Authenticator(ORIGIN)
    passkey, handle = made(device)
    device.verifies = False
    challenge = passkeys.new_challenge()
    answer = device.get(passkeys.sign_in_options(SITE, challenge))
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, answer)


def test_an_answer_counts_once() -> None:
    device = Authenticator(ORIGIN)
    passkey, handle = made(device)
    challenge = passkeys.new_challenge()
    answer = device.get(passkeys.sign_in_options(SITE, challenge))
    passkey = passkeys.proven(SITE, challenge, passkey, handle, answer)
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, answer)  # the counter stands still
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, passkeys.new_challenge(), passkey, handle, answer)


def test_a_copied_passkey_is_noticed_by_its_counter() -> None:
    device = Authenticator(ORIGIN, counter=40)
    passkey, handle = made(device)
    device.counter = 10
    challenge = passkeys.new_challenge()
    answer = device.get(passkeys.sign_in_options(SITE, challenge))
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, answer)


def test_a_device_that_does_not_count_works_every_time() -> None:
    device = Authenticator(ORIGIN, counts=False)
    passkey, handle = made(device)
    for _ in range(3):
        challenge = passkeys.new_challenge()
        answer = device.get(passkeys.sign_in_options(SITE, challenge))
        passkey = passkeys.proven(SITE, challenge, passkey, handle, answer)


def test_another_sites_answer_is_refused() -> None:
    device = Authenticator(ORIGIN)
    passkey, handle = made(device)
    challenge = passkeys.new_challenge()
    options = passkeys.sign_in_options(SITE, challenge)
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, device.get(options, "evil.example"))
    device.origin = "https://sen.example.evil.example"
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, device.get(options))


def test_another_devices_signature_and_another_accounts_handle_are_refused() -> None:
    device, other = Authenticator(ORIGIN), Authenticator(ORIGIN)
    passkey, handle = made(device)
    made(other)
    challenge = passkeys.new_challenge()
    options = passkeys.sign_in_options(SITE, challenge)
    other.credential = device.credential
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, other.get(options))
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, passkeys.new_handle(), device.get(options))


@pytest.mark.parametrize("field", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("at", [0, 5, -1])
def test_a_changed_byte_is_refused(field: str, at: int) -> None:
    device = Authenticator(ORIGIN)
    passkey, handle = made(device)
    challenge = passkeys.new_challenge()
    said = json.loads(device.get(passkeys.sign_in_options(SITE, challenge)))
    data = bytearray(unb64(said["response"][field]))
    data[at] ^= 1
    said["response"][field] = b64(bytes(data))
    with pytest.raises(PasskeyInvalid):
        passkeys.proven(SITE, challenge, passkey, handle, json.dumps(said))


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        "[]",
        "null",
        '"x"',
        "9" * 70_000,
        '{"id":1}',
        '{"id":"a","rawId":"b"}',
        "\ud800",
        '{"id":"a","rawId":"a","type":"public-key","response":{"clientDataJSON":"!"}}',
        '{"id":"a","rawId":"a","type":"x","response":[]}',
        "[" * 20_000,
    ],
)
def test_nonsense_is_refused_without_a_crash(said: str) -> None:
    challenge = passkeys.new_challenge()
    with pytest.raises(PasskeyInvalid):
        passkeys.registered(SITE, challenge, said)
    with pytest.raises(PasskeyInvalid):
        passkeys.claimed_credential(said)
