"""The directory as one signed file: read, verified, and asked for one organisation at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from keys.directory.codec import UUID_PATTERN, entry_fields, read_identifier
from keys.directory.entry import SignedEntry, read_entry, read_row, ruled
from keys.directory.judge import signing_key
from keys.directory.model import (
    NAMESPACE_DIRECTORY,
    DatedIdentifier,
    Organisation,
    SigningKey,
)
from keys.directory.names import Names
from keys.errors import DirectoryError, KeyInvalid, KeysError, SignatureInvalid
from keys.json_fields import Fields
from keys.ssh_keys import SshPublicKey
from keys.sshsig import AllowedSigner, read_signature, verify
from schemas import strict_json
from schemas.errors import IdentifierError, SchemaError
from schemas.identifiers import OrgId, parse_any

DIRECTORY_SCHEMA = "sen.directory/1.0"
DIRECTORY_PRINCIPAL = "sen-directory"
LIFETIME = timedelta(days=14)
"""How long a directory file is good: an attacker who holds back news can do so no longer."""
WARN_AFTER = timedelta(days=2)
"""The age at which people are told that no newer directory has come."""
CLOCK_SKEW = timedelta(minutes=5)
MAX_DIRECTORY_BYTES = 256 * 1024 * 1024
_MAX_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class DirectoryFile:
    """What the file's JSON holds; rows by org_id."""

    version: int
    issued: datetime
    expires: datetime
    rows: Mapping[str, SignedEntry]


def read_file(data: bytes) -> DirectoryFile:
    """Return the file's content. Neither its signature nor any entry is verified here.

    :raises DirectoryError: ``directory-malformed``, ``directory-too-new``.
    """
    try:
        value = strict_json.loads(data, max_bytes=MAX_DIRECTORY_BYTES, max_values=20 * _MAX_ROWS)
    except SchemaError:
        raise _malformed("/") from None
    fields = Fields(value, "", _malformed)
    schema = fields.text("schema", r"sen\.directory/\d{1,4}\.\d{1,4}")
    if schema.partition("/")[2].partition(".")[0] != "1":
        raise DirectoryError("directory-too-new", "/schema", "Update this software.")
    if set(fields.texts("critical")) - {"schema", "version", "issued", "expires", "entries"}:
        raise DirectoryError("directory-critical-unknown", "/critical", "Update this software.")
    rows: dict[str, SignedEntry] = {}
    for child in fields.children("entries", _MAX_ROWS):
        row = read_row(child.value, child.path)
        org_id = entry_fields(row.entry).text("org_id", UUID_PATTERN)
        if org_id in rows:
            raise _malformed(child.path)
        rows[org_id] = row
    issued, expires = fields.instant("issued"), fields.instant("expires")
    if issued >= expires:
        raise _malformed("/expires")
    return DirectoryFile(fields.integer("version", 1, 2**53 - 1), issued, expires, rows)


