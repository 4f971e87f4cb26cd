"""Unpack a folder that came as one ZIP: each file is read and sealed again, chunk by chunk.

Nothing is written plain, and never more than a chunk is in memory. The ZIP may hold documents in
folders and nothing else: no archives, links or passwords, no names that lead elsewhere, no
members that unpack to much more than they are.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from exchange.errors import FormatError, Refused, UsageError
from exchange.ports import Actor
from exchange.services.inside import Inside
from exchange.services.sealed_document import SealedDocument
from exchange.services.tray.batch import done_in, is_junk, safe_path
from exchange.services.tray.limits import FOLDER_BYTES, MOST_IN_FOLDER
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import Upload

_MOST_DIRECTORY = 4 * 1024 * 1024
_RATIO = 200
_SMALL = 4 * 1024 * 1024
"""What unpacks to no more than this may be as dense as it likes."""
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_TAIL = 65_535 + _END.size
_LOCAL = 30
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".cab", ".iso", ".jar")
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    zlib.error,
    EOFError,
    UnicodeError,
    ValueError,
    struct.error,
    LookupError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a ZIP, whose name and sizes are as they should be."""

    path: str
    info: zipfile.ZipInfo


class Unpacker:
    """Makes uploads of the files in a ZIP."""

    def __init__(self, inside: Inside, org_id: str) -> None:
        self._inside = inside
        self._org_id = org_id

    def unpack(self, upload: Upload) -> int:
        """Take each file in as an upload of the same folder; return how many. Again is harmless.

        :raises FormatError: ``zip-invalid``, ``zip-name-unsafe``, ``zip-nested``,
            ``zip-encrypted``, ``zip-link``.
        :raises Refused: ``zip-too-large``, ``zip-too-many``, ``zip-bomb``.
        """
        sealed = SealedDocument(self._inside, self._org_id, upload.blob)
        actor = Actor(upload.by, upload.role)
        try:
            with sealed.open() as source:
                _check_directory(source)
                with zipfile.ZipFile(source) as container:
                    listed = list(checked(container.infolist()))
                    members = list(self._wanted(container, listed, upload))
                    for member in members:
                        self._take(container, member, upload, actor)
        except _BROKEN:
            raise _invalid() from None
        return len(members)

    def _wanted(
        self, container: zipfile.ZipFile, listed: list[Member], upload: Upload
    ) -> Iterator[Member]:
        """Yield what is not done with: thrown away, it does not come back by the next ZIP."""
        with self._inside.store.reading(self._org_id) as unit:
            done = done_in(unit, upload.batch_id or "")
        places = {path for path, _ in done}
        for one in listed:
            if one.path not in places or (one.path, _sha256(container, one)) not in done:
                yield one

    def _take(
        self, container: zipfile.ZipFile, member: Member, upload: Upload, actor: Actor
    ) -> None:
        name = member.path.rpartition("/")[2]
        # Nobody is there to be told that it is empty: it is kept, to be refused by its name.
        new = NewUpload(name, path=member.path, batch_id=upload.batch_id, may_be_empty=True)
        limit = min(member.info.file_size, self._inside.limits.document_bytes)
        with container.open(member.info) as plain:
            try:
                receive(self._inside, self._org_id, cast(BinaryIO, plain), new, actor, limit=limit)
            except Refused as error:
                if error.code == "document-too-large":  # it is more than its directory says
                    raise _bomb() from None
                raise


def _sha256(container: zipfile.ZipFile, member: Member) -> str:
    with container.open(member.info) as plain:
        return hashlib.file_digest(cast(zipfile.ZipExtFile, plain), "sha256").hexdigest()


def checked(listed: list[zipfile.ZipInfo]) -> Iterator[Member]:
    """Yield the files of a ZIP; what programs add for themselves is left out.

    :raises FormatError, Refused: as :meth:`Unpacker.unpack` says.
    """
    files = [one for one in listed if not one.is_dir()]
    if len(files) > MOST_IN_FOLDER:
        hint = f"The most is {MOST_IN_FOLDER} files. Make a ZIP of each class instead."
        raise Refused("zip-too-many", "/document", hint)
    if sum(one.file_size for one in files) > FOLDER_BYTES:
        raise Refused("zip-too-large", "/document", "Make a ZIP of each class instead.")
    _check_places(listed)
    seen: set[str] = set()
    for one in files:
        path = _path(one)
        if is_junk(path):
            continue
        _check_member(one, path)
        if path in seen:
            raise _invalid()
        seen.add(path)
        yield Member(path, one)


def _path(one: zipfile.ZipInfo) -> str:
    # What Windows programs of long ago wrote between folders.
    name = one.orig_filename.replace("\\", "/")
    try:
        return safe_path(name)
    except UsageError:
        hint = "A file in it has a name that leads elsewhere. Make the ZIP again, then upload it."
        raise FormatError("zip-name-unsafe", "/document", hint) from None


def _check_member(one: zipfile.ZipInfo, path: str) -> None:
    kind = one.external_attr >> 16
    if kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise FormatError("zip-link", "/document", "Put the files themselves into the ZIP.")
    if one.flag_bits & 0x1:
        hint = "Make the ZIP again without a password; it is sealed on its way here."
        raise FormatError("zip-encrypted", "/document", hint)
    if one.compress_type not in _METHODS:
        raise _invalid()
    if path.lower().endswith(_ARCHIVES):
        hint = "Put the documents into the ZIP, not other archives."
        raise FormatError("zip-nested", "/document", hint)
    if one.file_size > max(_SMALL, one.compress_size * _RATIO):
        raise _bomb()


def _check_places(listed: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: a few kilobytes would unpack to terabytes."""
    free = 0
    for one in sorted(listed, key=lambda one: one.header_offset):
        if one.header_offset < free:
            raise _bomb()
        free = one.header_offset + _LOCAL + len(one.orig_filename) + one.compress_size


def _check_directory(source: BinaryIO) -> None:
    """Refuse a directory too large to be read whole, before it is."""
    size = source.seek(0, 2)
    source.seek(max(0, size - _TAIL))
    tail = source.read(_TAIL)
    at = tail.rfind(_END_MAGIC)
    if at < 0 or len(tail) - at < _END.size:
        raise _invalid()
    _, disk, first, here, total, length, offset, _ = _END.unpack_from(tail, at)
    if disk or first or here != total or length > _MOST_DIRECTORY or offset > size:
        raise _invalid()
    source.seek(0)


def _bomb() -> Refused:
    hint = "Something in it unpacks to far more than it is. Upload the documents themselves."
    return Refused("zip-bomb", "/document", hint)


def _invalid() -> FormatError:
    hint = "It is no ZIP that can be read. Make it again, then upload it."
    return FormatError("zip-invalid", "/document", hint)
