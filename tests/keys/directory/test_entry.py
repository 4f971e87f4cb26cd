"""An organisation's own entry: what it may say, and that it holds the key that says it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import pytest

from keys.age import bech32
from keys.directory import (
    DatedIdentifier,
    Endpoint,
    Entry,
    Inbox,
    Ruling,
    SignedEntry,
    load_entry,
    read_entry,
    sign_entry,
    standing,
)
from keys.errors import DirectoryError, KeysError
from keys.ssh_keys import ssh_string
from keys.sshsig import sign
from schemas import strict_json
from tests.keys.directory.parties import (
    NOW,
    ORG,
    OTHER_ORG,
    TestSigner,
    first,
    organisation,
    private,
    recipient,
    signing,
    with_inbox,
    with_signing,
)

Json = dict[str, Any]


def raw(change: Callable[[Json], object] = lambda _: None, number: int = 1) -> SignedEntry:
    """Return an entry changed behind the writer's back, signed all the same."""
    value = cast(Json, strict_json.loads(first(organisation()).entry))
    change(value)
    data = strict_json.dumps(value)
    return SignedEntry(data, sign(private(number), data, "sen-entry@v1"))


def line(point: bytes) -> str:
    blob = ssh_string(b"ssh-ed25519") + ssh_string(point)
    return "ssh-ed25519 " + base64.b64encode(blob).decode()


SAME_DAY = {"since": "2026-01-02", "until": "2026-01-02"}


