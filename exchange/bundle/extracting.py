"""Laying the files of an opened bundle into a folder: all of them, checked, or none.

One thread reads and deciphers ahead in the order of the container, the caller's digests, a third
writes. The folder gets its name when every digest matched and every file is on the disk. This is
the one place where a bundle's contents are written in clear: into the folder that was asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from isal import isal_zlib

from exchange.bundle import bag, durable
from exchange.bundle.direct import DirectFile, WriteBehind
from exchange.bundle.failures import writing
from exchange.bundle.opening import OpenedBundle
from exchange.bundle.readahead import ReadAhead
from exchange.bundle.zipformat import STORED, Entry
from exchange.bundle.zipreader import inflate
from exchange.errors import Conflict, TrustError

Progress = Callable[[int], None]
"""Told how many bytes were read since it was last told."""


def extract(bundle: OpenedBundle, folder: Path, progress: Progress | None = None) -> None:
    """Write every file of the bag below ``folder``, which must be new or empty.

    :raises Conflict: ``folder-not-empty``.
    :raises TrustError: ``digest-mismatch``, or a code of age; nothing is left behind.
    :raises StorageFull: no room; ``StoreError``: the disk failed; nothing is left behind.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict("folder-not-empty", "", "Choose a new or an empty folder.")
    part = durable.part_name(folder)
    try:
        with writing():
            folders = _folders(part, bundle.reader.entries)
            for each in folders:
                each.mkdir(mode=0o700)
            _write_all(bundle, part, progress or (lambda size: None))
            for name in bundle.reader.names:
                durable.sync(part / name)  # the first call does the work of nearly all
            for each in reversed(folders):
                durable.sync(each)
            part.rename(folder)
            durable.sync(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write_all(bundle: OpenedBundle, folder: Path, progress: Progress) -> None:
    digests = _digests(bundle)
    with WriteBehind() as behind, ReadAhead(bundle.plain) as ahead:
        for index, entry in enumerate(bundle.reader.entries):
            path = f"/files/{index}"
            for _ in ahead.take(entry.data_offset - entry.offset):
                pass  # the header, which was checked when the bundle was opened
            pieces = _plain(ahead, entry, path)
            found = _write_one(folder / entry.name, pieces, behind)
            if found != (entry.crc32, digests[entry.name]):
                raise TrustError("digest-mismatch", f"{path}/sha256")
            progress(entry.compressed_size)
        behind.wait()


def _digests(bundle: OpenedBundle) -> dict[str, str]:
    """Return the SHA-256 that each member must have, by name."""
    digests = {file.path: file.sha256 for file in bundle.statement.files}
    tags = bundle.reader.read(bundle.reader.entry(bag.TAGMANIFEST), bundle.limits.tag_size)
    last = (bundle.statement_bytes, bundle.statement_signature, tags)
    for name, content in zip(bag.LAST_MEMBERS, last, strict=True):
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def _plain(ahead: ReadAhead, entry: Entry, path: str) -> Iterator[bytes | memoryview]:
    """Yield a member's plain bytes; a deflated one is small and comes as a whole."""
    if entry.method == STORED:
        yield from ahead.take(entry.size)
        return
    raw = b"".join(ahead.take(entry.compressed_size))
    yield inflate(raw, entry.size, path)


def _write_one(
    path: Path, pieces: Iterator[bytes | memoryview], behind: WriteBehind
) -> tuple[int, str]:
    """Write a new file; return its CRC-32 and SHA-256 (hex)."""
    digest, crc32 = hashlib.sha256(), 0
    descriptor = durable.new_file(path)
    try:
        file = DirectFile(descriptor, behind)
    except OSError:  # an earlier file could not be written
        os.close(descriptor)
        raise
    try:
        for piece in pieces:
            digest.update(piece)
            crc32 = isal_zlib.crc32(piece, crc32)
            file.write(piece)
    finally:
        file.close()
    return crc32, digest.hexdigest()


def _folders(top: Path, entries: Sequence[Entry]) -> list[Path]:
    """Return every folder that the entries need, ``top`` first, each behind the one it is in."""
    within = {each for entry in entries for each in (top / entry.name).parents}
    return sorted(each for each in within if each.is_relative_to(top))
