"""Entries only grow: what a key could prove yesterday it can prove for thirty years."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from keys.directory import DirectoryEditor, Inbox, Organisation, Ruling, SigningKey
from keys.errors import DirectoryError, KeyInvalid, KeysError
from tests.keys.directory.parties import (
    DIRECTORY_KEY,
    LATER,
    NOW,
    ORG,
    OTHER_ORG,
    UNTIL,
    first,
    following,
    organisation,
    private,
    recipient,
    signing,
    with_inbox,
    with_signing,
)

SCHOOL = organisation()
FIRST = first(SCHOOL)
KEY = SCHOOL.signing_keys[0]
GENERAL = SCHOOL.inboxes["general"]
SECOND = timedelta(seconds=1)


def editor() -> DirectoryEditor:
    made = DirectoryEditor()
    made.put(FIRST, NOW)
    return made


def put(after: Organisation, number: int = 1) -> Organisation:
    return editor().put(following(FIRST, after, number), LATER)


def key(**changed: object) -> SigningKey:
    return replace(KEY, **changed)  # type: ignore[arg-type]


GOOD: dict[str, Organisation] = {
    "nothing-new": SCHOOL,
    "other-name-and-address": replace(SCHOOL, name="St Anne's Academy", endpoint=None),
    "key-added": with_signing(SCHOOL, KEY, signing(5)),
    "key-retired": with_signing(SCHOOL, key(retired_at=LATER), signing(5)),
    "key-retired-in-the-future": with_signing(SCHOOL, key(retired_at=LATER + 9 * SECOND)),
    "key-compromised-before": with_signing(SCHOOL, key(compromised_since=NOW), signing(5)),
    "operational-key-rotated": with_inbox(
        SCHOOL,
        "general",
        Inbox((replace(GENERAL.operational[0], retired_at=LATER), recipient(7)), GENERAL.recovery),
    ),
    "closed-by-itself": replace(SCHOOL, status="closed", successor=OTHER_ORG),
}


@pytest.mark.parametrize("case", GOOD)
def test_entry_may_grow(case: str) -> None:
    assert put(GOOD[case]) == GOOD[case]


BAD: dict[str, tuple[Organisation, int, str]] = {
    "key-removed": (with_signing(SCHOOL, signing(5)), 5, "entry-keys-removed"),
    "node-key-removed": (replace(SCHOOL, node_keys=()), 1, "entry-keys-removed"),
    "recovery-key-swapped": (
        with_inbox(SCHOOL, "general", Inbox(GENERAL.operational, (recipient(7),))),
        1,
        "entry-keys-removed",
    ),
    "inbox-removed": (
        replace(SCHOOL, inboxes={"general": GENERAL}),
        1,
        "entry-keys-removed",
    ),
    "key-moved-to-another-role": (
        replace(SCHOOL, signing_keys=(KEY, *SCHOOL.node_keys), node_keys=()),
        1,
        "entry-keys-removed",
    ),
    "validity-begun-earlier": (
        with_signing(SCHOOL, key(valid_from=NOW - SECOND)),
        1,
        "entry-key-changed",
    ),
    "validity-prolonged": (
        with_signing(SCHOOL, key(valid_until=UNTIL + SECOND)),
        1,
        "entry-key-changed",
    ),
    "validity-shortened": (
        with_signing(SCHOOL, key(valid_until=UNTIL - SECOND)),
        1,
        "entry-key-changed",
    ),
    "retired-backwards": (
        with_signing(SCHOOL, key(retired_at=NOW - SECOND), signing(5)),
        1,
        "entry-key-changed",
    ),
    "signed-by-a-new-key": (with_signing(SCHOOL, KEY, signing(5)), 5, "entry-signer-unknown"),
}


@pytest.mark.parametrize("case", BAD)
def test_entry_may_not_be_rewritten(case: str) -> None:
    after, number, code = BAD[case]
    with pytest.raises(DirectoryError) as caught:
        put(after, number)
    assert caught.value.code == code


def test_retirement_and_suspicion_are_not_taken_back() -> None:
    made = editor()
    marked = with_signing(SCHOOL, KEY, key_five := signing(5))
    second = following(FIRST, marked)
    made.put(second, LATER)
    retired = replace(key_five, retired_at=LATER, compromised_since=LATER)
    third = following(second, with_signing(SCHOOL, KEY, retired), revision=3)
    made.put(third, LATER)
    for again, good in (
        (replace(retired, retired_at=None), False),
        (replace(retired, retired_at=LATER + SECOND), False),
        (replace(retired, compromised_since=None), False),
        (replace(retired, compromised_since=LATER + SECOND), False),
        (replace(retired, compromised_since=NOW), True),
    ):
        fourth = following(third, with_signing(SCHOOL, KEY, again), revision=4)
        if good:
            made.put(fourth, LATER)
        else:
            with pytest.raises(DirectoryError, match="entry-key-changed"):
                made.put(fourth, LATER)


def test_revisions_follow_one_another() -> None:
    made = editor()
    second = following(FIRST, SCHOOL)
    stranger = first(replace(SCHOOL, name="Another"))
    for wrong in (
        FIRST,
        following(FIRST, SCHOOL, revision=3),
        following(stranger, SCHOOL),
        following(FIRST, SCHOOL, issued=NOW - SECOND),
    ):
        with pytest.raises(DirectoryError, match="entry-not-continued"):
            made.put(wrong, LATER)
    made.put(second, LATER)
    with pytest.raises(DirectoryError, match="entry-not-continued"):
        DirectoryEditor().put(second, LATER)
    with pytest.raises(DirectoryError, match="entry-from-future"):
        made.put(following(second, SCHOOL, issued=LATER + SECOND, revision=3), LATER)


def test_expired_or_suspect_key_signs_no_entry() -> None:
    with pytest.raises(KeyInvalid, match="key-not-yet-valid"):
        DirectoryEditor().put(first(SCHOOL, issued=NOW - SECOND), NOW)
    with pytest.raises(KeyInvalid, match="key-expired"):
        editor().put(following(FIRST, SCHOOL, issued=UNTIL), UNTIL)
    made = editor()
    suspect = following(FIRST, with_signing(SCHOOL, key(compromised_since=NOW), signing(5)))
    made.put(suspect, LATER)
    thief = following(suspect, made_up(suspect_key=True), revision=3)
    with pytest.raises(KeyInvalid, match="key-compromised"):
        made.put(thief, LATER)
    made.put(following(suspect, made_up(suspect_key=True), 5, revision=3), LATER)


def made_up(*, suspect_key: bool) -> Organisation:
    return with_signing(
        SCHOOL, key(compromised_since=NOW if suspect_key else None), signing(5), signing(6)
    )


def test_lost_keys_need_an_enrolment_anew() -> None:
    lost = with_signing(SCHOOL, key(retired_at=LATER), signing(5, LATER))
    signed = following(FIRST, lost, 5)
    with pytest.raises(DirectoryError, match="entry-signer-unknown"):
        editor().put(signed, LATER)
    assert editor().put(signed, LATER, reenrolment=True) == lost
    removed = following(FIRST, with_signing(SCHOOL, signing(5, LATER)), 5)
    with pytest.raises(DirectoryError, match="entry-keys-removed"):
        editor().put(removed, LATER, reenrolment=True)


@pytest.mark.parametrize("number", [11, 12, 13, 14])
def test_nobody_takes_the_key_of_another(number: int) -> None:
    """Or a thief could enrol a school's key as its own, and claim what the school has signed."""
    made = editor()
    other = organisation(OTHER_ORG, 11)
    made.put(first(other, 11), NOW)
    operational, recovery = GENERAL.operational, GENERAL.recovery
    taken = recipient(number)
    claims = {
        11: with_signing(SCHOOL, KEY, signing(11)),
        12: replace(SCHOOL, node_keys=(*SCHOOL.node_keys, signing(12))),
        13: with_inbox(SCHOOL, "general", Inbox((*operational, taken), recovery)),
        14: with_inbox(SCHOOL, "general", Inbox(operational, (*recovery, taken))),
    }
    with pytest.raises(DirectoryError, match="key-of-another"):
        made.put(following(FIRST, claims[number]), LATER)