def at(path: str, value: object = ...) -> Callable[[Json], object]:
    """Return a change that sets the field at ``path``, or removes it."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/")[1:])

    def change(root: Json) -> None:
        target: Any = root
        for step in steps:
            target = target[step]
        if value is ...:
            del target[last]
        else:
            target[last] = value

    return change


URL = "/endpoint/url"
PUBLIC = "/signing_keys/0/public"
RECIPIENT = "/inboxes/general/operational/0/recipient"
MALFORMED: dict[str, tuple[str, object]] = {
    "org-id-missing": ("/org_id", ...),
    "org-id-in-capitals": ("/org_id", "AAAAAAAA-1111-4111-8111-111111111111"),
    "revision-0": ("/revision", 0),
    "revision-true": ("/revision", True),
    "issued-local": ("/issued", "2026-09-01T12:00:00+01:00"),
    "issued-no-such-day": ("/issued", "2026-02-30T12:00:00Z"),
    "previous-no-hash": ("/previous", "x"),
    "name-empty": ("/name", ""),
    "name-blank": ("/name", " School"),
    "name-no-break-space": ("/name", "School\u00a0"),
    "name-turned-right-to-left": ("/name", "A\u202eB"),
    "name-zero-width": ("/name", "St\u200bAnne"),
    "name-decomposed": ("/name", "E\u0301cole"),
    "name-two-lines": ("/name", "A\nB"),
    "name-too-long": ("/name", "x" * 201),
    "kind-free-text": ("/kind", "A school"),
    "status-unknown": ("/status", "asleep"),
    "successor-no-id": ("/successor", "x"),
    "identifiers-no-list": ("/identifiers", "123456"),
    "endpoint-http": (URL, "http://a.example"),
    "endpoint-file": (URL, "file:///etc/passwd"),
    "endpoint-user": (URL, "https://u@a.example"),
    "endpoint-query": (URL, "https://a.example?x"),
    "endpoint-fragment": (URL, "https://a.example#x"),
    "endpoint-no-host": (URL, "https:///x"),
    "endpoint-port": (URL, "https://a.example:99999"),
    "endpoint-backslash": (URL, "https://a.example\\@b"),
    "endpoint-bracket": (URL, "https://[::1"),
    "endpoint-pin": ("/endpoint/tls_sha256", "AB" * 32),
    "no-signing-key": ("/signing_keys", []),
    "key-valid-backwards": ("/signing_keys/0/valid_until", "2026-01-01T00:00:00Z"),
    "key-with-comment": (PUBLIC, private(1).public.line + " me"),
    "inbox-of-nobody": ("/inboxes", {"head": {}}),
    "inbox-without-recovery": ("/inboxes/general/recovery", []),
    "recipient-in-capitals": (RECIPIENT, recipient(1).recipient.upper()),
    "other-schema": ("/schema", "sen.statement/1.0"),
}
REFUSED: dict[str, tuple[Callable[[Json], object], str, str]] = {
    "identifier-scheme": (
        at("/identifiers", [{"scheme": "phone", "value": "1"}]),
        "entry-malformed",
        "/identifiers/0/scheme",
    ),
    "identifier-form": (
        at("/identifiers", [{"scheme": "urn", "value": "12345"}]),
        "entry-malformed",
        "/identifiers/0/value",
    ),
    "identifier-dates": (
        at("/identifiers", [{"scheme": "urn", "value": "123456", **SAME_DAY}]),
        "entry-malformed",
        "/identifiers/0/until",
    ),
    "signing-key-identity": (at(PUBLIC, line(b"\1" + bytes(31))), "key-low-order", PUBLIC),
    "node-key-order-4": (
        at("/node_keys/0/public", line(bytes(32))),
        "key-low-order",
        "/node_keys/0/public",
    ),
    "node-key-not-canonical": (
        at("/node_keys/0/public", line(b"\xed" + b"\xff" * 30 + b"\x7f")),
        "key-not-canonical",
        "/node_keys/0/public",
    ),
    "recipient-of-garbage": (at(RECIPIENT, "age1qqqq"), "bech32-malformed", RECIPIENT),
    "recipient-low-order": (
        at(RECIPIENT, bech32.encode("age", bytes(32))),
        "x25519-low-order",
        RECIPIENT,
    ),
    "inbox-of-two-classes": (
        at("/inboxes/general/recovery/0/recipient", recipient(9, "hybrid").recipient),
        "key-class-mixed",
        "/inboxes/general/operational",
    ),
    "key-in-two-roles": (
        lambda root: root.update(node_keys=root["signing_keys"]),
        "key-twice",
        ORG,
    ),
    "critical-unknown": (at("/critical", ["escrow"]), "entry-critical-unknown", "/critical"),
    "next-major": (at("/schema", "sen.directory-entry/2.0"), "entry-too-new", "/schema"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_field_is_named(case: str) -> None:
    path, value = MALFORMED[case]
    with pytest.raises(DirectoryError) as caught:
        read_entry(raw(at(path, value)))
    assert (caught.value.code, caught.value.path) == ("entry-malformed", path)


@pytest.mark.parametrize("case", REFUSED)
def test_bad_entry_is_refused_by_name(case: str) -> None:
    change, code, path = REFUSED[case]
    with pytest.raises(KeysError) as caught:
        read_entry(raw(change))
    assert (caught.value.code, caught.value.path) == (code, path)


def test_entry_goes_both_ways() -> None:
    found = organisation(
        identifiers=[
            DatedIdentifier("urn", "123456", date(2020, 9, 1), None),
            DatedIdentifier("ods", "A81", None, date(2024, 1, 1)),
        ],
        name="Ysgol Gŵyr – Saint Éloi & Co",
    )
    signed = first(found)
    assert read_entry(signed) == Entry(found, 1, NOW)
    kept = SignedEntry(signed.entry, signed.signature, Ruling()).to_bytes()
    assert load_entry(kept) == found


def test_newer_minor_version_with_unknown_fields_is_read() -> None:
    def change(root: Json) -> None:
        root.update(schema="sen.directory-entry/1.7", colours=["blue"], critical=["name"])

    assert read_entry(raw(change)).organisation == organisation()


def test_entry_signed_by_a_key_that_it_does_not_name_is_refused() -> None:
    for number in (2, 77):  # its own node key; a stranger
        with pytest.raises(DirectoryError, match="entry-signature-invalid"):
            read_entry(raw(number=number))


def test_entry_of_one_byte_more_is_refused() -> None:
    signed = first(organisation())
    for entry in (signed.entry + b" ", signed.entry.replace(b"Anne", b"Anna")):
        with pytest.raises(DirectoryError, match="entry-signature-invalid"):
            read_entry(SignedEntry(entry, signed.signature))


def test_signature_in_another_namespace_is_no_proof() -> None:
    data = first(organisation()).entry
    with pytest.raises(DirectoryError, match="entry-signature-invalid"):
        read_entry(SignedEntry(data, sign(private(1), data, "sen-bundle@v1")))


def test_what_readers_would_refuse_is_not_signed() -> None:
    bad = replace(organisation(), endpoint=Endpoint("http://plain.example"))
    with pytest.raises(DirectoryError, match="entry-malformed"):
        sign_entry(Entry(bad, 1, NOW), TestSigner(ORG, private(1)))


def test_retired_key_of_another_class_may_stay() -> None:
    """A partner that moves from classic to hybrid keys keeps its old ones on record."""
    old = replace(recipient(1), retired_at=NOW), replace(recipient(2), retired_at=NOW)
    box = Inbox((old[0], recipient(5, "hybrid")), (old[1], recipient(6, "hybrid")))
    found = with_inbox(organisation(), "general", box)
    assert read_entry(first(found)).organisation == found
    chosen = found.recipient_keys("general", NOW + timedelta(hours=1))
    assert {key.key_class for key in chosen} == {"hybrid"}


def test_ruling_is_laid_over_and_takes_nothing_back() -> None:
    suspect = replace(signing(5), compromised_since=NOW)
    found = with_signing(organisation(), signing(1), suspect)
    signed = first(found)
    ruling = Ruling(
        "closed",
        OTHER_ORG,
        {signing(1).key_id: NOW, suspect.key_id: NOW + timedelta(days=9)},
    )
    judged = load_entry(SignedEntry(signed.entry, signed.signature, ruling).to_bytes())
    assert (judged.status, judged.successor) == ("closed", OTHER_ORG)
    assert [standing(key, NOW) for key in judged.signing_keys] == ["compromised", "compromised"]
    before = NOW - timedelta(seconds=1)
    assert [standing(key, before) for key in judged.signing_keys] == ["not-yet-valid"] * 2


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"[]",
        b"{}",
        b'{"entry":1,"signature":"","ruling":null}',
        b'{"entry":"{}","signature":"\xc3\xa9","ruling":null}',
        b'{"entry":"{}","signature":"","ruling":{"status":"gone","compromised":[]}}',
        b'{"entry":"{}","signature":"","ruling":{"compromised":[{"key_id":"x","since":"y"}]}}',
        b'{"entry":"{","signature":"","ruling":null}',
    ],
)
def test_malformed_row_is_refused(row: bytes) -> None:
    with pytest.raises(DirectoryError, match="entry-malformed"):
        load_entry(row)
