"""Opening a bundle: nothing of its contents is released before its sender's signature holds.

Signature of the envelope, age header, container, signature of the statement, agreement of the two,
bag: in this order, each step trusting only the ones before. A document is released only once its
own digest matches. No outward face may import this module.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, cast

from exchange.bundle import bag
from exchange.bundle.failures import opening
from exchange.bundle.limits import DEFAULT_LIMITS, KIB, Limits
from exchange.bundle.outer import (
    STATEMENT_NAMESPACE,
    FindSigners,
    Outer,
    Window,
    check_envelope,
    require_signature,
)
from exchange.bundle.zipformat import Entry
from exchange.bundle.zipreader import MemberReader, ZipReader
from exchange.errors import BagError, ContainerError, TrustError
from keys import age
from keys.interfaces import Opener, SeekableSource
from keys.sshsig import AllowedSigner
from schemas.base import Record, Registry, SubjectRecord, load_bytes
from schemas.envelope import Envelope
from schemas.recipient import InboxName
from schemas.statement import FileEntry, FileRole, Statement

_BLOCK = 512 * KIB
_WRONG_HANDS = "This pack was made for somebody else. Tell its sender; do not use it."
_ALTERED = "Do not use this pack. Ask the sender, by a number you already know, to send it again."


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """A bundle whose statement holds. Documents are read from it while its stream is open.

    Not for use by several threads at once.

    :param signer: whose signature the statement bears, as the directory knew them.
    """

    statement: Statement
    statement_bytes: bytes = field(repr=False)
    statement_signature: bytes = field(repr=False)
    envelope: Envelope
    signer: AllowedSigner
    reader: ZipReader = field(repr=False)
    plain: Plain = field(repr=False)
    limits: Limits = field(repr=False)

    @property
    def documents(self) -> dict[str, FileEntry]:
        """Return the documents by their ids, in the order of the statement."""
        files = self.statement.files
        return {file.id: file for file in files if file.role is FileRole.DOCUMENT}

    def open_document(self, document_id: str) -> CheckedDocument:
        """Return a document's bytes, after they were all read once and their digest matched.

        :raises BagError: ``document-unknown``.
        :raises TrustError: ``digest-mismatch``, or a code of age: altered.
        """
        for index, file in enumerate(self.statement.files):
            if file.id == document_id and file.role is FileRole.DOCUMENT:
                with self._checked(index) as first:
                    while first.read(_BLOCK):
                        pass
                return self._checked(index)
        raise BagError("document-unknown", "/files")

    def open_file(self, file: FileEntry) -> CheckedDocument:
        """Return any file's bytes; its end is reached only if they are as signed.

        For what may be thrown away again: bytes come before the digest is known to match.
        """
        return self._checked(self.statement.files.index(file))

    def records(self, registry: Registry) -> Iterator[tuple[FileEntry, Record]]:
        """Yield every record, its digest checked, parsed, and known to be about the subject.

        :raises TrustError: ``digest-mismatch``.
        :raises BagError: ``other-subject``, ``schema-mismatch``, or the rule that it breaks.
        """
        for index, file in enumerate(self.statement.files):
            if file.role is FileRole.RECORD:
                yield file, self._record(index, registry)

    def verify_contents(self, registry: Registry | None = None) -> None:
        """Read everything once and release nothing: every digest, and every record if asked.

        :raises TrustError: ``digest-mismatch``.
        :raises BagError: as :meth:`records`.
        """
        for index in range(len(self.statement.files)):
            with self._checked(index) as stream:
                while stream.read(_BLOCK):
                    pass
        if registry is not None:
            for _ in self.records(registry):
                pass

    def _record(self, index: int, registry: Registry) -> Record:
        file, path = self.statement.files[index], f"/files/{index}"
        if file.size > self.limits.record_size:
            raise BagError("member-too-large", path)
        with self._checked(index) as stream:
            content = stream.read()
        with opening(path):
            record = load_bytes(registry, content)
        if record.schema != file.type:
            raise BagError("schema-mismatch", f"{path}/type")
        if not isinstance(record, SubjectRecord) or record.subject != self.statement.subject:
            raise BagError("other-subject", f"{path}/subject", _ALTERED)
        return record

    def _checked(self, index: int) -> CheckedDocument:
        file = self.statement.files[index]
        entry = self.reader.entries[index]
        return CheckedDocument(self.reader.open(entry), file, f"/files/{index}")


class Plain(io.RawIOBase):
    """The plain container, with what age refuses raised as an error of this room."""

    def __init__(self, source: SeekableSource) -> None:
        super().__init__()
        self._source = source

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to ``offset``; return the new position."""
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._source.tell()

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, each authenticated.

        :raises TrustError: a code of age: altered or cut short.
        """
        with opening("/payload"):
            return self._source.read(-1 if size is None else size)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes.

        :raises TrustError: a code of age: altered or cut short.
        """
        readinto = getattr(self._source, "readinto", None)
        if readinto is None:
            part = self.read(len(buffer))
            buffer[: len(part)] = part
            return len(part)
        with opening("/payload"):
            return int(readinto(buffer))


