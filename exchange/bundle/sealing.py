"""Making a bundle: from records and documents to signed, sealed bytes in one pass.

The sizes and checksums of all that goes in are known, so the container inside is laid out, listed
and signed before its first byte is written; what is read is checked on the way against what was
signed. Outward faces may seal.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from isal import isal_zlib

from exchange.bundle import bag, durable, editions, pipeline, zipformat
from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.failures import sealing, writing
from exchange.bundle.feed import Feed, read_source
from exchange.bundle.index_page import page
from exchange.bundle.limits import DEFAULT_LIMITS, DEFLATE_LIMIT, KIB, MIB, Limits
from exchange.bundle.outer import ENVELOPE_NAME, ENVELOPE_NAMESPACE, PAYLOAD_NAME, SIGNATURE_NAME
from exchange.bundle.zipwriter import Member, SeekableOutput, ZipWriter, place, write_all
from exchange.errors import SealingError
from keys import age
from keys.interfaces import Signer
from schemas.base import dump_bytes
from schemas.envelope import Envelope
from schemas.recipient import Recipient
from schemas.statement import FileEntry, FileRole, StanzaCount, Statement

STATEMENT_NAMESPACE = "sen-bundle@v1"
"""What a statement's signature is for."""

PACKED_TEXT = 16 * MIB
"""Deflated text that is held in memory at once; what is beyond is stored as it is."""

_SEALABLE = (frozenset({"hybrid"}), frozenset({"classic"}))


@dataclass(frozen=True, slots=True)
class SealedBundle:
    """What a sender keeps of a bundle: all that was signed, and nothing that could be opened.

    :param size: of the whole bundle in bytes.
    """

    statement: Statement
    statement_bytes: bytes = field(repr=False)
    statement_signature: bytes = field(repr=False)
    envelope: Envelope
    envelope_bytes: bytes = field(repr=False)
    envelope_signature: bytes = field(repr=False)
    size: int


@dataclass(frozen=True, slots=True)
class Digests:
    """What a source must promise: size in bytes, SHA-256 in hex, CRC-32 unsigned."""

    size: int
    sha256: str
    crc32: int


def hash_source(path: Path) -> Digests:
    """Return the digests of a file, for sealing from paths.

    :raises SealingError: ``source-unreadable``.
    """
    digest, crc32, size = hashlib.sha256(), 0, 0
    buffer = memoryview(bytearray(512 * KIB))
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                digest.update(buffer[:count])
                crc32 = isal_zlib.crc32(buffer[:count], crc32)
                size += count
    except OSError:
        raise SealingError("source-unreadable", "/source") from None
    return Digests(size, digest.hexdigest(), crc32)


def seal_to_path(
    path: Path,
    particulars: Particulars,
    sources: Sequence[Source],
    recipients: Sequence[RecipientKeys],
    signer: Signer,
    *,
    names: Mapping[str, str] | None = None,
) -> SealedBundle:
    """Seal into a new file, durably; as :func:`seal`. Where it fails nothing is left.

    :raises Conflict: ``file-exists``.
    """
    with durable.create(path) as out:
        return seal(out, particulars, sources, recipients, signer, names=names)


