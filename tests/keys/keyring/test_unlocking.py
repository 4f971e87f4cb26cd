"""Who opens what, and what a wrong secret or a damaged file says."""

from __future__ import annotations

import contextlib
import hashlib
import json
import resource
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keys.errors import KeyringError
from keys.keyring import Keyring, NodeSecret, create_node_key, read_node_key
from tests.keys.keyring.conftest import DSL, NODE_KEY, NOW, ORG, OTHER_ORG, Home

PHRASE = "a phrase of five words"


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(KeyringError) as caught:
        call()
    return caught.value.code


def test_node_key_opens_and_another_does_not(home: Home) -> None:
    assert home.again().organisations() == (ORG,)
    wrong = NodeSecret(node_key=bytes(32))
    assert code_of(lambda: Keyring.unlock(home.folder, wrong)) == "node-key-wrong"
    phrase = NodeSecret(passphrase=PHRASE)
    assert code_of(lambda: Keyring.unlock(home.folder, phrase)) == "node-key-needed"


def test_passphrase_opens_and_another_does_not(tmp_path: Path) -> None:
    Keyring.create(tmp_path, NodeSecret(passphrase=PHRASE, log_n=10))
    assert Keyring.unlock(tmp_path, NodeSecret(passphrase=PHRASE)).organisations() == ()
    for wrong in (PHRASE + " ", PHRASE.upper(), ""):
        secret = NodeSecret(passphrase=wrong)
        assert code_of(lambda s=secret: Keyring.unlock(tmp_path, s)) == "passphrase-wrong"  # type: ignore[misc]
    key = NodeSecret(node_key=NODE_KEY)
    assert code_of(lambda: Keyring.unlock(tmp_path, key)) == "passphrase-needed"


def test_passphrase_is_the_same_however_the_keyboard_composes_it(tmp_path: Path) -> None:
    Keyring.create(tmp_path, NodeSecret(passphrase="caf\u00e9 au lait chaud", log_n=10))
    assert Keyring.unlock(tmp_path, NodeSecret(passphrase="cafe\u0301 au lait chaud"))


def test_short_passphrases_are_refused(home: Home, tmp_path: Path) -> None:
    secret = NodeSecret(passphrase="short")
    assert code_of(lambda: Keyring.create(tmp_path / "x", secret)) == "passphrase-weak"
    assert code_of(lambda: home.keyring.reseal(secret)) == "passphrase-weak"
    add = lambda: home.keyring.add_organisation(OTHER_ORG, NOW, dsl_passphrase="short")  # noqa: E731
    assert code_of(add) == "passphrase-weak"
    assert home.again().organisations() == (ORG,)


def test_secret_is_one_of_two() -> None:
    assert code_of(lambda: NodeSecret()) == "node-secret-missing"
    assert code_of(lambda: NodeSecret(NODE_KEY, PHRASE)) == "node-secret-missing"
    assert code_of(lambda: NodeSecret(node_key=b"short")) == "node-key-damaged"


def test_protection_can_be_changed(home: Home) -> None:
    sealed = home.keyring.vault().compartment(ORG, "general").seal_value(b"x", "row")
    home.keyring.reseal(NodeSecret(passphrase=PHRASE, log_n=10))
    assert code_of(home.again) == "passphrase-needed"
    again = Keyring.unlock(home.folder, NodeSecret(passphrase=PHRASE))
    assert again.vault().compartment(ORG, "general").open_value(sealed, "row") == b"x"


def test_cp_opens_by_the_dsl_alone(home: Home) -> None:
    vault = home.again().vault()
    locked = (
        lambda: vault.opener(ORG, "dsl"),
        lambda: vault.compartment(ORG, "cp"),
    )
    assert [code_of(each) for each in locked] == ["compartment-locked"] * 2
    assert code_of(lambda: vault.unlock_cp(ORG, DSL + "!")) == "passphrase-wrong"
    assert [code_of(each) for each in locked] == ["compartment-locked"] * 2
    vault.unlock_cp(ORG, DSL)
    sealed = vault.compartment(ORG, "cp").seal_value(b"secret", "row")
    assert vault.opener(ORG, "dsl").key_ids
    vault.lock_cp(ORG)
    assert [code_of(each) for each in locked] == ["compartment-locked"] * 2
    vault.unlock_cp(ORG, DSL)
    assert vault.compartment(ORG, "cp").open_value(sealed, "row") == b"secret"


