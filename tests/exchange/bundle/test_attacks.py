"""Attacks on who said what to whom; each test is named for its attack."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from exchange.bundle.opening import open_bundle
from exchange.bundle.outer import read_outer, verify_outer
from exchange.errors import BundleError, TrustError
from keys.sshsig import AllowedSigner
from schemas.recipient import InboxName
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

REPORT = "data/documents/0001-report.pdf"


def code_of(raw: bytes, party: Party = SCHOOL, **others: Any) -> str:
    """Return the code with which a careful reader refuses ``raw``."""
    with pytest.raises(BundleError) as caught:
        opened(raw, party, **others)
    assert caught.value.hint
    return caught.value.code


def code_inside(raw: bytes, party: Party = SCHOOL) -> str:
    """The same for a reader that opens without having read the payload's digest."""
    outer = read_outer(io.BytesIO(raw))
    with pytest.raises(BundleError) as caught:
        open_bundle(
            outer,
            opener=party,
            find_signers=find_signers,
            me=party.org_id,
            inbox=party.inbox,
            at=NOW,
        ).verify_contents()
    return caught.value.code


def honest(*to: Party) -> Forgery:
    raw, _ = sealed(to=to or (SCHOOL,))
    made = Forgery(raw, (to or (SCHOOL,))[0])
    assert opened(made.build(), (to or (SCHOOL,))[0])
    return made


def test_the_workshop_makes_good_bundles_when_it_is_told_to() -> None:
    made = honest()
    made.replace_file(REPORT, b"%PDF-1.7 other")
    made.seal()
    made.mend_envelope()
    bundle = opened(made.build())
    assert bundle.open_document(next(iter(bundle.documents))).read() == b"%PDF-1.7 other"


# Who wrote it, and to whom


def forwarded() -> Forgery:
    """The school seals the sender's signed contents to another school."""
    made = honest()
    made.address(OTHER_SCHOOL)
    made.seal()
    return made


def test_surreptitious_forwarding_under_the_senders_envelope() -> None:
    made = forwarded()
    assert code_of(made.build(), OTHER_SCHOOL) == "payload-differs"
    assert code_inside(made.build(), OTHER_SCHOOL) == "not-for-us"
    made.envelope["payload_sha256"] = sha256(made.payload)
    assert code_of(made.build(), OTHER_SCHOOL) == "signature-invalid"


def test_surreptitious_forwarding_under_the_forwarders_own_envelope() -> None:
    made = forwarded()
    recipients = Forgery(sealed(to=(OTHER_SCHOOL,))[0], OTHER_SCHOOL).envelope["recipients"]
    made.mend_envelope(SCHOOL, sender=SCHOOL.org_id, recipients=recipients)
    assert code_of(made.build(), OTHER_SCHOOL) == "signer-unknown"


def test_surreptitious_forwarding_under_an_envelope_forged_in_the_senders_name() -> None:
    made = forwarded()
    recipients = Forgery(sealed(to=(OTHER_SCHOOL,))[0], OTHER_SCHOOL).envelope["recipients"]
    made.mend_envelope(SCHOOL, recipients=recipients)
    assert code_of(made.build(), OTHER_SCHOOL) == "signer-unknown"


def test_surreptitious_forwarding_fails_inside_though_the_envelope_were_the_senders() -> None:
    made = forwarded()
    recipients = Forgery(sealed(to=(OTHER_SCHOOL,))[0], OTHER_SCHOOL).envelope["recipients"]
    made.mend_envelope(SENDER, recipients=recipients)
    assert code_of(made.build(), OTHER_SCHOOL) == "envelope-differs"


def test_an_envelope_of_another_bundle_around_forwarded_contents() -> None:
    made = forwarded()
    other = Forgery(sealed(to=(OTHER_SCHOOL,))[0], OTHER_SCHOOL)
    other.payload = made.payload
    other.envelope["payload_size"] = len(made.payload)
    other.envelope_signature = SENDER.sign(other.envelope_bytes, "sen-envelope@v1")
    assert code_of(other.build(), OTHER_SCHOOL) == "payload-differs"
    assert code_inside(other.build(), OTHER_SCHOOL) == "statement-differs"


def test_insider_re_seals_other_text_under_the_untouched_header() -> None:
    made = honest(SCHOOL, OTHER_SCHOOL)
    altered = bytearray(made.members[REPORT])
    altered[100] ^= 1
    made.members[REPORT] = bytes(altered)
    made.seal()
    raw = made.build()
    assert code_of(raw, OTHER_SCHOOL) == "payload-differs"
    assert code_inside(raw, OTHER_SCHOOL) == "digest-mismatch"


