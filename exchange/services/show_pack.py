"""A pack as its reader sees it: whom it is about, what is in it, and what is new in an update."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from exchange.ports import Actor, Arrival
from exchange.services.inside import Inside
from exchange.services.kept_statement import as_signed
from exchange.services.open_pack import open_pack, sender_of
from schemas.base import load_bytes
from schemas.pupil import Pupil
from schemas.records import RECORDS
from schemas.statement import FileEntry, FileRole, Statement
from schemas.strict_json import JsonValue


@dataclass(frozen=True, slots=True)
class FileView:
    """One record or document; ``new`` in an update: not in the pack that it supersedes."""

    id: str
    type: str
    title: str | None
    author: str | None
    authored: date | None
    size: int
    media_type: str
    new: bool


@dataclass(frozen=True, slots=True)
class PackView:
    """What a reader is shown of a pack.

    :param name: as the pupil is called; None where the pack holds no pupil record.
    """

    bundle_id: str
    name: str | None
    kind: str
    sender: str
    sender_name: str
    purpose: str
    lawful_basis: str
    issued: datetime
    supersedes: str | None
    in_reply_to: str | None
    files: tuple[FileView, ...]

    def as_json(self) -> dict[str, JsonValue]:
        """Return plain values, for machines."""
        return {
            "pack": self.bundle_id,
            "name": self.name,
            "kind": self.kind,
            "from": self.sender_name,
            "from_org": self.sender,
            "purpose": self.purpose,
            "lawful_basis": self.lawful_basis,
            "issued": self.issued.isoformat(),
            "supersedes": self.supersedes,
            "in_reply_to": self.in_reply_to,
            "files": [
                {
                    "document": one.id,
                    "type": one.type,
                    "title": one.title,
                    "author": one.author,
                    "date": one.authored.isoformat() if one.authored else None,
                    "size": one.size,
                    "media_type": one.media_type,
                    "new": one.new,
                }
                for one in self.files
            ],
        }


def note_view(inside: Inside, org_id: str, arrival: Arrival, actor: Actor) -> None:
    """Write into the book that somebody looked into a pack, before anything is shown."""
    with inside.store.unit(org_id) as unit:
        unit.audit.record(
            actor, "arrival.viewed", "arrival", arrival.bundle_id, detail={"sender": arrival.sender}
        )
        unit.commit()


def view_pack(inside: Inside, org_id: str, arrival: Arrival, actor: Actor) -> PackView:
    """Open a pack and return what its reader is shown; the look is noted first.

    :raises NotFound: ``contents-gone``.
    :raises BundleError: a check failed.
    """
    before = _superseded(inside, org_id, arrival)
    note_view(inside, org_id, arrival, actor)
    with open_pack(inside, org_id, arrival) as opened:
        statement = opened.statement
        pupils = [one for _, one in opened.records(RECORDS) if isinstance(one, Pupil)]
    sender = sender_of(inside, arrival)
    return PackView(
        bundle_id=statement.id,
        name=pupils[0].names.display if pupils else None,
        kind=statement.kind.value,
        sender=statement.sender,
        sender_name=sender.name,
        purpose=statement.purpose,
        lawful_basis=statement.lawful_basis,
        issued=statement.issued,
        supersedes=statement.supersedes,
        in_reply_to=statement.in_reply_to,
        files=tuple(_view(one, before) for one in statement.files if one.role is not FileRole.TAG),
    )


def _superseded(inside: Inside, org_id: str, arrival: Arrival) -> frozenset[str] | None:
    """Return the digests of the pack that this one updates, or None where it updates none here."""
    if arrival.supersedes is None:
        return None
    with inside.store.reading(org_id) as unit:
        before = unit.arrivals.find(arrival.sender, arrival.supersedes)
    if before is None or not before.statement:
        return None
    signed = as_signed(inside, org_id, before.statement)
    return frozenset(one.sha256 for one in load_bytes(Statement, signed).files)


def _view(one: FileEntry, before: frozenset[str] | None) -> FileView:
    return FileView(
        id=one.id,
        type=one.type,
        title=one.title,
        author=one.author,
        authored=one.authored,
        size=one.size,
        media_type=one.media_type,
        new=before is not None and one.sha256 not in before,
    )
