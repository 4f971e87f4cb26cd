"""Attacks that the sender signed for: what disagrees, comes too late, or is weaker than it was."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer, verify_outer
from exchange.errors import TrustError
from schemas.recipient import InboxName
from tests.exchange.bundle.attacking import REPORT, code_inside, code_of, honest
from tests.exchange.bundle.forge import Forgery, sha256
from tests.exchange.bundle.parties import (
    NOW,
    OLD_TOOLS,
    OTHER_BUNDLE_ID,
    OTHER_SCHOOL,
    PDF,
    SCHOOL,
    SENDER,
    STRANGER,
    Party,
    document,
    find_signers,
    opened,
    record,
    sealed,
)

NO_KEY = "SHA256:" + "A" * 43


ALSO = {"org_id": SENDER.org_id, "keys": [NO_KEY]}


def change_key(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [value[0] | {"keys": [value[0]["keys"][0], NO_KEY]}]


def with_keys(value: list[dict[str, Any]], which: slice) -> dict[str, Any]:
    return value[0] | {"keys": value[0]["keys"][which]}


@pytest.mark.parametrize(
    ("field", "change", "code"),
    [
        ("id", lambda _: OTHER_BUNDLE_ID, "envelope-differs"),
        ("issued", lambda _: "2026-07-01T09:30:01Z", "envelope-differs"),
        ("recipients", change_key, "envelope-differs"),
        ("recipients", lambda value: [with_keys(value, slice(1))], "envelope-differs"),
        ("recipients", lambda value: [with_keys(value, slice(None, None, -1))], "envelope-differs"),
        ("recipients", lambda value: [value[0] | {"note": "x"}], "envelope-differs"),
        ("recipients", lambda value: [*value, value[0] | ALSO], "envelope-differs"),
        ("recipients", lambda value: [value[0] | {"org_id": OTHER_SCHOOL.org_id}], "not-for-us"),
        ("recipients", lambda value: [value[0] | {"keys": [NO_KEY]}], "key-unknown"),
        ("inbox", lambda _: "dsl", "inbox-mixed"),
        ("statement_sha256", lambda _: "0f" * 32, "statement-differs"),
        ("payload_sha256", lambda _: "0f" * 32, "payload-differs"),
        ("payload_size", lambda value: value + 1, "size-mismatch"),
        ("readme_sha256", lambda _: "0f" * 32, "edition-differs"),
        ("index_sha256", lambda _: "0f" * 32, "edition-differs"),
        ("sender", lambda _: SCHOOL.org_id, "signer-unknown"),
        ("schema", lambda _: "sen.envelope/2.0", "schema-too-new"),
        ("critical", lambda _: ["post_quantum_seal"], "critical-unknown"),
    ],
)  # fmt: skip
def test_envelope_that_disagrees_though_the_sender_signed_it(
    field: str, change: Callable[[Any], object], code: str
) -> None:
    made = honest()
    made.mend_envelope(**{field: change(made.envelope.get(field))})
    assert code_of(made.build()) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": OTHER_BUNDLE_ID}, "envelope-differs"),
        ({"issued": "2026-06-30T00:00:00Z"}, "envelope-differs"),
        ({"sender": SCHOOL.org_id}, "envelope-differs"),
        ({"schema": "sen.statement/2.0"}, "schema-too-new"),
        ({"schema": "sen.envelope/1.0"}, "schema-mismatch"),
        ({"critical": ["expiry_of_keys"]}, "critical-unknown"),
        ({"kind": "gossip"}, "not-in-set"),
        ({"kind": "cp-file"}, "inbox-mixed"),
        ({"expires": "2026-07-01T09:29:59Z"}, "expires-early"),
        ({"nonce": ""}, "too-short"),
        ({"stanzas": [{"type": "mlkem768x25519", "count": 3}]}, "stanzas-differ"),
        ({"stanzas": [{"type": "X25519", "count": 2}]}, "stanzas-differ"),
    ],
)
def test_statement_that_disagrees_though_the_sender_signed_it(
    change: dict[str, Any], code: str
) -> None:
    made = honest()
    made.restate(lambda value: value.update(change))
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == code


def test_pack_that_came_too_late() -> None:
    raw, kept = sealed()
    expires = kept.statement.expires
    assert opened(raw, at=expires)
    assert code_of(raw, at=expires + timedelta(seconds=1)) == "bundle-expired"


def test_pack_for_somebody_else_and_for_the_other_inbox() -> None:
    raw, _ = sealed()
    assert code_of(raw, OTHER_SCHOOL) == "not-for-us"
    assert code_of(raw, inbox=InboxName.DSL) == "not-for-us"
    assert code_of(raw, STRANGER, me=SCHOOL.org_id) == "key-unknown"


def test_different_statement_for_each_recipient_shows_in_the_envelope() -> None:
    """Two recipients cannot be told different things under one envelope."""
    one, two = sealed(to=(SCHOOL, OTHER_SCHOOL))[1], sealed(to=(SCHOOL, OTHER_SCHOOL))[1]
    assert one.statement.nonce != two.statement.nonce
    assert one.envelope.statement_sha256 != two.envelope.statement_sha256
    assert one.envelope.statement_sha256 == sha256(one.statement_bytes)


def test_phishing_read_me_though_the_sender_signed_for_it() -> None:
    made = honest()
    bad = made.outside["READ-ME.txt"] + b"\nSign in at https://example.invalid to open this.\n"
    made.outside["READ-ME.txt"] = bad
    made.mend_envelope(readme_sha256=sha256(bad))
    assert code_of(made.build()) == "edition-unknown"


def test_phishing_index_page_though_the_sender_signed_for_it() -> None:
    made = honest()
    made.outside["INDEX.htm"] = b"<script>alert(1)</script>"
    made.mend_envelope(index_sha256=sha256(made.outside["INDEX.htm"]))
    assert code_of(made.build()) == "edition-unknown"


def test_nothing_of_an_unsigned_pack_is_released() -> None:
    """The statement's signature is judged before a document can even be named."""
    made = honest()
    made.sign_statement(STRANGER)
    made.seal()
    made.mend_envelope()
    outer = read_outer(io.BytesIO(made.build()))
    verify_outer(outer, find_signers, NOW)
    assert code_inside(made.build()) == "signer-unknown"