def test_cp_needs_the_organisation_key_too(home: Home) -> None:
    """The sealed cp of one file does not open in another, even with the right passphrase."""
    home.keyring.add_organisation(OTHER_ORG, NOW, dsl_passphrase=DSL, log_n=10)
    other = home.folder / f"{OTHER_ORG}.json"
    rewrite(other, lambda body: body.update(cp=json.loads(home.file.read_text())["body"]["cp"]))
    vault = home.again().vault()
    assert code_of(lambda: vault.unlock_cp(OTHER_ORG, DSL)) == "passphrase-wrong"


def test_dsl_passphrase_can_be_changed(home: Home) -> None:
    vault = home.keyring.vault()
    vault.unlock_cp(ORG, DSL)
    sealed = vault.compartment(ORG, "cp").seal_value(b"x", "row")
    change = home.keyring.change_dsl_passphrase
    assert code_of(lambda: change(ORG, "not the phrase", "new dsl phrase")) == "passphrase-wrong"
    assert code_of(lambda: change(ORG, DSL, "short")) == "passphrase-weak"
    change(ORG, DSL, "new dsl phrase", 10)
    fresh = home.again().vault()
    assert code_of(lambda: fresh.unlock_cp(ORG, DSL)) == "passphrase-wrong"
    fresh.unlock_cp(ORG, "new dsl phrase")
    assert fresh.compartment(ORG, "cp").open_value(sealed, "row") == b"x"


def test_organisation_without_dsl_has_no_cp(home: Home) -> None:
    home.keyring.add_organisation(OTHER_ORG, NOW)
    vault = home.again().vault()
    for call in (
        lambda: vault.compartment(OTHER_ORG, "cp"),
        lambda: vault.recipient(OTHER_ORG, "cp"),
        lambda: vault.unlock_cp(OTHER_ORG, DSL),
        lambda: vault.compartment(OTHER_ORG, "head"),
        lambda: home.keyring.rotate_values(OTHER_ORG, "cp", dsl_passphrase=DSL),
    ):
        assert code_of(call) == "compartment-unknown"
    assert code_of(lambda: vault.opener(OTHER_ORG, "dsl")) == "inbox-unknown"


@pytest.mark.parametrize("org_id", [OTHER_ORG, "", "../keyring", "x" * 500])
def test_stranger_is_unknown(home: Home, org_id: str) -> None:
    vault = home.keyring.vault()
    for call in (
        lambda: vault.signer(org_id, NOW),
        lambda: vault.node_signer(org_id),
        lambda: vault.request_signer(org_id),
        lambda: vault.opener(org_id, "general"),
        lambda: vault.compartment(org_id, "general"),
        lambda: vault.recipient(org_id, "general"),
        lambda: vault.unlock_cp(org_id, DSL),
        lambda: home.keyring.rotate_signing(org_id, NOW),
    ):
        assert code_of(call) == "organisation-unknown"


