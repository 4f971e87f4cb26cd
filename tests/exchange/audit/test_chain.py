"""The audit chain: every change is found, at the entry where it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.audit import NODE, BadEntry, Fact, Head, canonical_bytes, check_fact, link, verify
from exchange.errors import AuditError
from exchange.ports.rows import AuditEntry

BOOK = "6c7f4a52-8f0e-4c8e-9df6-0d3f7f7a0001"
AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def fact(number: int = 0, **changes: object) -> Fact:
    base = Fact(
        at=AT + timedelta(seconds=number),
        actor="Zoë O'Hara",
        role="senco",
        action="transfer.send",
        object_kind="transfer",
        object_id=f"01990000-0000-7000-8000-{number:012}",
        outcome="done",
        detail={"recipient": "org-1", "documents": str(number)},
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def entry_of(said: Fact, book: str, head: Head | None) -> AuditEntry:
    place = link(book, head, said)
    return AuditEntry(
        seq=place.seq,
        at=said.at,
        actor=said.actor,
        role=said.role,
        action=said.action,
        object_kind=said.object_kind,
        object_id=said.object_id,
        outcome=said.outcome,
        detail=said.detail,
        previous=place.previous,
        digest=place.digest,
    )


def book_of(length: int, book: str = BOOK) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head: Head | None = None
    for number in range(length):
        entries.append(entry_of(fact(number), book, head))
        head = Head(entries[-1].seq, entries[-1].digest)
    return entries


def test_a_whole_book_verifies() -> None:
    assert verify(book_of(20), BOOK) is None
    assert verify([], BOOK) is None


def test_the_first_entry_is_as_the_documentation_says() -> None:
    """The digest is rebuilt from the description alone, so that a stranger could."""
    said = fact(3)
    seconds = str(int(said.at.timestamp()))
    genesis = hashlib.sha256(b"sen-audit-book@v1\0" + BOOK.encode()).hexdigest()
    fields = ["1", genesis, seconds, said.actor, "senco", "transfer.send", "transfer"]
    fields += [said.object_id, "done", "2", "documents", "3", "recipient", "org-1"]
    data = b"".join(len(text.encode()).to_bytes(8, "big") + text.encode() for text in fields)
    expected = hashlib.sha256(b"sen-audit-entry@v1\0" + data).hexdigest()
    assert link(BOOK, None, said).digest == expected


CHANGES: dict[str, Callable[[AuditEntry], AuditEntry]] = {
    "at": lambda entry: replace(entry, at=entry.at + timedelta(seconds=1)),
    "actor": lambda entry: replace(entry, actor="Somebody Else"),
    "role": lambda entry: replace(entry, role="head"),
    "action": lambda entry: replace(entry, action="transfer.recall"),
    "object_kind": lambda entry: replace(entry, object_kind="arrival"),
    "object_id": lambda entry: replace(entry, object_id="other"),
    "outcome": lambda entry: replace(entry, outcome="refused"),
    "detail-value": lambda entry: replace(entry, detail={**entry.detail, "recipient": "org-2"}),
    "detail-gone": lambda entry: replace(entry, detail={"recipient": "org-1"}),
    "detail-more": lambda entry: replace(entry, detail={**entry.detail, "more": "1"}),
    "digest": lambda entry: replace(entry, digest="0" * 64),
}


@pytest.mark.parametrize("where", [1, 4, 7])
@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_changed_field_is_found_where_it_is(name: str, where: int) -> None:
    entries = book_of(7)
    entries[where - 1] = CHANGES[name](entries[where - 1])
    assert verify(entries, BOOK) == BadEntry(where, "digest-differs")


def test_a_changed_entry_with_its_digest_made_anew_breaks_the_next() -> None:
    entries = book_of(5)
    head = Head(entries[1].seq, entries[1].digest)
    entries[2] = entry_of(fact(2, outcome="refused"), BOOK, head)
    assert verify(entries, BOOK) == BadEntry(4, "previous-differs")


def test_removed_doubled_and_swapped_entries_are_found() -> None:
    whole = book_of(5)
    assert verify(whole[:2] + whole[3:], BOOK) == BadEntry(3, "seq-gap")
    assert verify([*whole[:2], whole[1], *whole[2:]], BOOK) == BadEntry(3, "seq-gap")
    assert verify([whole[1], whole[0], *whole[2:]], BOOK) == BadEntry(1, "seq-gap")
    assert verify(whole[1:], BOOK) == BadEntry(1, "seq-gap")


def test_a_book_does_not_fit_another_organisation() -> None:
    assert verify(book_of(3, BOOK), NODE) == BadEntry(1, "previous-differs")


def test_a_cut_or_rewritten_end_is_found_by_a_head_kept_elsewhere() -> None:
    whole = book_of(5)
    head = Head(5, whole[4].digest)
    assert verify(whole, BOOK, head) is None
    assert verify(whole[:4], BOOK, head) == BadEntry(5, "head-differs")
    assert verify(whole[:4], BOOK) is None
    rewritten = [*whole[:4], entry_of(fact(9), BOOK, Head(4, whole[3].digest))]
    assert verify(rewritten, BOOK, head) == BadEntry(5, "head-differs")
    assert verify(whole, BOOK, Head(3, whole[2].digest)) is None


def test_an_entry_without_an_encoding_is_named_and_not_a_crash() -> None:
    entries = book_of(3)
    entries[1] = replace(entries[1], actor="\ud800")
    assert verify(entries, BOOK) == BadEntry(2, "entry-unreadable")


def test_the_same_instant_in_another_zone_is_the_same_entry() -> None:
    there = timezone(timedelta(hours=1))
    moved = fact(1, at=fact(1).at.astimezone(there))
    assert canonical_bytes(1, "", moved) == canonical_bytes(1, "", fact(1))


_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)


@given(st.lists(_TEXT, min_size=4, max_size=4), st.lists(_TEXT, min_size=4, max_size=4))
def test_different_entries_never_share_their_bytes(one: list[str], other: list[str]) -> None:
    def said(texts: list[str]) -> Fact:
        return fact(actor=texts[0], role=texts[1], detail={texts[2]: texts[3]})

    same = canonical_bytes(1, "", said(one)) == canonical_bytes(1, "", said(other))
    assert same == (one == other)


ALLOWED = ["1", "SHA256:aB3/+x", "urn:100000", "123/4567", "2026-07-01T09:30:00Z", "a" * 64]
FORBIDDEN = ["", "Ann Smith", "Zoë", "H801200001001", "x/H801200001001", "line\nbreak", "a" * 301]


@pytest.mark.parametrize("value", ALLOWED)
def test_codes_ids_hashes_and_counts_may_be_details(value: str) -> None:
    check_fact(fact(detail={"value": value}))


@pytest.mark.parametrize("value", FORBIDDEN)
def test_names_sentences_and_pupil_numbers_may_not(value: str) -> None:
    with pytest.raises(AuditError) as caught:
        check_fact(fact(detail={"value": value}))
    assert caught.value.code == "entry-invalid"
    assert caught.value.path == "/detail/value"
    if value:
        assert value not in str(caught.value)
    with pytest.raises(AuditError):
        check_fact(fact(object_id=value))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "Sent it"),
        ("role", ""),
        ("outcome", "failed because of Ann"),
        ("object_kind", "Pupil"),
        ("actor", ""),
        ("actor", "two\nlines"),
        ("at", datetime(2026, 7, 1)),  # noqa: DTZ001
        ("at", AT.replace(microsecond=1)),
        ("detail", {"Ann Smith": "1"}),
        ("detail", {f"k{number}": "1" for number in range(41)}),
    ],
)
def test_other_fields_keep_their_form(field: str, value: object) -> None:
    with pytest.raises(AuditError) as caught:
        check_fact(fact(**{field: value}))
    assert caught.value.code == "entry-invalid"