def test_altered_document_gives_not_one_byte() -> None:
    made = honest()
    made.members[REPORT] = PDF[:-1] + b"?"
    made.seal()
    made.mend_envelope()
    outer = read_outer(io.BytesIO(made.build()))
    verify_outer(outer, find_signers, NOW)
    bundle = open_bundle(
        outer,
        opener=SCHOOL,
        find_signers=find_signers,
        me=SCHOOL.org_id,
        inbox=InboxName.GENERAL,
        at=NOW,
    )
    with pytest.raises(TrustError) as caught:
        bundle.open_document(next(iter(bundle.documents)))
    assert caught.value.code == "digest-mismatch"


def test_recipients_downgraded_to_classic_keys() -> None:
    """Somebody with the file key adds a weak stanza for keys of an old tool."""
    made = honest()
    weak = OLD_TOOLS.recipients[0].wrap(made.file_key)
    for stanzas in ([*made.stanzas, *weak], [made.stanzas[0], *weak]):
        made.stanzas = stanzas
        made.seal()
        made.mend_envelope()
        assert code_of(made.build()) == "mixed-key-classes"


def test_recipients_downgraded_wholly() -> None:
    made = honest()
    made.stanzas = [one for key in OLD_TOOLS.recipients for one in key.wrap(made.file_key)]
    made.seal()
    made.mend_envelope()
    both = Party(SCHOOL.name)
    object.__setattr__(both, "identities", (*SCHOOL.identities, *OLD_TOOLS.identities))
    assert code_of(made.build(), both) == "stanzas-differ"


def test_record_and_document_for_the_bundle_stay_in_the_order_that_was_signed() -> None:
    raw, _ = sealed(record(), document(1, PDF), document(2, PDF))
    made = Forgery(raw)
    names = list(made.members)
    names[4], names[5] = names[5], names[4]
    made.members = {name: made.members[name] for name in names}
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "members-differ"