def rewrite(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a key file as somebody would who knows how its checksum is made."""
    whole = json.loads(path.read_text())
    change(whole["body"])
    text = json.dumps(whole["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    whole["sha256"] = hashlib.sha256(text.encode() + b"\n").hexdigest()
    path.write_text(json.dumps(whole))


def test_damage_is_told_from_a_wrong_secret(home: Home) -> None:
    for path in (home.folder / "keyring.json", home.file):
        good = path.read_bytes()
        for at in (*range(0, len(good), 97), len(good) - 1):
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            assert code_of(lambda: home.again().vault()) == "keyring-damaged"
        for cut in (0, 1, len(good) // 2, len(good) - 2):
            path.write_bytes(good[:cut])
            assert code_of(lambda: home.again().vault()) == "keyring-damaged"
        path.write_bytes(good)
    assert home.again().vault().organisations() == (ORG,)


@pytest.mark.parametrize("field", ["organisation_key", "general", "cp"])
def test_forged_file_with_a_right_checksum_opens_nothing(home: Home, field: str) -> None:
    home.keyring.add_organisation(OTHER_ORG, NOW, dsl_passphrase=DSL, log_n=10)
    other = json.loads((home.folder / f"{OTHER_ORG}.json").read_text())["body"]
    rewrite(home.file, lambda body: body.update({field: other[field]}))

    def open_all() -> None:
        home.again().vault().unlock_cp(ORG, DSL)

    assert code_of(open_all) == ("passphrase-wrong" if field == "cp" else "keyring-damaged")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body.update(schema="sen.keyring/2.0"), "keyring-too-new"),
        (lambda body: body.update(schema="sen.directory/1.0"), "keyring-damaged"),
        (lambda body: body.update(log_n=30), "keyring-damaged"),
        (lambda body: body.update(protection="none"), "keyring-damaged"),
        (lambda body: body.update(master="not base64"), "keyring-damaged"),
        (lambda body: body.update(master=""), "node-key-wrong"),
        (lambda body: body.pop("salt"), "keyring-damaged"),
    ],
)
def test_forged_node_file_is_refused(
    home: Home, change: Callable[[dict[str, Any]], object], code: str
) -> None:
    rewrite(home.folder / "keyring.json", change)
    assert code_of(home.again) == code


def test_missing_keyring_says_so(tmp_path: Path) -> None:
    secret = NodeSecret(node_key=NODE_KEY)
    assert code_of(lambda: Keyring.unlock(tmp_path, secret)) == "keyring-missing"


# --- files -----------------------------------------------------------------------------------


def test_key_files_are_private(home: Home) -> None:
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    for path in home.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert {path.name for path in home.folder.iterdir()} == {
        ".lock",
        "keyring.json",
        f"{ORG}.json",
    }


def test_node_key_file(tmp_path: Path) -> None:
    path = tmp_path / "outside" / "node.key"
    key = create_node_key(path)
    assert (len(key), read_node_key(path)) == (32, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert code_of(lambda: create_node_key(path)) == "node-key-exists"
    assert read_node_key(path) == key
    path.chmod(0o640)
    assert code_of(lambda: read_node_key(path)) == "node-key-exposed"
    path.chmod(0o600)
    for content in (b"", key[:-1], key + b"\n"):
        path.write_bytes(content)
        assert code_of(lambda: read_node_key(path)) == "node-key-damaged"
    assert code_of(lambda: read_node_key(tmp_path / "none")) == "node-key-missing"


def test_second_set_up_overwrites_nothing(home: Home) -> None:
    before = (home.folder / "keyring.json").read_bytes(), home.file.read_bytes()
    secret = NodeSecret(node_key=bytes(32))
    assert code_of(lambda: Keyring.create(home.folder, secret)) == "keyring-exists"
    add = home.keyring.add_organisation
    assert code_of(lambda: add(ORG, NOW)) == "organisation-exists"
    assert before == ((home.folder / "keyring.json").read_bytes(), home.file.read_bytes())
    assert code_of(lambda: add("../escape", NOW)) == "org-id-invalid"


@contextlib.contextmanager
def no_room(limit: int) -> Iterator[None]:
    """Let the system refuse every byte of a file beyond ``limit``, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_leaves_the_old_file(home: Home) -> None:
    before = home.file.read_bytes()
    names = sorted(path.name for path in home.folder.iterdir())
    new = home.folder.parent / "new.key"
    with no_room(100):
        assert code_of(lambda: home.keyring.rotate_signing(ORG, NOW)) == "keyring-unwritable"
    with no_room(10):
        assert code_of(lambda: create_node_key(new)) == "keyring-unwritable"
    assert home.file.read_bytes() == before
    assert sorted(path.name for path in home.folder.iterdir()) == names
    assert not new.exists()
    assert home.again().vault().organisations() == (ORG,)
