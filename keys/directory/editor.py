"""How a directory grows: entries are added and updated, never rewritten; each version is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from keys.directory.entry import SignedEntry, read_entry, ruled, signer_of
from keys.directory.file import DIRECTORY_SCHEMA, LIFETIME, read_file
from keys.directory.model import (
    NAMESPACE_DIRECTORY,
    DatedKey,
    Entry,
    Inbox,
    Organisation,
    Ruling,
    key_ids,
    require_valid,
)
from keys.errors import DirectoryError
from keys.json_fields import instant_text
from keys.sshsig import SigningKeyLike, sign
from schemas import strict_json


class DirectoryEditor:
    """Keeps the rows of the next version. For whoever holds the directory key, never a service.

    :param version: the last version that was signed; 0 for a new directory.
    """

    def __init__(self, version: int = 0, rows: dict[str, SignedEntry] | None = None) -> None:
        self._version = version
        self._rows: dict[str, SignedEntry] = {}
        self._entries: dict[str, Entry] = {}
        self._owners: dict[str, str] = {}
        for org_id, row in (rows or {}).items():
            self._keep(org_id, row, read_entry(row))

    @classmethod
    def of(cls, data: bytes) -> DirectoryEditor:
        """Return an editor of an earlier version's file, which the caller has verified.

        :raises DirectoryError: ``directory-malformed``, or an entry of it is bad.
        """
        content = read_file(data)
        return cls(content.version, dict(content.rows))

    @property
    def version(self) -> int:
        """Return the last version that was signed."""
        return self._version

    def previous(self, org_id: str) -> SignedEntry | None:
        """Return the row that an update of this organisation follows, or None."""
        return self._rows.get(org_id)

    def put(self, signed: SignedEntry, now: datetime, *, reenrolment: bool = False) -> Organisation:
        """Add an organisation, or the next revision of its entry.

        :param reenrolment: the organisation has lost its signing keys, and the directory vouches
            for its new ones; who may decide this is policy outside the code.
        :raises DirectoryError: the entry is bad; ``entry-from-future``; ``key-of-another``;
            ``entry-not-continued``: revision or hash does not follow;
            ``entry-signer-unknown``: not signed by a key of the revision before;
            ``entry-keys-removed``, ``entry-key-changed``: keys may be added, retired and marked
            compromised, nothing else.
        :raises KeyInvalid: a key is bad, or the one that signed was not good when it did.
        """
        entry = read_entry(signed)
        organisation = entry.organisation
        if entry.issued > now:
            raise DirectoryError("entry-from-future", "/issued")
        for key_id in key_ids(organisation):
            if self._owners.get(key_id, organisation.org_id) != organisation.org_id:
                raise DirectoryError("key-of-another", organisation.org_id)
        before = self._entries.get(organisation.org_id)
        if before is None:
            _check_first(entry)
        else:
            self._check_update(before, entry, self._rows[organisation.org_id])
        known = organisation if before is None or reenrolment else before.organisation
        ruling = None if before is None else self._rows[organisation.org_id].ruling
        _check_signer(ruled(known, ruling), signed, entry.issued)
        row = SignedEntry(signed.entry, signed.signature, ruling)
        self._keep(organisation.org_id, row, entry)
        return ruled(organisation, ruling)

    def rule(self, org_id: str, ruling: Ruling | None) -> Organisation:
        """Set (or lift) the directory's own word on an organisation.

        :raises DirectoryError: ``organisation-unknown``; ``key-unknown``: it names a key that the
            organisation does not have.
        """
        row = self._rows.get(org_id)
        if row is None:
            raise DirectoryError("organisation-unknown", org_id)
        organisation = self._entries[org_id].organisation
        if ruling is not None and set(ruling.compromised) - set(key_ids(organisation)):
            raise DirectoryError("key-unknown", org_id)
        self._rows[org_id] = SignedEntry(row.entry, row.signature, ruling)
        return ruled(organisation, ruling)

    def sign(
        self, private: SigningKeyLike, now: datetime, lifetime: timedelta = LIFETIME
    ) -> tuple[bytes, bytes]:
        """Return the next version's bytes and armoured signature.

        :param private: the directory key.
        """
        self._version += 1
        data = strict_json.dumps(
            {
                "schema": DIRECTORY_SCHEMA,
                "version": self._version,
                "issued": instant_text(now),
                "expires": instant_text(now + lifetime),
                "entries": [row.to_json() for _, row in sorted(self._rows.items())],
            }
        )
        return data, sign(private, data, NAMESPACE_DIRECTORY)

    def _keep(self, org_id: str, row: SignedEntry, entry: Entry) -> None:
        self._rows[org_id] = row
        self._entries[org_id] = entry
        self._owners.update(dict.fromkeys(key_ids(entry.organisation), org_id))

    def _check_update(self, before: Entry, after: Entry, row: SignedEntry) -> None:
        follows = after.revision == before.revision + 1 and after.previous == row.sha256
        if not follows or after.issued < before.issued:
            raise DirectoryError("entry-not-continued", after.organisation.org_id)
        for path, old, new in _key_lists(before.organisation, after.organisation):
            _check_keys(path, old, new, before.issued)


def _check_first(entry: Entry) -> None:
    if entry.revision != 1 or entry.previous is not None:
        raise DirectoryError("entry-not-continued", entry.organisation.org_id)


def _check_signer(known: Organisation, signed: SignedEntry, issued: datetime) -> None:
    """The keys of the revision before decide, as they stood there: no key vouches for itself."""
    signer = signer_of(signed).key_id
    for key in known.signing_keys:
        if key.key_id == signer:
            require_valid(key, issued)
            return
    raise DirectoryError("entry-signer-unknown", known.org_id)


_Lists = tuple[str, Sequence[DatedKey], Sequence[DatedKey]]
_EMPTY = Inbox((), ())


def _key_lists(before: Organisation, after: Organisation) -> list[_Lists]:
    lists: list[_Lists] = [
        ("/signing_keys", before.signing_keys, after.signing_keys),
        ("/node_keys", before.node_keys, after.node_keys),
    ]
    for name, old in before.inboxes.items():
        new = after.inboxes.get(name, _EMPTY)
        lists.append((f"/inboxes/{name}/operational", old.operational, new.operational))
        lists.append((f"/inboxes/{name}/recovery", old.recovery, new.recovery))
    return lists


def _check_keys(
    path: str, old: Sequence[DatedKey], new: Sequence[DatedKey], since: datetime
) -> None:
    """Append-only: what a key could prove yesterday it can prove for thirty years."""
    by_id = {key.key_id: key for key in new}
    for key in old:
        kept = by_id.get(key.key_id)
        if kept is None:
            raise DirectoryError("entry-keys-removed", path)
        if (kept.valid_from, kept.valid_until) != (key.valid_from, key.valid_until):
            raise DirectoryError("entry-key-changed", path)
        if not _may_retire(key.retired_at, kept.retired_at, since):
            raise DirectoryError("entry-key-changed", path)
        if not _may_suspect(key.compromised_since, kept.compromised_since):
            raise DirectoryError("entry-key-changed", path)


def _may_retire(old: datetime | None, new: datetime | None, since: datetime) -> bool:
    """Retiring backwards, before the last word, would disown signatures that were good."""
    if old is not None:
        return new == old
    return new is None or new >= since


def _may_suspect(old: datetime | None, new: datetime | None) -> bool:
    """A warning may be added or reach further back; it is never taken back."""
    return old is None or (new is not None and new <= old)
