"""Rotation, publishing, recovery: nothing sealed is lost, and signing is never escrowed."""

from __future__ import annotations

import io
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from keys import age
from keys.directory import (
    DatedIdentifier,
    DirectoryEditor,
    Endpoint,
    Organisation,
    SignedEntry,
    read_entry,
    standing,
)
from keys.errors import AgeNoMatch, DirectoryError, KeyringError
from keys.keyring import OVERLAP, Keyring, NodeSecret, Profile, RecoverySheet
from tests.keys.keyring.conftest import DSL, NODE_KEY, NOW, ORG, OTHER_ORG, Home

LATER = NOW + timedelta(days=1)
SECOND = timedelta(seconds=1)
PROFILE = Profile(
    "St Anne's Primary School",
    "school",
    (DatedIdentifier("urn", "123456"),),
    Endpoint("https://127.0.0.1:8443"),
)


def seal(text: bytes, organisation: Organisation, inbox: str, at: datetime) -> io.BytesIO:
    keys = organisation.recipient_keys(inbox, at)
    sealed = io.BytesIO()
    with age.encrypt(sealed, [age.parse_recipient(key.recipient) for key in keys]) as sink:
        sink.write(text)
    return sealed


def publish(
    home: Home, editor: DirectoryEditor, at: datetime = NOW, **given: object
) -> Organisation:
    signed = home.again().entry(ORG, PROFILE, at, editor.previous(ORG), **given)  # type: ignore[arg-type]
    return editor.put(signed, at)


def test_keyring_writes_its_own_entry(home: Home) -> None:
    editor = DirectoryEditor()
    found = publish(home, editor)
    vault = home.keyring.vault(lambda: NOW)
    assert (found.org_id, found.name, found.endpoint) == (ORG, PROFILE.name, PROFILE.endpoint)
    assert [key.key_id for key in found.signing_keys] == [vault.signer(ORG, NOW).key_id]
    assert [key.key_id for key in found.node_keys] == [vault.node_signer(ORG).key_id]
    assert set(found.inboxes) == {"general", "dsl"}
    assert {key.key_class for key in found.recipient_keys("dsl", NOW)} == {"hybrid"}
    again = publish(home, editor, LATER)
    assert again == found


def test_classic_keys_are_classic_throughout(home: Home) -> None:
    sheets = home.keyring.add_organisation(OTHER_ORG, NOW, key_class="classic")
    found = read_entry(home.keyring.entry(OTHER_ORG, PROFILE, NOW)).organisation
    keys = found.recipient_keys("general", NOW)
    assert [key.key_class for key in keys] == ["classic", "classic"]
    assert sheets[0].identity.startswith("AGE-SECRET-KEY-1")
    assert home.keyring.vault().recipient(OTHER_ORG, "general").key_class == "hybrid"


def test_bad_profile_is_not_signed(home: Home) -> None:
    for profile, path in (
        (Profile("", "school", ()), "/name"),
        (Profile("A", "school", (DatedIdentifier("urn", "1"),)), "/identifiers/0/value"),
        (Profile("A", "school", (), Endpoint("http://a.example")), "/endpoint/url"),
    ):
        with pytest.raises(DirectoryError) as caught:
            home.keyring.entry(ORG, profile, NOW)
        assert caught.value.path == path


def test_rotated_operational_key_loses_nothing(home: Home) -> None:
    """A SENCO leaves: the key is changed, and every old pack still opens."""
    editor = DirectoryEditor()
    before = publish(home, editor)
    old = {inbox: seal(inbox.encode(), before, inbox, NOW) for inbox in ("general", "dsl")}
    home.again().rotate_operational(ORG, "general", LATER)
    home.again().rotate_operational(ORG, "dsl", LATER, dsl_passphrase=DSL)
    after = publish(home, editor, LATER)
    vault = home.again().vault()
    vault.unlock_cp(ORG, DSL)
    for inbox in ("general", "dsl"):
        operational = after.inboxes[inbox].operational
        assert [standing(key, LATER) for key in operational] == ["retired", "valid"]
        assert after.inboxes[inbox].recovery == before.inboxes[inbox].recovery
        new = seal(b"new", after, inbox, LATER)
        opener = vault.opener(ORG, inbox)
        assert len(opener.key_ids) == 2
        assert opener.open(old[inbox]).read() == inbox.encode()
        assert opener.open(new).read() == b"new"


def test_rotation_of_the_dsl_inbox_needs_the_dsl(home: Home) -> None:
    before = home.file.read_bytes()
    for passphrase, code in ((None, "compartment-locked"), ("not the phrase", "passphrase-wrong")):
        for rotate in (home.keyring.rotate_operational, home.keyring.rotate_recovery):
            with pytest.raises(KeyringError, match=code):
                rotate(ORG, "dsl", NOW, dsl_passphrase=passphrase)
    with pytest.raises(KeyringError, match="inbox-unknown"):
        home.keyring.rotate_operational(ORG, "head", NOW)
    assert home.file.read_bytes() == before


