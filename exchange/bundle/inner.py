"""The container inside a bundle: its members, laid out and signed before one of them is written."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence

from exchange.bundle import bag, zipformat
from exchange.bundle.contents import Particulars, RecipientKeys, Source
from exchange.bundle.failures import sealing
from exchange.bundle.feed import read_source
from exchange.bundle.index_page import page
from exchange.bundle.limits import DEFLATE_LIMIT, MIB, Limits
from exchange.bundle.outer import STATEMENT_NAMESPACE
from exchange.bundle.zipwriter import Member, place
from exchange.errors import SealingError
from keys.interfaces import Signer
from schemas.base import dump_bytes
from schemas.recipient import Protection, Recipient
from schemas.statement import FileEntry, FileRole, StanzaCount, Statement

PACKED_TEXT = 16 * MIB
"""Deflated text that is held in memory at once; what is beyond is stored as it is."""


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("/json", "/xml", "+json", "+xml"))


class Inner:
    """What goes into the container inside, and where.

    After :meth:`sign`: ``statement``, its exact bytes ``content``, its ``signature``, and the
    ``size`` of the container in bytes.
    """

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
            Recipient(org_id=each.org_id, inbox=each.inbox, keys=each.key_ids, guest=each.guest)
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
                protection=Protection.PASSPHRASE if self.recipients[0].guest else None,
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
