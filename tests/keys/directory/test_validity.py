"""When a key is good, and to which keys a file is sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from keys.directory import (
    DatedIdentifier,
    Inbox,
    SigningKey,
    require_valid,
    signing_keys_at,
    standing,
)
from keys.errors import KeyInvalid, KeysError
from tests.keys.directory.parties import (
    LATER,
    NOW,
    UNTIL,
    organisation,
    recipient,
    signing,
    with_inbox,
    with_signing,
)

SECOND = timedelta(seconds=1)
PLAIN = signing(1)
RETIRED = replace(PLAIN, retired_at=LATER)
SUSPECT = replace(PLAIN, compromised_since=LATER)
SCHOOL = organisation()


@pytest.mark.parametrize(
    ("key", "at", "expected"),
    [
        (PLAIN, NOW - SECOND, "not-yet-valid"),
        (PLAIN, NOW, "valid"),
        (PLAIN, UNTIL - SECOND, "valid"),
        (PLAIN, UNTIL, "expired"),
        (RETIRED, LATER - SECOND, "valid"),
        (RETIRED, LATER, "retired"),
        (RETIRED, UNTIL, "retired"),
        (SUSPECT, LATER - SECOND, "valid"),
        (SUSPECT, LATER, "compromised"),
        (SUSPECT, UNTIL, "compromised"),
        (replace(RETIRED, compromised_since=NOW), NOW - SECOND, "not-yet-valid"),
        (replace(RETIRED, compromised_since=NOW - 2 * SECOND), NOW - SECOND, "compromised"),
    ],
)
def test_standing_at_a_proven_time(key: SigningKey, at: datetime, expected: str) -> None:
    assert standing(key, at) == expected
    if expected == "valid":
        require_valid(key, at)
        return
    with pytest.raises(KeyInvalid, match=f"key-{expected}"):
        require_valid(key, at)


def test_backdating_after_revocation_does_not_help() -> None:
    """Time is proven, not claimed: what is first seen after ``compromised_since`` is suspect."""
    found = with_signing(SCHOOL, SUSPECT, signing(5))
    assert signing_keys_at(found, LATER - SECOND) == (SUSPECT, signing(5))
    assert signing_keys_at(found, LATER) == (signing(5),)


@pytest.mark.parametrize(
    ("key", "end"), [(PLAIN, UNTIL), (RETIRED, LATER), (replace(SUSPECT, retired_at=UNTIL), LATER)]
)
def test_exported_signers_end_when_the_key_does(key: SigningKey, end: datetime) -> None:
    (signer,) = with_signing(SCHOOL, key).allowed_signers()
    assert (signer.valid_after, signer.valid_before) == (NOW, end)
    assert "sen-bundle@v1" in signer.namespaces
    (node,) = SCHOOL.allowed_signers(node=True)
    assert node.namespaces == ("sen-receipt@v1",)


def test_files_are_sealed_to_operational_and_recovery_keys() -> None:
    chosen = SCHOOL.recipient_keys("general", NOW)
    assert chosen == (recipient(1), recipient(2))
    rotated = Inbox((replace(recipient(1), retired_at=LATER), recipient(7)), (recipient(2),))
    later = with_inbox(SCHOOL, "general", rotated).recipient_keys("general", LATER)
    assert later == (recipient(7), recipient(2))


def test_dsl_inbox_has_keys_of_its_own() -> None:
    general = {key.key_id for key in SCHOOL.recipient_keys("general", NOW)}
    dsl = {key.key_id for key in SCHOOL.recipient_keys("dsl", NOW)}
    assert general.isdisjoint(dsl)


REFUSED: dict[str, tuple[Inbox | None, datetime, str]] = {
    "no-such-inbox": (None, NOW, "inbox-unknown"),
    "no-keys": (Inbox((), ()), NOW, "inbox-unknown"),
    "all-expired": (SCHOOL.inboxes["general"], UNTIL, "key-expired"),
    "not-begun": (SCHOOL.inboxes["general"], NOW - SECOND, "key-not-yet-valid"),
    "recovery-retired": (
        Inbox((recipient(1),), (replace(recipient(2), retired_at=NOW),)),
        NOW,
        "key-retired",
    ),
    "operational-suspect": (
        Inbox((replace(recipient(1), compromised_since=NOW),), (recipient(2),)),
        NOW,
        "key-compromised",
    ),
    "downgraded": (
        Inbox((recipient(1), recipient(1, "hybrid")), (recipient(2, "hybrid"),)),
        NOW,
        "key-class-mixed",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_file_is_sealed_to_bad_keys(case: str) -> None:
    box, at, code = REFUSED[case]
    found = replace(SCHOOL, inboxes={}) if box is None else with_inbox(SCHOOL, "general", box)
    with pytest.raises(KeysError) as caught:
        found.recipient_keys("general", at)
    assert caught.value.code == code


def test_identifier_of_a_day() -> None:
    change = date(2025, 9, 1)
    found = replace(
        SCHOOL,
        identifiers=(
            DatedIdentifier("urn", "111111", None, change),
            DatedIdentifier("urn", "222222", change, None),
        ),
    )
    assert found.identifier("urn", date(2025, 8, 31)) == "111111"
    assert found.identifier("urn", change) == "222222"
    assert found.identifier("ukprn", change) is None
