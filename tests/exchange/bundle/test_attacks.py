"""Attacks on who said what to whom: forwarding, insiders, swapped signatures; each by its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from keys.sshsig import AllowedSigner
from tests.exchange.bundle.attacking import REPORT, code_inside, code_of, honest
from tests.exchange.bundle.forge import Forgery, sha256
from tests.exchange.bundle.parties import (
    NOW,
    OTHER_BUNDLE_ID,
    OTHER_SCHOOL,
    SCHOOL,
    SENDER,
    STRANGER,
    opened,
    sealed,
)


def test_the_workshop_makes_good_bundles_when_it_is_told_to() -> None:
    made = honest()
    made.replace_file(REPORT, b"%PDF-1.7 other")
    made.seal()
    made.mend_envelope()
    bundle = opened(made.build())
    assert bundle.open_document(next(iter(bundle.documents))).read() == b"%PDF-1.7 other"


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
