"""The outside of a bundle: what a carrier and an outward face may check, without any private key.

Read with :func:`read_outer`, then authenticate with :func:`verify_outer`. On HTTP the envelope
and its signature come first: :func:`check_envelope` before a byte of the body is taken.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from isal import isal_zlib

from exchange.bundle import editions
from exchange.bundle.editions import Edition
from exchange.bundle.failures import opening
from exchange.bundle.limits import DEFAULT_LIMITS, KIB, Limits
from exchange.bundle.zipreader import SeekableInput, ZipReader
from exchange.errors import BagError, ContainerError, TrustError
from keys import sshsig
from keys.sshsig import AllowedSigner
from schemas.base import load_bytes
from schemas.envelope import Envelope

ENVELOPE_NAMESPACE = "sen-envelope@v1"
"""What an envelope's signature is for; no signature of another kind is taken for one."""

STATEMENT_NAMESPACE = "sen-bundle@v1"
"""What a statement's signature is for."""

PAYLOAD_NAME = "payload.age"
ENVELOPE_NAME = "envelope.json"
SIGNATURE_NAME = "envelope.json.sig"
MEMBERS = (editions.README_NAME, editions.INDEX_NAME, PAYLOAD_NAME, ENVELOPE_NAME, SIGNATURE_NAME)
"""The members of the outer container, in their order."""

FindSigners = Callable[[str, datetime], Sequence[AllowedSigner]]
"""Returns who may sign for an organisation (org_id) at a proven time."""

_BLOCK = 512 * KIB
_LINE_BLOCK = 4 * KIB


class Window(io.RawIOBase):
    """A part of a stream as a stream of its own: readable, seekable, sharing the position.

    :param stream: the whole; ``offset`` and ``size`` of the part in bytes.
    """

    def __init__(self, stream: SeekableInput, offset: int, size: int) -> None:
        super().__init__()
        self._stream = stream
        self._offset = offset
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to ``offset`` from the start, the position or the end; return the new position."""
        self._position = max(0, offset + (0, self._position, self.size)[whence])
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes, all that is left if negative; empty at the end."""
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        self._stream.seek(self._offset + self._position)
        part = self._stream.read(wanted)
        self._position += len(part)
        return part

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return up to and including the next line feed; an age header is read by lines."""
        start = self._position
        block = self.read(_LINE_BLOCK if size is None or size < 0 else min(size, _LINE_BLOCK))
        end = block.find(b"\n") + 1 or len(block)
        self._position = start + end
        if end == _LINE_BLOCK and (size is None or size < 0 or size > end):
            return block + self.readline(-1 if size is None or size < 0 else size - end)
        return block[:end]

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Read into ``buffer``; return how many bytes, 0 at the end."""
        view = memoryview(buffer)[: max(0, self.size - self._position)]
        if not len(view):
            return 0
        self._stream.seek(self._offset + self._position)
        readinto = getattr(self._stream, "readinto", None)
        if readinto is None:
            part = self._stream.read(len(view))
            view[: len(part)] = part
            count = len(part)
        else:
            count = readinto(view) or 0
        self._position += count
        return count


@dataclass(frozen=True, slots=True)
class Outer:
    """The outside of one bundle: well formed and consistent, and NOT authenticated.

    :param envelope_bytes: exactly as signed; ``signature`` is the armored SSHSIG.
    :param payload: the age file, readable and seekable.
    :param payload_crc32: what the container says; checked with the payload's digest.
    """

    envelope: Envelope
    envelope_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    payload: Window = field(repr=False)
    payload_crc32: int
    edition: Edition


def read_outer(stream: SeekableInput, limits: Limits = DEFAULT_LIMITS) -> Outer:
    """Read the outside of the bundle that ``stream`` is from its first byte to its last.

    :raises ContainerError: not the one encoding, not the five members, ``edition-unknown``.
    :raises BagError: the envelope is malformed, or names other files than there are.
    """
    reader = ZipReader(stream, limits)
    if reader.names != MEMBERS:
        raise ContainerError("members-differ", "/members")
    readme, index, payload, envelope, signature = reader.entries
    notes = reader.read(readme, editions.MAX_SIZE), reader.read(index, editions.MAX_SIZE)
    edition = editions.find_edition(*notes)
    content = reader.read(envelope, limits.envelope_size)
    parsed = _parse_envelope(content)
    if (parsed.readme_sha256, parsed.index_sha256) != (edition.readme_sha256, edition.index_sha256):
        raise BagError("edition-differs", "/envelope/readme_sha256")
    if parsed.payload_size != payload.size:
        raise BagError("size-mismatch", "/envelope/payload_size")
    return Outer(
        parsed,
        content,
        reader.read(signature, limits.signature_size),
        Window(stream, payload.data_offset, payload.size),
        payload.crc32,
        edition,
    )


def check_envelope(
    content: bytes, signature: bytes, find_signers: FindSigners, at: datetime
) -> Envelope:
    """Return the envelope, once it is known to be its sender's.

    :param find_signers: gives the keys of the sender that the envelope names.
    :param at: proven time, or the time of arrival; never the sender's clock.
    :raises BagError: it is malformed.
    :raises TrustError: nobody who may sign for that sender signed it.
    """
    if len(content) > DEFAULT_LIMITS.envelope_size:
        raise BagError("json-too-large", "/envelope")
    envelope = _parse_envelope(content)
    signers = find_signers(envelope.sender, at)
    require_signature(
        content, signature, ENVELOPE_NAMESPACE, signers, envelope.sender, at, "/envelope/signature"
    )
    return envelope


def require_signature(
    content: bytes,
    signature: bytes,
    namespace: str,
    signers: Sequence[AllowedSigner],
    org_id: str,
    at: datetime,
    path: str,
) -> AllowedSigner:
    """Return the signer of ``content``, who must be the organisation ``org_id``.

    :param path: of the signature, for the error.
    :raises TrustError: a code of :func:`keys.sshsig.verify`.
    """
    own = [signer for signer in signers if signer.principal == org_id]
    with opening(path):
        return sshsig.verify(content, signature, namespace, own, at)


def verify_payload(outer: Outer) -> None:
    """Read the payload once, and compare it with the envelope.

    :raises TrustError: ``payload-differs``: not the bytes that the envelope was signed for.
    :raises ContainerError: ``crc-mismatch``, ``container-truncated``.
    """
    digest, crc32, size = hashlib.sha256(), 0, 0
    buffer = memoryview(bytearray(_BLOCK))
    outer.payload.seek(0)
    while count := outer.payload.readinto(buffer):
        digest.update(buffer[:count])
        crc32 = isal_zlib.crc32(buffer[:count], crc32)
        size += count
    if size != outer.payload.size:
        raise ContainerError("container-truncated", "/payload")
    if digest.hexdigest() != outer.envelope.payload_sha256:
        raise TrustError("payload-differs", "/envelope/payload_sha256")
    if crc32 != outer.payload_crc32:
        raise ContainerError("crc-mismatch", "/payload")


def verify_outer(outer: Outer, find_signers: FindSigners, at: datetime) -> None:
    """Authenticate the outside: the envelope's signature, then the whole payload against it.

    Who wrote the contents is known only inside; a bundle may be re-enveloped by anybody.

    :raises TrustError: as :func:`check_envelope` and :func:`verify_payload`.
    """
    check_envelope(outer.envelope_bytes, outer.signature, find_signers, at)
    verify_payload(outer)


def _parse_envelope(content: bytes) -> Envelope:
    with opening("/envelope"):
        return load_bytes(Envelope, content)