class CheckedDocument(io.RawIOBase):
    """A file's bytes in order; the end is only reached if size and SHA-256 are as signed."""

    def __init__(self, member: MemberReader, file: FileEntry, path: str) -> None:
        super().__init__()
        self._member = member
        self._file = file
        self._path = path
        self._digest = hashlib.sha256()
        self._left = file.size
        if not self._left:
            self._check_end()

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, all that is left if negative; empty at the checked end.

        :raises TrustError: ``digest-mismatch``; nothing that was read before may be used.
        """
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        part = self._member.read(size)
        if part:
            self._digest.update(part)
            self._left -= len(part)
            if not self._left:
                self._check_end()
        return part

    def readall(self) -> bytes:
        """Return all that is left."""
        return self.read()

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes."""
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _check_end(self) -> None:
        if self._digest.hexdigest() != self._file.sha256:
            raise TrustError("digest-mismatch", f"{self._path}/sha256", _ALTERED)


def open_bundle(
    outer: Outer,
    *,
    opener: Opener,
    find_signers: FindSigners,
    me: str,
    inbox: InboxName,
    at: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> OpenedBundle:
    """Open a bundle for one inbox of one organisation, and hold it to its signed statement.

    The payload's digest is not read here (:func:`exchange.bundle.outer.verify_payload` does that
    once, on arrival): what is released is held to the statement, piece by piece.

    :param find_signers: gives the signing keys of an organisation at a time.
    :param me: org_id of the one that opens; it must be a recipient.
    :param at: proven time of the bundle, else of its arrival; never the sender's clock.
    :raises TrustError: not for us; a signature or digest does not hold; expired.
    :raises ContainerError: the container inside is not in the one encoding.
    :raises BagError: statement, envelope, stanzas, members and bag do not agree.
    """
    envelope = check_envelope(outer.envelope_bytes, outer.signature, find_signers, at)
    _require_recipient(envelope, opener, me, inbox)
    stanzas = _stanzas(outer.payload)
    outer.payload.seek(0)
    with opening("/payload"):
        plain = Plain(opener.open(cast(BinaryIO, outer.payload)))
    reader = ZipReader(plain, limits, deflate=True)
    if reader.names[-len(bag.LAST_MEMBERS) :] != bag.LAST_MEMBERS:
        raise ContainerError("members-differ", "/members")
    content = reader.read(reader.entry(bag.STATEMENT), limits.statement_size)
    signature = reader.read(reader.entry(bag.SIGNATURE), limits.signature_size)
    signer = _require_statement(envelope, content, signature, find_signers, at)
    with opening("/statement"):
        statement = load_bytes(Statement, content)
    _require_agreement(envelope, statement)
    if at > statement.expires:
        hint = "It came too late to be used. Ask the sender to send it again."
        raise TrustError("bundle-expired", "/statement/expires", hint)
    _require_stanzas(statement, stanzas)
    _require_members(statement, reader.entries)
    opened = OpenedBundle(statement, content, signature, envelope, signer, reader, plain, limits)
    _require_bag(opened)
    return opened


def _require_recipient(envelope: Envelope, opener: Opener, me: str, inbox: InboxName) -> None:
    mine = [each for each in envelope.recipients if each.org_id == me and each.inbox is inbox]
    if not mine:
        raise TrustError("not-for-us", "/envelope/recipients", _WRONG_HANDS)
    if opener.key_ids.isdisjoint(mine[0].keys):
        hint = "It was sealed to keys that are not here. Ask your administrator for the old keys."
        raise TrustError("key-unknown", "/envelope/recipients", hint)


def _stanzas(payload: Window) -> Counter[str]:
    payload.seek(0)
    with opening("/payload"):
        header = age.read_header(payload)
    return Counter(stanza.type for stanza in header.stanzas)


def _require_statement(
    envelope: Envelope, content: bytes, signature: bytes, find_signers: FindSigners, at: datetime
) -> AllowedSigner:
    """Check that the sender of the envelope wrote the statement that the envelope names."""
    if hashlib.sha256(content).hexdigest() != envelope.statement_sha256:
        raise TrustError("statement-differs", "/envelope/statement_sha256", _ALTERED)
    signers = find_signers(envelope.sender, at)
    return require_signature(
        content,
        signature,
        STATEMENT_NAMESPACE,
        signers,
        envelope.sender,
        at,
        "/statement/signature",
    )


def _require_agreement(envelope: Envelope, statement: Statement) -> None:
    for name in ("id", "sender", "recipients", "issued"):
        if getattr(envelope, name) != getattr(statement, name):
            raise BagError("envelope-differs", f"/statement/{name}", _ALTERED)


def _require_stanzas(statement: Statement, stanzas: Counter[str]) -> None:
    """Check that the header holds what was signed: one stanza for each key, all of one class."""
    if len(stanzas) != 1:
        raise BagError("mixed-key-classes", "/statement/stanzas", _ALTERED)
    signed = {stanza.type: stanza.count for stanza in statement.stanzas}
    keys = sum(len(each.keys) for each in statement.recipients)
    if signed != stanzas or stanzas.total() != keys:
        raise BagError("stanzas-differ", "/statement/stanzas", _ALTERED)


def _require_members(statement: Statement, entries: Sequence[Entry]) -> None:
    """Check that the members are exactly the signed files, each in its place."""
    files = statement.files
    listed = tuple(file.path for file in files) + bag.LAST_MEMBERS
    if tuple(entry.name for entry in entries) != listed:
        raise BagError("members-differ", "/statement/files", _ALTERED)
    tags = (*bag.FIRST_TAGS, bag.INDEX)
    inner = files[len(bag.FIRST_TAGS) : -1]
    found = (*(file.path for file in files[: len(bag.FIRST_TAGS)]), files[-1].path)
    order = sorted(inner, key=lambda file: file.role is FileRole.DOCUMENT)
    if found != tags or any(file.role is FileRole.TAG for file in inner) or list(inner) != order:
        raise BagError("members-misplaced", "/statement/files")
    for index, (file, entry) in enumerate(zip(files, entries, strict=False)):
        if file.size != entry.size:
            raise BagError("size-mismatch", f"/statement/files/{index}/size", _ALTERED)


def _require_bag(opened: OpenedBundle) -> None:
    """Check that the tag files say what the statement says."""
    statement, reader = opened.statement, opened.reader
    data = [file for file in statement.files if file.role is not FileRole.TAG]
    tags = [(file.path, file.sha256) for file in statement.files if file.role is FileRole.TAG]
    for name, content in (
        (bag.STATEMENT, opened.statement_bytes),
        (bag.SIGNATURE, opened.statement_signature),
    ):
        tags.append((name, hashlib.sha256(content).hexdigest()))
    sizes = [file.size for file in data]
    expected = {
        bag.BAGIT: bag.DECLARATION,
        bag.INFO: bag.info(statement.id, statement.sender, statement.issued, sizes),
        bag.MANIFEST: bag.manifest((file.path, file.sha256) for file in data),
        bag.TAGMANIFEST: bag.manifest(tags),
    }
    for name, content in expected.items():
        bag.check(reader.read(reader.entry(name), opened.limits.tag_size), content, name)
    digests = dict(tags)
    for name in (*bag.FIRST_TAGS, bag.INDEX):
        content = reader.read(reader.entry(name), opened.limits.tag_size)
        if hashlib.sha256(content).hexdigest() != digests[name]:
            raise TrustError("digest-mismatch", f"/{name}", _ALTERED)
