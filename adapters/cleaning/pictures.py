"""JPEG and PNG without what the camera wrote: place, time, owner, previews, film behind the end.

No pixel is decoded: the parts that hold the picture are copied byte for byte, so nothing is lost
and nothing unpacks. Which way is up is kept, in an EXIF block that says only that.
"""

from __future__ import annotations

import re
import struct
import zlib

from adapters.cleaning.refusal import not_cleanable
from adapters.inspection.pictures import JPEG_MAGIC, PNG_MAGIC, first_directory, tells_place

METADATA = "image-metadata"

_HINT = "Open it, save it again as JPEG, and attach that."
_ORIENTATION = 0x0112
_EXIF = b"Exif\0\0"
# The end of coded data: a marker that is neither a stuffed FF nor a restart (ITU T.81, B.1.1.5).
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SOS, _EOI = 0xDA, 0xD9
# What decides how the pixels look: colours (ICC, Adobe) and the shape of a pixel (JFIF).
_KEPT = {_APP0: b"JFIF\0", _APP2: b"ICC_PROFILE\0", _APP14: b"Adobe"}
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT cICP".split()
    + b"acTL fcTL fdAT".split()  # moving pictures
)


def without_places(parts: dict[str, bytes]) -> None:
    """Clean the pictures among the parts of a document that tell where they were taken.

    :raises FormatError: ``document-not-cleanable``: one of them is broken.
    """
    for name, content in parts.items():
        if tells_place(content):
            clean = clean_jpeg if content.startswith(JPEG_MAGIC) else clean_png
            parts[name] = clean(content)[0]


def clean_jpeg(content: bytes) -> tuple[bytes, bool]:
    """Return the copy, and whether anything was left out.

    :raises FormatError: ``document-not-cleanable``: the picture is broken.
    """
    out = bytearray(content[:2])
    at, dropped = 2, False
    while True:
        marker, body, at = _segment(content, at)
        if marker == _EOI:
            out += b"\xff\xd9"
            return bytes(out), dropped or at < len(content)
        if _APP0 <= marker <= _APP15 or marker == _COM:
            kept = _kept(marker, body)
            dropped |= kept != body
            if not kept:
                continue
            body = kept
        out += struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        if marker == _SOS:
            end = _MARKER.search(content, at)
            if end is None:
                raise not_cleanable(_HINT)
            out += content[at : end.start()]
            at = end.start()


def _segment(content: bytes, at: int) -> tuple[int, bytes, int]:
    """Return the marker at ``at``, what belongs to it, and where the next one is."""
    found = _MARKER.match(content, at)
    if found is None:
        raise not_cleanable(_HINT)
    marker, at = content[found.end() - 1], found.end()
    if marker == _EOI:
        return marker, b"", at
    length = int.from_bytes(content[at : at + 2], "big")
    body = content[at + 2 : at + length]
    if length < 2 or len(body) != length - 2:
        raise not_cleanable(_HINT)
    return marker, body, at + length


def _kept(marker: int, body: bytes) -> bytes:
    if marker == _APP1 and body.startswith(_EXIF):
        turned = _orientation(body[len(_EXIF) :])
        return _EXIF + turned if turned else b""
    wanted = _KEPT.get(marker)
    return body if wanted is not None and body.startswith(wanted) else b""


def clean_png(content: bytes) -> tuple[bytes, bool]:
    """Return the copy, and whether anything was left out.

    :raises FormatError: ``document-not-cleanable``: the picture is broken, or has parts that a
        reader must understand and we do not.
    """
    out = bytearray(PNG_MAGIC)
    at, dropped = len(PNG_MAGIC), False
    while True:
        length, kind = struct.unpack(">L4s", content[at : at + 8].ljust(8, b"\0"))
        chunk = content[at : at + 12 + length]
        if len(chunk) != 12 + length:
            raise not_cleanable(_HINT)
        at += len(chunk)
        turned = _orientation(chunk[8:-4]) if kind == b"eXIf" else b""
        if kind in _PNG_KEPT:
            out += chunk
        elif kind[:1].isupper():
            raise not_cleanable(_HINT)
        elif turned:
            out += _chunk(kind, turned)
            dropped |= turned != chunk[8:-4]
        else:
            dropped = True
        if kind == b"IEND":
            return bytes(out), dropped or at < len(content)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def _orientation(exif: bytes) -> bytes:
    """Return a TIFF header that says only which way is up, or nothing where it is upright."""
    order, tags = first_directory(exif)
    if _ORIENTATION not in tags:
        return b""
    (turned,) = struct.unpack(f"{order}H", tags[_ORIENTATION][:2])
    if not 2 <= turned <= 8:
        return b""
    return struct.pack(">4sLHHHLHHL", b"MM\0*", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
