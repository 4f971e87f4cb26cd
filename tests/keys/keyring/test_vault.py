"""What the vault hands out does its one thing, keeps tenants apart and shows no secret."""

from __future__ import annotations

import base64
import io
import pickle
import re
import traceback
from datetime import timedelta

import pytest

from keys import age
from keys.errors import AgeNoMatch, KeyringError, KeysError
from keys.httpsig import verify_request
from keys.interfaces import Compartment, Opener, RequestSigner, Signer, Vault
from keys.keyring import KEY_LIFETIME, KeyringVault
from keys.sshsig import read_signature
from tests.keys.keyring.conftest import DSL, NODE_KEY, NOW, ORG, OTHER_ORG, Home


def seal(text: bytes, *recipients: str) -> io.BytesIO:
    sealed = io.BytesIO()
    with age.encrypt(sealed, [age.parse_recipient(one) for one in recipients]) as sink:
        sink.write(text)
    return sealed


def open_vault(home: Home) -> KeyringVault:
    vault = home.again().vault(lambda: NOW)
    vault.unlock_cp(ORG, DSL)
    return vault


def test_it_is_what_the_interfaces_promise(home: Home) -> None:
    """Checked by mypy as well; here so that a renamed method is noticed without it."""
    vault: Vault = open_vault(home)
    signer: Signer = vault.signer(ORG, NOW)
    node: Signer = vault.node_signer(ORG)
    requests: RequestSigner = vault.request_signer(ORG)
    opener: Opener = vault.opener(ORG, "general")
    compartment: Compartment = vault.compartment(ORG, "general")
    assert vault.organisations() == (ORG,)
    assert (signer.org_id, node.org_id) == (ORG, ORG)
    assert signer.key_id != node.key_id
    assert len(opener.key_ids) == 1
    assert re.fullmatch(r"[0-9a-f]{16}", compartment.key_id)
    assert requests.sign_request("GET", "https://a.example/", {}, None)["Signature"]


def test_values_belong_to_their_row_compartment_and_organisation(home: Home) -> None:
    home.keyring.add_organisation(OTHER_ORG, NOW)
    vault = open_vault(home)
    general = vault.compartment(ORG, "general")
    sealed = general.seal_value(b"plain", "pupils/1/1")
    assert general.open_value(sealed, "pupils/1/1") == b"plain"
    assert b"plain" not in sealed
    assert general.seal_value(b"plain", "pupils/1/1") != sealed
    for context in ("pupils/2/1", "pupils/1/2", ""):
        with pytest.raises(KeyringError, match="value-damaged"):
            general.open_value(sealed, context)
    for other in (vault.compartment(ORG, "cp"), vault.compartment(OTHER_ORG, "general")):
        with pytest.raises(KeyringError, match="value-key-unknown"):
            other.open_value(sealed, "pupils/1/1")


def test_every_byte_of_a_value_counts(home: Home) -> None:
    general = home.keyring.vault().compartment(ORG, "general")
    sealed = general.seal_value(b"", "row")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(KeyringError):
            general.open_value(changed, "row")
        with pytest.raises(KeyringError):
            general.open_value(sealed[:at], "row")


def test_tags_find_and_do_not_tell(home: Home) -> None:
    home.keyring.add_organisation(OTHER_ORG, NOW)
    vault = open_vault(home)
    general, upn = vault.compartment(ORG, "general"), b"A801200001001"
    tag = general.tag("upn", upn)
    assert re.fullmatch(r"[0-9a-f]{64}", tag)
    assert tag == home.again().vault().compartment(ORG, "general").tag("upn", upn)
    others = (
        general.tag("blob", upn),
        general.tag("upn", upn[:-1]),
        general.tag("upnA", upn[1:]),
        vault.compartment(ORG, "cp").tag("upn", upn),
        vault.compartment(OTHER_ORG, "general").tag("upn", upn),
    )
    assert len({tag, *others}) == 6


def test_blobs_are_sealed_without_and_opened_with_the_compartment(home: Home) -> None:
    locked = home.again().vault()
    for name in ("general", "cp"):
        recipient = locked.recipient(ORG, name)
        assert recipient.key_class == "hybrid"
        sealed = seal(b"blob", str(recipient))
        compartment = open_vault(home).compartment(ORG, name)
        assert str(compartment.recipient) == str(recipient)
        assert compartment.opener.open(sealed).read() == b"blob"
        with pytest.raises(AgeNoMatch):
            open_vault(home).opener(ORG, "dsl" if name == "cp" else "general").open(sealed)