def test_rotated_signing_key_overlaps_with_packs_on_their_way(home: Home) -> None:
    editor = DirectoryEditor()
    (old,) = publish(home, editor).signing_keys
    home.again().rotate_signing(ORG, LATER)
    after = publish(home, editor, LATER)
    vault = home.again().vault(lambda: LATER)
    assert vault.signer(ORG, LATER).key_id == after.signing_keys[1].key_id != old.key_id
    assert vault.signer(ORG, NOW).key_id == old.key_id
    assert vault.node_signer(ORG).key_id == after.node_keys[1].key_id
    arrived_late = LATER.replace(microsecond=0) + OVERLAP
    assert standing(after.signing_keys[0], arrived_late - SECOND) == "valid"
    assert standing(after.signing_keys[0], arrived_late) == "retired"


def test_compromise_is_published_and_stays(home: Home) -> None:
    editor = DirectoryEditor()
    (old,) = publish(home, editor).signing_keys
    home.again().rotate_signing(ORG, LATER)
    publish(home, editor, LATER, compromised={old.key_id: NOW})
    after = publish(home, editor, LATER + SECOND)
    assert [standing(key, LATER + SECOND) for key in after.signing_keys] == ["compromised", "valid"]


def test_values_rotate_and_open(home: Home) -> None:
    vault = home.keyring.vault()
    vault.unlock_cp(ORG, DSL)
    for name in ("general", "cp"):
        before = vault.compartment(ORG, name)
        sealed = before.seal_value(b"old", "row")
        home.again().rotate_values(ORG, name, dsl_passphrase=DSL)
        fresh = home.again().vault()
        fresh.unlock_cp(ORG, DSL)
        after = fresh.compartment(ORG, name)
        assert after.key_id != before.key_id
        assert after.open_value(sealed, "row") == b"old"
        assert after.tag("upn", b"x") == before.tag("upn", b"x")
        with pytest.raises(KeyringError, match="value-key-unknown"):
            before.open_value(after.seal_value(b"new", "row"), "row")


def test_two_processes_do_not_undo_each_other(home: Home) -> None:
    def rotate() -> None:
        for _ in range(5):
            home.again().rotate_values(ORG)

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(home.again()._read(ORG).record.general.values) == 21


# --- recovery --------------------------------------------------------------------------------


def test_sheet_is_read_as_it_was_printed_and_typed() -> None:
    sheet = RecoverySheet.new(ORG, "general", NOW, age.generate_identity("hybrid"))
    text = sheet.text()
    assert RecoverySheet.parse(text) == sheet
    assert RecoverySheet.parse(text.replace("\n", "\r\n").replace(": ", ":\t ")) == sheet
    other_end = "P" if sheet.identity.endswith("Q") else "Q"
    slips = (
        text.replace("general", "head"),
        text.replace(ORG, OTHER_ORG[:-1]),
        text.replace("Key id", "Key"),
        text.replace(sheet.identity, sheet.identity[:-1]),
        text.replace(sheet.identity, sheet.identity[:-1] + other_end),
        text.replace(sheet.identity, age.generate_identity("hybrid")),
        "",
    )
    for slip in slips:
        with pytest.raises(KeyringError, match="recovery-sheet-invalid"):
            RecoverySheet.parse(slip)
    assert sheet.identity not in repr(sheet)


def test_drill_opens_packs_by_the_sheet_alone(home: Home) -> None:
    found = publish(home, DirectoryEditor())
    for sheet in home.sheets:
        sealed = seal(b"pack", found, sheet.inbox, NOW)
        assert sheet.opener().open(sealed).read() == b"pack"
        other = seal(b"pack", found, "dsl" if sheet.inbox == "general" else "general", NOW)
        with pytest.raises(AgeNoMatch):
            sheet.opener().open(other)


def lost_and_found(home: Home, sheets: tuple[RecoverySheet, ...], name: str = "new") -> Keyring:
    keyring = Keyring.create(home.folder.parent / name, NodeSecret(node_key=bytes(32)))
    keyring.recover_organisation(
        home.file, sheets, LATER, dsl_passphrase="new dsl phrase", log_n=10
    )
    return keyring


def test_lost_node_key_loses_no_data(home: Home) -> None:
    editor = DirectoryEditor()
    found = publish(home, editor)
    vault = home.keyring.vault()
    vault.unlock_cp(ORG, DSL)
    sealed = {n: vault.compartment(ORG, n).seal_value(b"row", "row") for n in ("general", "cp")}
    packs = {inbox: seal(b"pack", found, inbox, NOW) for inbox in ("general", "dsl")}
    keyring = lost_and_found(home, home.sheets)
    fresh = keyring.vault(lambda: LATER)
    fresh.unlock_cp(ORG, "new dsl phrase")
    for name, value in sealed.items():
        assert fresh.compartment(ORG, name).open_value(value, "row") == b"row"
        assert fresh.compartment(ORG, name).tag("u", b"") == vault.compartment(ORG, name).tag(
            "u", b""
        )
        assert str(fresh.recipient(ORG, name)) == str(vault.recipient(ORG, name))
    for inbox, pack in packs.items():
        assert fresh.opener(ORG, inbox).open(pack).read() == b"pack"
    check_signing_is_new(found, keyring, editor)