def seal(
    out: SeekableOutput,
    particulars: Particulars,
    sources: Sequence[Source],
    recipients: Sequence[RecipientKeys],
    signer: Signer,
    *,
    names: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SealedBundle:
    """Write one bundle to ``out``, from where it stands; making it durable is the caller's.

    What is in ``out`` after an error is no bundle and must be thrown away.

    :param sources: records and documents in the order in which they are to stand; records first.
    :param recipients: organisations with their keys; all of one inbox and one class of key.
    :param signer: of the sender.
    :param names: what people call the organisations, by org_id, for INDEX.htm.
    :raises SealingError: ``mixed-key-classes``, ``source-differs``, ``source-unreadable``, or the
        code of the rule of statement or path that the contents break.
    :raises StorageFull: no room; ``StoreError``: the disk failed.
    """
    with sealing(""):
        _check_recipients(recipients)
        _check_sources(sources, limits)
        header = io.BytesIO()
        sealer = age.begin(header, [key for each in recipients for key in each.recipients])
        stanzas = age.read_header(io.BytesIO(header.getvalue())).stanzas
        inner = _Inner(particulars, sources, recipients, signer, names or {})
        inner.sign(Counter(stanza.type for stanza in stanzas), limits)
        payload = _Payload(out, header.getvalue(), sealer, inner)
        with writing():
            return payload.write(signer)


def _check_recipients(recipients: Sequence[RecipientKeys]) -> None:
    classes = frozenset(key.key_class for each in recipients for key in each.recipients)
    if len(classes) > 1:
        hint = "Seal one pack for each class of keys; a weak partner downgrades nobody else's."
        raise SealingError("mixed-key-classes", "/recipients", hint)
    if classes not in _SEALABLE:
        raise SealingError("recipients-missing", "/recipients", "Name at least one recipient.")
    for index, each in enumerate(recipients):
        if not each.recipients or len(each.recipients) != len(each.key_ids):
            raise SealingError("recipients-missing", f"/recipients/{index}/keys")


def _check_sources(sources: Sequence[Source], limits: Limits) -> None:
    if not sources:
        raise SealingError("nothing-to-seal", "/files", "Add at least one record or document.")
    roles = [source.role for source in sources]
    if FileRole.RECORD in roles[roles.count(FileRole.RECORD) :]:
        raise SealingError("records-first", "/files")
    tags = len(bag.FIRST_TAGS) + len(bag.LAST_MEMBERS) + 1
    if len(sources) + tags > limits.members:
        raise SealingError("too-many-members", "/files", "Send it as two packs.")
    for index, source in enumerate(sources):
        most = limits.record_size if source.role is FileRole.RECORD else limits.member_size
        if source.size > most:
            raise SealingError("member-too-large", f"/files/{index}/size")
    # Everything else in the container stays far below one GiB.
    if sum(source.size for source in sources) + (1 << 30) > limits.total_size:
        raise SealingError("container-too-large", "/files", "Send it as two packs.")


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("/json", "/xml", "+json", "+xml"))


class _Inner:
    """The container inside: its members, laid out and signed before one is written."""

    def __init__(
        self,
        particulars: Particulars,
        sources: Sequence[Source],
        recipients: Sequence[RecipientKeys],
        signer: Signer,
        names: Mapping[str, str],
    ) -> None:
        self.particulars = particulars
        self.recipients = tuple(
            Recipient(org_id=each.org_id, inbox=each.inbox, keys=each.key_ids)
            for each in recipients
        )
        self._sources = sources
        self._signer = signer
        self._index = page(particulars, signer.org_id, recipients, sources, names)
        sizes = [source.size for source in sources]
        listed = ((source.path, source.sha256) for source in sources)
        self._tags = {
            bag.BAGIT: bag.DECLARATION,
            bag.INFO: bag.info(particulars.id, signer.org_id, particulars.issued, sizes),
            bag.MANIFEST: bag.manifest(listed),
        }

    def sign(self, stanzas: Mapping[str, int], limits: Limits) -> None:
        """Make and sign the statement, and give every member its place.

        :param stanzas: how many of each type the age header holds.
        """
        told = self.particulars
        with sealing("/statement"):
            self.statement = Statement(
                id=told.id,
                release_id=told.release_id,
                nonce=secrets.token_hex(32),
                kind=told.kind,
                subject=told.subject,
                sender=self._signer.org_id,
                recipients=self.recipients,
                stanzas=tuple(StanzaCount(type=name, count=n) for name, n in stanzas.items()),
                purpose=told.purpose,
                lawful_basis=told.lawful_basis,
                issued=told.issued,
                expires=told.expires,
                supersedes=told.supersedes,
                in_reply_to=told.in_reply_to,
                directory_version=told.directory_version,
                directory_sha256=told.directory_sha256,
                schemas=tuple(sorted({each.type for each in self._sources if _is_record(each)})),
                files=tuple(self._files()),
            )
            self.content = dump_bytes(self.statement)
        if len(self.content) > limits.statement_size:
            raise SealingError("too-many-members", "/files", "Send it as two packs.")
        self.signature = self._signer.sign(self.content, STATEMENT_NAMESPACE)
        self._members = tuple(self._all_members())
        self._entries = place(self._members)
        self._tail = zipformat.directory(self._entries)
        self.size = self._entries[-1].end + len(self._tail)

    def parts(self) -> Iterator[bytes | tuple[Source, str]]:
        """Yield the container's bytes in order; sources where theirs go."""
        sources = {source.path: (source, index) for index, source in enumerate(self._sources)}
        for entry, member in zip(self._entries, self._members, strict=True):
            yield zipformat.local_header(entry)
            if member.data is not None:
                yield member.data
            else:
                source, index = sources[member.name]
                yield source, f"/files/{index}"
        yield self._tail

    def _files(self) -> Iterator[FileEntry]:
        for name, content in self._tags.items():
            yield _tag(name, content, "text/plain")
        for source in self._sources:
            yield FileEntry(
                id=source.id,
                path=source.path,
                role=source.role,
                type=source.type,
                media_type=source.media_type,
                subject=source.subject,
                title=source.title,
                author=source.author,
                authored=source.authored,
                issued=source.issued,
                size=source.size,
                sha256=source.sha256,
            )
        yield _tag(bag.INDEX, self._index, "text/html")

    def _all_members(self) -> Iterator[Member]:
        for name, content in self._tags.items():
            yield Member.of(name, content, compress=True)
        room = PACKED_TEXT
        for index, source in enumerate(self._sources):
            member = self._member(source, f"/files/{index}", room)
            room -= len(member.data or b"")
            yield member
        last = {
            bag.INDEX: self._index,
            bag.STATEMENT: self.content,
            bag.SIGNATURE: self.signature,
        }
        tags = self._tags | last
        last[bag.TAGMANIFEST] = bag.manifest((name, _sha256(tags[name])) for name in tags)
        for name, content in last.items():
            yield Member.of(name, content, compress=True)

    def _member(self, source: Source, path: str, room: int) -> Member:
        if _is_text(source.media_type) and source.size <= min(DEFLATE_LIMIT, room):
            return Member.of(source.path, read_source(source, path), compress=True)
        return Member.streamed(source.path, source.crc32, source.size)


