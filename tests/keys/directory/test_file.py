"""The directory file: pinned, fresh, never rolled back; asked for one organisation at a time."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from keys.directory import (
    DatedIdentifier,
    DirectoryEditor,
    FileDirectory,
    Ruling,
    load_entry,
    signing_key,
    verify_signature,
)
from keys.errors import DirectoryError, KeyInvalid, SignatureInvalid
from keys.sshsig import sign, write_allowed_signers
from schemas import strict_json
from tests.keys.directory.parties import (
    DIRECTORY_KEY,
    LATER,
    NOW,
    ORG,
    OTHER_ORG,
    THIRD_ORG,
    UNTIL,
    first,
    organisation,
    private,
    signing,
)

URN = DatedIdentifier("urn", "123456")
SCHOOL = organisation(identifiers=[URN, DatedIdentifier("laestab", "9991234")])
OTHER = organisation(
    OTHER_ORG, 11, [DatedIdentifier("ukprn", "10001234"), DatedIdentifier("ods", "EE123")]
)
PIN = DIRECTORY_KEY.public


def build(*rows: Any, version: int = 1) -> tuple[bytes, bytes]:
    editor = DirectoryEditor(version - 1)
    for found, number in rows or ((SCHOOL, 1), (OTHER, 11)):
        editor.put(first(found, number), NOW)
    return editor.sign(DIRECTORY_KEY, NOW)


DATA, SIGNATURE = build()


def load(data: bytes = DATA, signature: bytes | None = None, **given: Any) -> FileDirectory:
    options: dict[str, Any] = {"pinned_key": PIN, "minimum_version": 1, "now": LATER, **given}
    signed = sign(DIRECTORY_KEY, data, "sen-directory@v1") if signature is None else signature
    return FileDirectory.load(data, signed, **options)


def test_pinned_directory_gives_its_organisations() -> None:
    directory = load(DATA, SIGNATURE)
    assert (directory.version, directory.pinned, directory.warning(NOW)) == (1, True, None)
    assert directory.get(ORG, NOW) == SCHOOL
    assert load_entry(directory.entry_bytes(ORG)) == SCHOOL


def changed(**fields: object) -> bytes:
    value = cast(dict[str, Any], strict_json.loads(DATA))
    value.update(fields)
    return strict_json.dumps(value)


def test_every_byte_counts() -> None:
    for at in range(0, len(DATA), 61):
        data = DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :]
        with pytest.raises(DirectoryError, match="directory-signature-invalid"):
            load(data, SIGNATURE)


def test_directory_of_another_key_is_refused() -> None:
    signature = sign(private(50), DATA, "sen-directory@v1")
    with pytest.raises(DirectoryError, match="directory-key-not-pinned"):
        load(DATA, signature)
    with pytest.raises(DirectoryError, match="directory-signature-invalid"):
        load(DATA, sign(DIRECTORY_KEY, DATA, "sen-bundle@v1"))
    with pytest.raises(DirectoryError, match="directory-unsigned"):
        FileDirectory.load(DATA, None, PIN, 1, LATER)


def test_unpinned_directory_is_read_and_says_so() -> None:
    unsigned = FileDirectory.load(DATA, None, None, 1, LATER)
    signed = FileDirectory.load(DATA, SIGNATURE, None, 1, LATER)
    for directory in (unsigned, signed):
        assert not directory.pinned
        assert directory.warning(LATER) == "directory-unpinned"
    assert (unsigned.signer, signed.signer) == (None, PIN)
    with pytest.raises(DirectoryError, match="directory-signature-invalid"):
        FileDirectory.load(DATA + b" ", SIGNATURE, None, 1, LATER)


def test_rollback_is_refused() -> None:
    data, signature = build(version=7)
    assert load(data, signature, minimum_version=7).version == 7
    with pytest.raises(DirectoryError, match="directory-rolled-back"):
        load(data, signature, minimum_version=8)


def test_freeze_is_noticed() -> None:
    """Whoever holds news back is noticed after two days and stopped after fourteen."""
    day = timedelta(days=1)
    assert load().warning(NOW + 2 * day) is None
    assert load().warning(NOW + 2 * day + timedelta(seconds=1)) == "directory-old"
    assert load(now=NOW + 14 * day - timedelta(seconds=1)).version == 1
    with pytest.raises(DirectoryError, match="directory-expired"):
        load(now=NOW + 14 * day)
    with pytest.raises(DirectoryError, match="directory-expired"):
        load().get(ORG, NOW + 14 * day)
    with pytest.raises(DirectoryError, match="directory-from-future"):
        load(now=NOW - timedelta(hours=1))


def test_past_is_asked_of_an_old_directory() -> None:
    assert load().get(ORG, NOW - timedelta(days=9000)) == SCHOOL


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"version": 0}, "directory-malformed at /version"),
        ({"version": "1"}, "directory-malformed at /version"),
        ({"issued": "yesterday"}, "directory-malformed at /issued"),
        ({"expires": "2026-09-01T12:00:00Z"}, "directory-malformed at /expires"),
        ({"entries": None}, "directory-malformed at /entries"),
        ({"entries": [1]}, "directory-malformed at /entries/0"),
        ({"schema": "sen.directory/2.0"}, "directory-too-new"),
        ({"schema": "sen.statement/1.0"}, "directory-malformed at /schema"),
        ({"critical": ["delegations"]}, "directory-critical-unknown"),
    ],
)
def test_bad_file_is_refused_with_its_field(fields: dict[str, object], code: str) -> None:
    with pytest.raises(DirectoryError, match=code):
        load(changed(**fields))


def test_organisation_twice_is_refused() -> None:
    rows = cast(dict[str, Any], strict_json.loads(DATA))["entries"]
    with pytest.raises(DirectoryError, match="directory-malformed at /entries/2"):
        load(changed(entries=[*rows, rows[0]]))
    with pytest.raises(DirectoryError, match="directory-malformed"):
        load(DATA.replace(b'"version":1', b'"version":1,"version":2'))


def test_newer_minor_version_is_read() -> None:
    assert load(changed(schema="sen.directory/1.9", weather="fine")).get(ORG, NOW) == SCHOOL


def test_bad_entry_spoils_only_itself() -> None:
    """The directory key vouches for a row; a row whose own signature is wrong still is refused."""
    value = cast(dict[str, Any], strict_json.loads(DATA))
    rows = value["entries"]
    rows[0]["entry"] = rows[0]["entry"].replace("Anne", "Anna")
    directory = load(changed(entries=rows))
    with pytest.raises(DirectoryError, match="entry-signature-invalid"):
        directory.get(ORG, NOW)
    assert directory.get(OTHER_ORG, NOW) == OTHER


@pytest.mark.parametrize(
    ("identifier", "org_id"),
    [
        ("123456", ORG),
        (" 123456 ", ORG),
        ("urn:123456", ORG),
        ("9991234", ORG),
        ("999/1234", ORG),
        ("10001234", OTHER_ORG),
        ("ee123", OTHER_ORG),
        (OTHER_ORG, OTHER_ORG),
        (OTHER_ORG.upper(), OTHER_ORG),
    ],
)
def test_any_identifier_finds(identifier: str, org_id: str) -> None:
    assert load().find(identifier).org_id == org_id


@pytest.mark.parametrize(
    "identifier", ["", "654321", "ukprn:123456", "no such", THIRD_ORG, "x" * 999]
)
def test_unknown_identifier_is_said_without_repeating_it(identifier: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        load().find(identifier)
    assert caught.value.code == "organisation-unknown"
    assert not identifier or identifier not in str(caught.value)


def dated(org_id: str, number: int, since: date | None, until: date | None) -> Any:
    one = DatedIdentifier("laestab", "9994321", since, until)
    return organisation(org_id, number, [one]), number


def test_number_that_moved_to_a_new_school_finds_the_new_one() -> None:
    change = date(2025, 9, 1)
    directory = load(*build(dated(ORG, 1, None, change), dated(OTHER_ORG, 11, change, None)))
    assert directory.find("999/4321").org_id == OTHER_ORG
    assert directory.find("999/4321", NOW - timedelta(days=700)).org_id == ORG


def test_former_number_still_finds() -> None:
    directory = load(*build(dated(ORG, 1, None, date(2025, 9, 1))))
    assert directory.find("9994321").org_id == ORG


def test_number_of_the_future_does_not_find_yet() -> None:
    directory = load(*build(dated(ORG, 1, date(2030, 9, 1), None)))
    with pytest.raises(DirectoryError, match="organisation-unknown"):
        directory.find("9994321")


def test_number_of_two_is_ambiguous_unless_one_has_closed() -> None:
    editor = DirectoryEditor()
    for found, number in (dated(ORG, 1, None, None), dated(OTHER_ORG, 11, None, None)):
        editor.put(first(found, number), NOW)
    with pytest.raises(DirectoryError, match="organisation-ambiguous"):
        load(*editor.sign(DIRECTORY_KEY, NOW)).find("9994321")
    editor.rule(ORG, Ruling("closed", OTHER_ORG))
    assert load(*editor.sign(DIRECTORY_KEY, NOW)).find("9994321").org_id == OTHER_ORG


def test_names_alike_are_kept_apart_by_their_numbers() -> None:
    twin = organisation(OTHER_ORG, 11, [DatedIdentifier("urn", "654321")], name=SCHOOL.name)
    directory = load(*build((SCHOOL, 1), (twin, 11)))
    assert directory.find("123456").name == directory.find("654321").name
    with pytest.raises(DirectoryError, match="organisation-unknown"):
        directory.find(SCHOOL.name)


def test_who_knows_a_name_finds_by_the_beginnings_of_its_words() -> None:
    rows = [
        (organisation(ORG, 1, [], "St Anne's Children Therapies"), 1),
        (organisation(OTHER_ORG, 11, [], "Larkshire Therapies"), 11),
        (replace(organisation(THIRD_ORG, 21, [], "Larkshire Therapy"), status="closed"), 21),
    ]
    directory = load(*build(*rows))

    def found(words: str, most: int = 9) -> list[str]:
        return [one.org_id for one in directory.called(words, NOW, most)]

    assert found("THERAP") == [OTHER_ORG, ORG]  # by name; who has closed is not asked
    assert found("therap", 1) == [OTHER_ORG]
    assert found("st annes") == [ORG]
    assert found("shire") == []  # not the middle of a word
    assert found("th") == found("") == []  # too little: nobody lists all
    with pytest.raises(DirectoryError):
        directory.called("therap", UNTIL, 9)


def test_closed_school_names_its_successor_through_several_hands() -> None:
    editor = DirectoryEditor()
    for org_id, number in ((ORG, 1), (OTHER_ORG, 11), (THIRD_ORG, 21)):
        editor.put(first(organisation(org_id, number), number), NOW)
    editor.rule(ORG, Ruling("closed", OTHER_ORG))
    editor.rule(OTHER_ORG, Ruling("merged", THIRD_ORG))
    directory = load(*editor.sign(DIRECTORY_KEY, NOW))
    closed = directory.get(ORG, NOW)
    with pytest.raises(DirectoryError, match="organisation-closed") as caught:
        closed.require_open()
    assert OTHER_ORG in caught.value.hint
    found = directory.successor(closed, NOW)
    assert found is not None
    assert found.org_id == THIRD_ORG
    found.require_open()


def test_successors_in_a_circle_or_none_are_survived() -> None:
    editor = DirectoryEditor()
    for org_id, number in ((ORG, 1), (OTHER_ORG, 11), (THIRD_ORG, 21)):
        editor.put(first(organisation(org_id, number), number), NOW)
    editor.rule(ORG, Ruling("closed", OTHER_ORG))
    editor.rule(OTHER_ORG, Ruling("closed", ORG))
    editor.rule(THIRD_ORG, Ruling("closed"))
    directory = load(*editor.sign(DIRECTORY_KEY, NOW))
    for org_id in (ORG, THIRD_ORG):
        assert directory.successor(directory.get(org_id, NOW), NOW) is None
    with pytest.raises(DirectoryError, match="organisation-closed"):
        directory.get(THIRD_ORG, NOW).require_open()


def test_key_of_a_signed_request_is_found() -> None:
    directory = load()
    found, key = directory.find_signing_key(signing(11).key_id, NOW)
    assert (found, key) == (OTHER, signing(11))
    with pytest.raises(KeyInvalid, match="key-not-yet-valid"):
        directory.find_signing_key(signing(11).key_id, NOW - timedelta(seconds=1))
    with pytest.raises(KeyInvalid, match="key-expired"):
        signing_key(OTHER, signing(11).key_id, UNTIL)
    for unknown in (signing(2).key_id, signing(77).key_id, "x"):  # a node key; a stranger's
        with pytest.raises(DirectoryError, match="key-unknown"):
            directory.find_signing_key(unknown, NOW)


def test_signature_speaks_for_the_organisation_that_signed() -> None:
    message = b"statement"
    signature = sign(private(1), message, "sen-bundle@v1")
    key = verify_signature(SCHOOL, message, signature, "sen-bundle@v1", NOW)
    assert key.key_id == signing(1).key_id
    with pytest.raises(DirectoryError, match="key-unknown"):
        verify_signature(OTHER, message, signature, "sen-bundle@v1", NOW)
    with pytest.raises(DirectoryError, match="key-unknown"):
        verify_signature(SCHOOL, message, signature, "sen-bundle@v1", NOW, node=True)
    with pytest.raises(SignatureInvalid, match="signature-namespace-wrong"):
        verify_signature(SCHOOL, message, signature, "sen-envelope@v1", NOW)
    with pytest.raises(KeyInvalid, match="key-expired"):
        verify_signature(SCHOOL, message, signature, "sen-bundle@v1", UNTIL)


def test_node_key_signs_receipts_alone() -> None:
    receipt = sign(private(2), b"r", "sen-receipt@v1")
    assert verify_signature(SCHOOL, b"r", receipt, "sen-receipt@v1", NOW, node=True)
    statement = sign(private(2), b"r", "sen-bundle@v1")
    with pytest.raises(SignatureInvalid, match="signer-unknown"):
        verify_signature(SCHOOL, b"r", statement, "sen-bundle@v1", NOW, node=True)


@pytest.mark.stock
def test_stock_verifies_by_the_exported_signers(ssh_keygen: str, tmp_path: Path) -> None:
    (tmp_path / "signers").write_text(write_allowed_signers(SCHOOL.allowed_signers()))
    (tmp_path / "sig").write_bytes(sign(private(1), b"statement", "sen-bundle@v1"))
    command = [ssh_keygen, "-Y", "verify", "-f", "signers", "-n", "sen-bundle@v1", "-s", "sig"]
    for org_id, stamp, good in (
        (ORG, "20260901120000Z", True),
        (ORG, "20260901115959Z", False),
        (ORG, "20360901", False),
        (OTHER_ORG, "20260901120000Z", False),
    ):
        done = subprocess.run(
            [*command, "-I", org_id, f"-Overify-time={stamp}"],
            input=b"statement",
            capture_output=True,
            cwd=tmp_path,
        )
        assert (done.returncode == 0) is good