class FileDirectory:
    """The trust directory of a node: a file that a pinned key signed.

    Entries are verified when they are asked for, so that a large directory loads quickly.
    """

    def __init__(
        self, content: DirectoryFile, sha256: str, *, pinned: bool, signer: SshPublicKey | None
    ) -> None:
        self._content = content
        self._organisations: dict[str, Organisation] = {}
        self._by_key: dict[str, str] | None = None
        self._names: Names | None = None
        self._identifiers = _index(content.rows)
        self.version = content.version
        self.sha256 = sha256
        self.pinned = pinned
        self.signer = signer
        self.issued = content.issued
        self.expires = content.expires

    @classmethod
    def load(
        cls,
        data: bytes,
        signature: bytes | None,
        pinned_key: SshPublicKey | None,
        minimum_version: int,
        now: datetime,
    ) -> FileDirectory:
        """Return the directory of a file, once its signature, version and age are right.

        :param signature: armoured; may only be None where no key is pinned.
        :param pinned_key: the directory's key as pinned at ``init``. None is allowed, and then
            ``pinned`` is False, which every surface must show as ``directory unpinned``.
        :param minimum_version: the highest version that this node has ever accepted.
        :raises DirectoryError: ``directory-unsigned``, ``directory-key-not-pinned``,
            ``directory-signature-invalid``, ``directory-malformed``, ``directory-rolled-back``,
            ``directory-expired``, ``directory-from-future``.
        """
        signer = _verify(data, signature, pinned_key, now)
        content = read_file(data)
        if content.version < minimum_version:
            raise DirectoryError("directory-rolled-back", "/version")
        if content.issued > now + CLOCK_SKEW:
            hint = "Check this computer's clock, then fetch the directory again."
            raise DirectoryError("directory-from-future", "/issued", hint)
        if now >= content.expires:
            raise DirectoryError("directory-expired", "/expires")
        sha256 = hashlib.sha256(data).hexdigest()
        return cls(content, sha256, pinned=pinned_key is not None, signer=signer)

    def warning(self, now: datetime) -> str | None:
        """Return a code to show with the directory: ``directory-unpinned``, ``directory-old``."""
        if not self.pinned:
            return "directory-unpinned"
        return "directory-old" if now - self.issued > WARN_AFTER else None

    def get(self, org_id: str, at: datetime) -> Organisation:
        """Return an organisation, its entry and keys verified; also closed ones.

        :param at: the moment of asking; a past one (a proven time) never finds the file expired.
        :raises DirectoryError: ``organisation-unknown``; ``directory-expired``: the file has
            grown old since it was loaded; or the entry is bad.
        :raises KeyInvalid: a key of the entry is bad.
        """
        if at >= self.expires:
            raise DirectoryError("directory-expired", "/expires")
        found = self._organisations.get(org_id)
        if found is None:
            row = self._row(org_id)
            found = ruled(read_entry(row).organisation, row.ruling)
            self._organisations[org_id] = found
        return found

    def find(self, identifier: str, at: datetime | None = None) -> Organisation:
        """Return the organisation with this URN, DfE number, UKPRN, ODS code, LA code or org_id.

        Whoever holds the identifier on the day goes before whoever held it once.

        :param identifier: as a person types it; a DfE number with or without its slash.
        :param at: when; by default the directory's own date.
        :raises DirectoryError: ``organisation-unknown``, ``organisation-ambiguous``.
        """
        when = self.issued if at is None else at
        try:
            wanted = parse_any(identifier)
        except IdentifierError as error:
            raise DirectoryError("organisation-unknown", hint=error.hint) from None
        for each in wanted:
            if isinstance(each, OrgId):
                return self.get(each.value, when)
            holders = self._holders(each.scheme, each.value, when)
            if len(holders) > 1:
                hint = "Several organisations have it. Use the URN or the full DfE number."
                raise DirectoryError("organisation-ambiguous", hint=hint)
            if holders:
                return holders[0]
        hint = "Check the number, or fetch the newest directory."
        raise DirectoryError("organisation-unknown", hint=hint)

    def called(self, words: str, at: datetime, most: int) -> list[Organisation]:
        """Return open organisations by name, in whose names each word begins a word.

        Nobody lists all: three letters are wanted. A bad entry is left out.

        :raises DirectoryError: ``directory-expired``.
        """
        if at >= self.expires:
            raise DirectoryError("directory-expired", "/expires")
        self._names = self._names or Names(self._content.rows)
        found: list[Organisation] = []
        for org_id in self._names.ids(words):
            with suppress(KeysError):
                one = self.get(org_id, at)
                found += [one] if one.status == "open" else []
            if len(found) == most:
                break
        return found

    def _holders(self, scheme: str, value: str, at: datetime) -> list[Organisation]:
        """Return who has the identifier; else who had it; of several, those that are open."""
        known = self._identifiers.get((scheme, value), ())
        day = at.astimezone(UTC).date()
        ids = {org for org, dated in known if dated.holds_on(day)} or _former(known, day)
        found = [self.get(org_id, at) for org_id in sorted(ids)]
        still_open = [one for one in found if one.status == "open"]
        return still_open or found

    def successor(self, organisation: Organisation, at: datetime) -> Organisation | None:
        """Return the open organisation that took over from a closed one, or None.

        :raises DirectoryError: ``organisation-unknown``: a successor has no entry.
        """
        seen = {organisation.org_id}
        current = organisation
        while current.status != "open":
            if current.successor is None or current.successor in seen:
                return None
            seen.add(current.successor)
            current = self.get(current.successor, at)
        return current

    def entry_bytes(self, org_id: str) -> bytes:
        """Return the signed entry as published; kept beside each pack that it judged.

        :raises DirectoryError: ``organisation-unknown``.
        """
        return self._row(org_id).to_bytes()

    def find_signing_key(self, key_id: str, at: datetime) -> tuple[Organisation, SigningKey]:
        """Return whose organisation key this is, valid at ``at`` (for signed requests).

        :raises DirectoryError: ``key-unknown``, or a code of :meth:`get`.
        :raises KeyInvalid: ``key-expired`` or its like.
        """
        if self._by_key is None:
            self._by_key = _index_keys(self._content.rows)
        org_id = self._by_key.get(key_id)
        if org_id is None:
            raise DirectoryError("key-unknown")
        organisation = self.get(org_id, at)
        return organisation, signing_key(organisation, key_id, at)

    def _row(self, org_id: str) -> SignedEntry:
        row = self._content.rows.get(org_id)
        if row is None:
            hint = "It is not enrolled, or the directory is old. Fetch the newest directory."
            raise DirectoryError("organisation-unknown", hint=hint)
        return row