def test_inboxes_open_their_own_packs_alone(home: Home) -> None:
    vault = open_vault(home)
    entry_boxes = {
        inbox: [key.recipient for key in box.operational]
        for inbox, box in home.keyring._read(ORG).record.inboxes.items()
    }
    for inbox, other in (("general", "dsl"), ("dsl", "general")):
        sealed = seal(b"pack", *entry_boxes[inbox])
        assert vault.opener(ORG, inbox).open(sealed).read() == b"pack"
        with pytest.raises(AgeNoMatch):
            vault.opener(ORG, other).open(sealed)


def test_node_key_signs_receipts_and_nothing_else(home: Home) -> None:
    node = open_vault(home).node_signer(ORG)
    assert read_signature(node.sign(b"r", "sen-receipt@v1")).public.key_id == node.key_id
    for namespace in ("sen-bundle@v1", "sen-envelope@v1", "sen-entry@v1"):
        with pytest.raises(KeyringError, match="node-key-misused"):
            node.sign(b"r", namespace)


def test_requests_are_signed_by_the_organisation(home: Home) -> None:
    vault = open_vault(home)
    headers = vault.request_signer(ORG).sign_request("GET", "https://a.example/x", {}, None)
    public = read_signature(vault.signer(ORG, NOW).sign(b"", "sen-bundle@v1")).public
    keys = {public.key_id: public}
    found = verify_request("GET", "https://a.example/x", headers, find_key=keys.get, now=NOW)
    assert found.key_id == vault.signer(ORG, NOW).key_id


def test_no_signer_outside_the_dates(home: Home) -> None:
    vault = home.keyring.vault(lambda: NOW + KEY_LIFETIME)
    for call in (
        lambda: vault.signer(ORG, NOW - timedelta(minutes=6)),
        lambda: vault.signer(ORG, NOW + KEY_LIFETIME),
        lambda: vault.node_signer(ORG),
        lambda: vault.request_signer(ORG),
    ):
        with pytest.raises(KeyringError, match="key-expired"):
            call()


def secrets_of(home: Home) -> set[str]:
    """Return every secret in the spellings in which it might leak."""
    content = home.keyring._read(ORG)
    record, cp = content.record, home.keyring._tenant(ORG).unlock_cp(DSL)
    raw = [NODE_KEY, content.key, home.keyring._master]
    raw += [key.private.seed for key in (*record.signing, *record.node)]
    texts = [DSL, *(sheet.identity for sheet in home.sheets)]
    for keys in (record.general, cp):
        raw += [keys.lookup, *(value.key for value in keys.values)]
        texts += [keys.blobs, *keys.identities]
    for one in raw:
        texts += [one.hex(), base64.b64encode(one).decode().rstrip("="), repr(one)[2:-1]]
    return set(texts)


def test_no_text_form_shows_a_secret(home: Home) -> None:
    vault = open_vault(home)
    content = home.keyring._read(ORG)
    things = [
        home.keyring,
        vault,
        content,
        content.record,
        content.record.general,
        content.record.general.values,
        content.record.signing,
        home.sheets,
        vault._tenants,
        vault.signer(ORG, NOW),
        vault.node_signer(ORG),
        vault.request_signer(ORG),
        vault.opener(ORG, "dsl"),
        vault.compartment(ORG, "cp"),
    ]
    shown = "".join(repr(thing) + str(thing) for thing in things)
    assert not [secret for secret in secrets_of(home) if secret in shown]
    with pytest.raises(TypeError):
        pickle.dumps(content.record)


def test_nothing_on_disk_shows_a_secret(home: Home) -> None:
    disk = b"".join(path.read_bytes() for path in home.folder.iterdir())
    assert not [secret for secret in secrets_of(home) if secret.encode() in disk]


def test_no_error_shows_a_secret(home: Home) -> None:
    vault = open_vault(home)
    general = vault.compartment(ORG, "general")
    sealed = general.seal_value(b"MARKER-OF-A-PUPIL", "row")
    calls = (
        lambda: general.open_value(sealed, "MARKER-OF-A-PUPIL"),
        lambda: general.open_value(b"MARKER-OF-A-PUPIL", "row"),
        lambda: vault.unlock_cp(ORG, "MARKER-OF-A-PUPIL"),
        lambda: home.keyring.adopt_recovery(home.sheets[1], dsl_passphrase="MARKER-OF-A-PUPIL"),
        lambda: vault.node_signer(ORG).sign(b"MARKER-OF-A-PUPIL", "sen-bundle@v1"),
    )
    for call in calls:
        with pytest.raises(KeysError) as caught:
            call()
        error = caught.value
        said = f"{error!r}{error}{error.code}{error.path}{error.hint}"
        assert "MARKER" not in said
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None
        assert not [one for one in secrets_of(home) if one in traceback.format_exc() + said]
