"""Making a bundle: from records and documents to signed, sealed bytes in one pass.

The sizes and checksums of all that goes in are known, so the container inside is laid out, listed
and signed before its first byte is written; what is read is checked on the way against what was
signed. Outward faces may seal.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from isal import isal_zlib

from exchange.bundle import bag, durable, editions, guest, pipeline
from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.failures import sealing, writing
from exchange.bundle.feed import Feed
from exchange.bundle.inner import Inner
from exchange.bundle.limits import DEFAULT_LIMITS, KIB, Limits
from exchange.bundle.outer import ENVELOPE_NAME, ENVELOPE_NAMESPACE, PAYLOAD_NAME, SIGNATURE_NAME
from exchange.bundle.zipwriter import SeekableOutput, ZipWriter, write_all
from exchange.errors import SealingError
from keys import age
from keys.interfaces import Signer
from schemas.base import dump_bytes
from schemas.envelope import Envelope
from schemas.statement import BundleKind, FileRole, Statement

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
    :param recipients: organisations with their keys; all of one inbox and one class of key. Or
        one guest (exchange.bundle.guest).
    :param signer: of the sender.
    :param names: what people call the organisations, by org_id, for INDEX.htm.
    :raises SealingError: ``mixed-key-classes``, ``source-differs``, ``source-unreadable``, or the
        code of the rule of statement or path that the contents break.
    :raises StorageFull: no room; ``StoreError``: the disk failed.
    """
    with sealing(""):
        if guest.is_for_guest(recipients):
            guest.check_guest(recipients, particulars.kind)
        else:
            _check_recipients(recipients)
        _check_sources(sources, particulars.kind, limits)
        header = io.BytesIO()
        sealer = age.begin(header, [key for each in recipients for key in each.recipients])
        stanzas = age.read_header(io.BytesIO(header.getvalue())).stanzas
        named = guest.with_key_ids(recipients, stanzas)
        inner = Inner(particulars, sources, named, signer, names or {})
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


def _check_sources(sources: Sequence[Source], kind: BundleKind, limits: Limits) -> None:
    if not sources and kind is not BundleKind.RECALL:  # which says all in its statement
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


class _Payload:
    """The outer container around the sealed stream; digests are taken as it is written."""

    def __init__(
        self, out: SeekableOutput, header: bytes, sealer: age.ChunkSealer, inner: Inner
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
            statement_sha256=hashlib.sha256(self._inner.content).hexdigest(),
            readme_sha256=editions.CURRENT.readme_sha256,
            index_sha256=editions.CURRENT.index_sha256,
            protection=statement.protection,
        )