def test_insider_re_seals_and_signs_the_statement_itself() -> None:
    made = honest(SCHOOL, OTHER_SCHOOL)
    made.replace_file(REPORT, b"%PDF-1.7 other text", author=SCHOOL)
    made.seal()
    assert code_of(made.build(), OTHER_SCHOOL) == "size-mismatch"
    made.mend_envelope(SCHOOL)
    assert code_of(made.build(), OTHER_SCHOOL) == "signer-unknown"
    made.mend_envelope(SENDER)
    assert code_of(made.build(), OTHER_SCHOOL) == "signer-unknown"


def test_insider_re_seals_in_its_own_name_with_the_senders_statement() -> None:
    made = honest(SCHOOL, OTHER_SCHOOL)
    made.seal()
    made.mend_envelope(SCHOOL, sender=SCHOOL.org_id)
    assert code_of(made.build(), OTHER_SCHOOL) == "signer-unknown"


def test_insider_signs_a_statement_that_names_the_other_as_sender() -> None:
    made = honest(SCHOOL, OTHER_SCHOOL)
    made.restate(lambda value: None, author=SCHOOL)
    made.seal()
    made.mend_envelope(SCHOOL, sender=SCHOOL.org_id)
    assert code_of(made.build(), OTHER_SCHOOL) == "envelope-differs"


def test_re_signed_envelope_attributes_nothing() -> None:
    for carrier, code in [(STRANGER, "signer-unknown"), (OTHER_SCHOOL, "signer-unknown")]:
        made = honest()
        made.mend_envelope(carrier)
        assert code_of(made.build()) == code
        made.mend_envelope(carrier, sender=carrier.org_id)
        assert code_of(made.build()) == code


# Signatures


def test_swapped_signatures() -> None:
    made = honest()
    inside, outside = made.members["statement.json.sig"], made.envelope_signature
    made.members["statement.json.sig"] = outside
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "signature-namespace-wrong"
    made.envelope_signature = inside
    assert code_of(made.build()) == "signature-namespace-wrong"


def test_signature_of_another_bundle() -> None:
    other = Forgery(sealed(id=OTHER_BUNDLE_ID)[0])
    made = honest()
    made.members["statement.json.sig"] = other.members["statement.json.sig"]
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "signature-invalid"
    made.envelope_signature = other.envelope_signature
    assert code_of(made.build()) == "signature-invalid"


@pytest.mark.parametrize("instead", [b"", b"\n", b"-----BEGIN SSH SIGNATURE-----\n"])
def test_stripped_signature(instead: bytes) -> None:
    made = honest()
    made.members["statement.json.sig"] = instead
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "signature-armor-invalid"
    made.envelope_signature = instead
    assert code_of(made.build()) == "signature-armor-invalid"


def test_signature_file_left_out() -> None:
    made = honest()
    del made.members["statement.json.sig"]
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "members-differ"


def test_doubled_signature() -> None:
    made = honest()
    made.members["statement.json.sig"] *= 2
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "signature-armor-invalid"
    made.envelope_signature *= 2
    assert code_of(made.build()) == "signature-armor-invalid"


@pytest.mark.parametrize(
    "namespace", ["sen-envelope@v1", "sen-receipt@v1", "file", "sen-bundle@v2"]
)
def test_cross_namespace_signature_of_the_sender_itself(namespace: str) -> None:
    made = honest()
    made.sign_statement(SENDER, namespace)
    made.seal()
    made.mend_envelope()
    assert code_of(made.build()) == "signature-namespace-wrong"


def test_cross_namespace_signature_on_the_envelope() -> None:
    made = honest()
    made.envelope_signature = SENDER.sign(made.envelope_bytes, "sen-bundle@v1")
    assert code_of(made.build()) == "signature-namespace-wrong"


def test_signer_whose_key_is_good_for_receipts_alone() -> None:
    def node_key(org_id: str, at: datetime) -> list[AllowedSigner]:
        return [SENDER.allowed(namespaces=("sen-receipt@v1",))]

    assert code_of(sealed()[0], find_signers=node_key) == "signer-unknown"


def test_directory_that_answers_with_the_keys_of_another_organisation() -> None:
    def confused(org_id: str, at: datetime) -> list[AllowedSigner]:
        return [replace(SENDER.allowed(), principal=SCHOOL.org_id)]

    assert code_of(sealed()[0], find_signers=confused) == "signer-unknown"


@pytest.mark.parametrize(
    ("code", "window"),
    [
        ("key-expired", {"valid_before": NOW}),
        ("key-not-yet-valid", {"valid_after": NOW + timedelta(seconds=1)}),
    ],
)
def test_backdating_the_proven_time_judges_the_key(code: str, window: dict[str, datetime]) -> None:
    def lookup(org_id: str, at: datetime) -> list[AllowedSigner]:
        return [SENDER.allowed(**window)]

    assert code_of(sealed()[0], find_signers=lookup) == code


# Envelope and statement


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