def test_ruling_stays_over_updates_and_can_be_lifted() -> None:
    made = editor()
    ruling = Ruling(compromised={KEY.key_id: LATER + SECOND})
    assert made.rule(ORG, ruling).signing_keys[0].compromised_since == LATER + SECOND
    after = made.put(following(FIRST, SCHOOL), LATER)
    assert after.signing_keys[0].compromised_since == LATER + SECOND
    assert made.rule(ORG, None) == SCHOOL
    with pytest.raises(DirectoryError, match="organisation-unknown"):
        made.rule(OTHER_ORG, ruling)
    with pytest.raises(DirectoryError, match="key-unknown"):
        made.rule(ORG, Ruling(compromised={signing(77).key_id: NOW}))


def test_ruling_stops_a_thief_from_updating() -> None:
    made = editor()
    made.rule(ORG, Ruling(compromised={KEY.key_id: NOW}))
    with pytest.raises(KeysError, match="key-compromised"):
        made.put(following(FIRST, with_signing(SCHOOL, KEY, signing(66))), LATER)


def test_versions_go_on_from_the_file_before() -> None:
    made = editor()
    data, _ = made.sign(DIRECTORY_KEY, NOW)
    again = DirectoryEditor.of(data)
    assert (again.version, again.previous(ORG)) == (1, FIRST)
    assert again.previous(OTHER_ORG) is None
    again.sign(DIRECTORY_KEY, NOW)
    assert again.version == 2
    assert "PRIVATE" not in repr(private(1))