def check_signing_is_new(before: Organisation, keyring: Keyring, editor: DirectoryEditor) -> None:
    """Signing keys are never escrowed: the directory has to enrol the new ones."""
    signer = keyring.vault(lambda: LATER).signer(ORG, LATER)
    assert signer.key_id not in {key.key_id for key in before.signing_keys}
    signed = keyring.entry(ORG, PROFILE, LATER, editor.previous(ORG))
    with pytest.raises(DirectoryError, match="entry-signer-unknown"):
        editor.put(signed, LATER)
    after = editor.put(signed, LATER, reenrolment=True)
    assert [standing(key, LATER) for key in after.signing_keys] == ["retired", "valid"]
    assert [standing(key, LATER) for key in after.node_keys] == ["retired", "valid"]
    assert after.inboxes == before.inboxes


def test_sheets_of_another_or_none_recover_nothing(home: Home) -> None:
    others = home.keyring.add_organisation(OTHER_ORG, NOW, dsl_passphrase=DSL, log_n=10)
    for number, sheets in enumerate(((), others, home.sheets[:1], home.sheets[1:])):
        with pytest.raises(KeyringError, match="recovery-sheet-wrong"):
            lost_and_found(home, sheets, f"new{number}")
    renamed = home.folder.parent / f"{OTHER_ORG}.json"
    renamed.write_bytes(home.file.read_bytes())
    keyring = Keyring.create(home.folder.parent / "x", NodeSecret(node_key=NODE_KEY))
    with pytest.raises(KeyringError, match="recovery-sheet-wrong"):
        keyring.recover_organisation(renamed, home.sheets, NOW, dsl_passphrase=DSL)
    with pytest.raises(KeyringError, match="compartment-locked"):
        keyring.recover_organisation(home.file, home.sheets, NOW)
    with pytest.raises(KeyringError, match="organisation-exists"):
        home.keyring.recover_organisation(home.file, home.sheets, NOW, dsl_passphrase=DSL)
    assert keyring.organisations() == ()


def test_new_sheet_replaces_a_lost_one(home: Home) -> None:
    editor = DirectoryEditor()
    before = publish(home, editor)
    general = home.again().rotate_recovery(ORG, "general", LATER)
    dsl = home.again().rotate_recovery(ORG, "dsl", LATER, dsl_passphrase=DSL)
    after = publish(home, editor, LATER)
    with pytest.raises(KeyringError, match="recovery-sheet-wrong"):
        lost_and_found(home, home.sheets, "by-old-sheets")
    assert lost_and_found(home, (general, dsl), "by-new-sheets").organisations() == (ORG,)
    assert home.sheets[0].opener().open(seal(b"old", before, "general", NOW)).read() == b"old"
    assert general.opener().open(seal(b"new", after, "general", LATER)).read() == b"new"
    with pytest.raises(AgeNoMatch):
        home.sheets[0].opener().open(seal(b"new", after, "general", LATER))


def test_escrow_follows_a_rotation(home: Home) -> None:
    home.again().rotate_operational(ORG, "general", LATER)
    home.again().rotate_values(ORG)
    sealed = home.again().vault().compartment(ORG, "general").seal_value(b"x", "row")
    fresh = lost_and_found(home, home.sheets).vault()
    assert fresh.compartment(ORG, "general").open_value(sealed, "row") == b"x"
    assert len(fresh.opener(ORG, "general").key_ids) == 2


def test_lost_disk_is_replaced_and_old_packs_open_by_the_sheets(tmp_path: Path) -> None:
    old, new = Home(tmp_path / "old"), Home(tmp_path / "new")
    editor = DirectoryEditor()
    before = publish(old, editor)
    packs = {inbox: seal(b"pack", before, inbox, NOW) for inbox in ("general", "dsl")}
    for sheet in old.sheets:
        new.keyring.adopt_recovery(sheet, dsl_passphrase=DSL)
        new.keyring.adopt_recovery(sheet, dsl_passphrase=DSL)
    vault = new.again().vault()
    vault.unlock_cp(ORG, DSL)
    for inbox, pack in packs.items():
        assert vault.opener(ORG, inbox).open(pack).read() == b"pack"
        assert len(vault.opener(ORG, inbox).key_ids) == 2
    signed: SignedEntry = new.again().entry(ORG, PROFILE, LATER, editor.previous(ORG))
    after = editor.put(signed, LATER, reenrolment=True)
    for box in after.inboxes.values():
        for keys in (box.operational, box.recovery):
            assert [standing(key, LATER) for key in keys] == ["retired", "valid"]