class _Payload:
    """The outer container around the sealed stream; digests are taken as it is written."""

    def __init__(
        self, out: SeekableOutput, header: bytes, sealer: age.ChunkSealer, inner: _Inner
    ) -> None:
        self._out = out
        self._header = header
        self._sealer = sealer
        self._inner = inner
        self._digest = hashlib.sha256()
        self._crc32 = 0

    def write(self, signer: Signer) -> SealedBundle:
        """Write the whole bundle; return what the sender keeps."""
        writer = ZipWriter(self._out)
        readme, index = editions.current_files()
        writer.add(editions.README_NAME, readme)
        writer.add(editions.INDEX_NAME, index)
        size = len(self._header) + age.sealed_size(self._inner.size)
        writer.begin(PAYLOAD_NAME, size)
        self._seal()
        writer.end(self._crc32)
        envelope = self._envelope(size)
        with sealing("/envelope"):
            content = dump_bytes(envelope)
        signature = signer.sign(content, ENVELOPE_NAMESPACE)
        writer.add(ENVELOPE_NAME, content)
        writer.add(SIGNATURE_NAME, signature)
        inner = self._inner
        return SealedBundle(
            inner.statement,
            inner.content,
            inner.signature,
            envelope,
            content,
            signature,
            writer.finish(),
        )

    def _seal(self) -> None:
        self._write(memoryview(self._header))
        feed = Feed(self._inner.parts())
        try:
            pipeline.run(self._inner.size, feed.fill, self._cipher, self._write)
        finally:
            feed.close()

    def _cipher(self, plain: memoryview, out: memoryview, last: bool) -> int:
        return self._sealer.seal_into(plain, out, last=last)

    def _write(self, sealed: memoryview) -> None:
        self._digest.update(sealed)
        self._crc32 = isal_zlib.crc32(sealed, self._crc32)
        write_all(self._out, sealed)

    def _envelope(self, size: int) -> Envelope:
        statement = self._inner.statement
        return Envelope(
            id=statement.id,
            sender=statement.sender,
            recipients=statement.recipients,
            inbox=statement.recipients[0].inbox,
            issued=statement.issued,
            payload_size=size,
            payload_sha256=self._digest.hexdigest(),
            statement_sha256=_sha256(self._inner.content),
            readme_sha256=editions.CURRENT.readme_sha256,
            index_sha256=editions.CURRENT.index_sha256,
        )


def _is_record(source: Source) -> bool:
    return source.role is FileRole.RECORD


def _tag(name: str, content: bytes, media_type: str) -> FileEntry:
    return FileEntry(
        id=str(uuid.uuid4()),
        path=name,
        role=FileRole.TAG,
        type="tag",
        media_type=media_type,
        size=len(content),
        sha256=_sha256(content),
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