def _verify(
    data: bytes, signature: bytes | None, pinned: SshPublicKey | None, now: datetime
) -> SshPublicKey | None:
    if signature is None:
        if pinned is not None:
            raise DirectoryError("directory-unsigned")
        return None
    try:
        signer = pinned or read_signature(signature).public
        allowed = AllowedSigner(DIRECTORY_PRINCIPAL, (NAMESPACE_DIRECTORY,), None, None, signer)
        verify(data, signature, NAMESPACE_DIRECTORY, (allowed,), now)
    except SignatureInvalid as error:
        if error.code == "signer-unknown":
            hint = "Do not use it. Ask whoever runs the directory why its key differs."
            raise DirectoryError("directory-key-not-pinned", hint=hint) from None
        raise DirectoryError("directory-signature-invalid") from None
    return signer


def _malformed(path: str) -> DirectoryError:
    return DirectoryError("directory-malformed", path)


_Known = tuple[tuple[str, DatedIdentifier], ...]


def _index(rows: Mapping[str, SignedEntry]) -> dict[tuple[str, str], _Known]:
    index: dict[tuple[str, str], list[tuple[str, DatedIdentifier]]] = {}
    for org_id, row in rows.items():
        for fields in entry_fields(row.entry).children("identifiers"):
            dated = read_identifier(fields)
            index.setdefault((dated.scheme, dated.value), []).append((org_id, dated))
    return {name: tuple(known) for name, known in index.items()}


def _former(known: _Known, day: date) -> set[str]:
    return {org for org, dated in known if dated.until is not None and dated.until <= day}


def _index_keys(rows: Mapping[str, SignedEntry]) -> dict[str, str]:
    """Map key ids to org_ids. Keys are unique across entries (the editor sees to it)."""
    index: dict[str, str] = {}
    for org_id, row in rows.items():
        for fields in entry_fields(row.entry).children("signing_keys"):
            try:
                public = SshPublicKey.from_line(fields.text("public"))
            except KeyInvalid:
                continue  # said when the organisation itself is asked for
            index.setdefault(public.key_id, org_id)
    return index
