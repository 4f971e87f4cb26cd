"""What one entry says, the rules that keep pupils' data out of it, and its canonical bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from exchange.errors import AuditError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

# A code, an id, a hash, a count, an instant, a version: ASCII without spaces.
_TOKEN = re.compile(r"[A-Za-z0-9._:/+@=,#~-]{1,300}")
_NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+){0,15}")
# A unique pupil number (one letter, eleven digits, a digit or letter) is a value, never a code.
_PUPIL_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][0-9]{11}[0-9A-Za-z](?![A-Za-z0-9])")
_LONGEST_DETAIL = 40


class Said(Protocol):
    """The fields of an entry that somebody chose."""

    @property
    def at(self) -> datetime:
        """Return when: aware, UTC, whole seconds."""

    @property
    def actor(self) -> str:
        """Return a staff or machine name."""

    @property
    def role(self) -> str:
        """Return the actor's role."""

    @property
    def action(self) -> str:
        """Return what was done, as a code."""

    @property
    def object_kind(self) -> str:
        """Return what kind of thing it was done to."""

    @property
    def object_id(self) -> str:
        """Return the id of that thing."""

    @property
    def outcome(self) -> str:
        """Return how it ended: ``done`` or a code."""

    @property
    def detail(self) -> Mapping[str, str]:
        """Return codes, ids, hashes and counts by name."""


class Entry(Said, Protocol):
    """One entry of a book: what was said, and its place in the chain."""

    @property
    def seq(self) -> int:
        """Return its number, from 1, without gaps."""

    @property
    def previous(self) -> str:
        """Return the digest of the entry before (hex)."""

    @property
    def digest(self) -> str:
        """Return the digest of this entry (hex)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What an entry says, before it has its place in the chain."""

    at: datetime
    actor: str
    role: str
    action: str
    object_kind: str
    object_id: str
    outcome: str
    detail: Mapping[str, str]


def check_fact(fact: Said) -> None:
    """Refuse what does not belong into the book.

    Details, ids and codes are ASCII tokens without spaces, so that a name, a sentence or a
    pupil number cannot slip in. Only ``actor`` may hold spaces and other letters.

    :raises AuditError: ``entry-invalid``, with the path of the field.
    """
    for name in ("role", "action", "object_kind", "outcome"):
        if not _NAME.fullmatch(getattr(fact, name)):
            raise _invalid(f"/{name}")
    if not _is_token(fact.object_id):
        raise _invalid("/object_id")
    if not 1 <= len(fact.actor) <= 200 or not fact.actor.isprintable():
        raise _invalid("/actor")
    if len(fact.detail) > _LONGEST_DETAIL:
        raise _invalid("/detail")
    for key, value in fact.detail.items():
        if not _NAME.fullmatch(key):
            raise _invalid("/detail")
        if not _is_token(value):
            raise _invalid(f"/detail/{key}")
    _seconds(fact.at)


def canonical_bytes(seq: int, previous: str, said: Said) -> bytes:
    """Return the one encoding of an entry, the digest left out.

    Each field is its UTF-8 bytes behind their length as 8 bytes, most significant first, in the
    order seq, previous, at (seconds since 1970), actor, role, action, object_kind, object_id,
    outcome, number of details; then each detail's name and value, by name. No two different
    entries have the same bytes.

    :raises AuditError: ``entry-invalid``: a field has no such encoding.
    """
    fields = [
        str(seq),
        previous,
        str(_seconds(said.at)),
        said.actor,
        said.role,
        said.action,
        said.object_kind,
        said.object_id,
        said.outcome,
        str(len(said.detail)),
    ]
    for key in sorted(said.detail):
        fields += (key, said.detail[key])
    return b"".join(_field(text) for text in fields)


def _field(text: str) -> bytes:
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        raise _invalid("") from None
    return len(data).to_bytes(8, "big") + data


def _seconds(at: datetime) -> int:
    if at.tzinfo is None or at.microsecond:
        raise _invalid("/at")
    return (at - _EPOCH) // _SECOND


def _is_token(text: object) -> bool:
    return (
        isinstance(text, str)
        and _TOKEN.fullmatch(text) is not None
        and _PUPIL_NUMBER.search(text) is None
    )


def _invalid(path: str) -> AuditError:
    return AuditError(
        "entry-invalid", path, "An audit entry holds codes, ids and counts; correct the caller."
    )
