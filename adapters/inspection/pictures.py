"""JPEG and PNG: their headers, walked through without decoding a pixel.

``image-location``   says where it was taken (EXIF or XMP)
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from exchange.errors import FormatError
from exchange.ports import Inspection

JPEG_MAGIC = b"\xff\xd8\xff"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"

PLACE = "image-location"

_LARGEST_SIDE = 65_500
_MOST_SEGMENTS = 2000
_EXIF = b"Exif\0\0"
_GPS_POINTER = 0x8825
_MOST_EXIF = 64 * 1024
_MOST_XMP = 1024 * 1024
_MOST_CHUNKS = 200_000
# XMP, Adobe's (part 3, 1.1.3): in one segment, or the rest in more of them.
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_XMP_IN_PNG = b"XML:com.adobe.xmp\0"
_XMP_PLACE = b"GPSLatitude"


def inspect_jpeg(source: BinaryIO) -> Inspection:
    """Return what a JPEG is.

    :raises FormatError: ``image-invalid``: no picture follows the magic bytes.
    """
    source.seek(2)
    warnings: set[str] = set()
    for _ in range(_MOST_SEGMENTS):
        marker, content = _segment(source)
        if marker == 0xE1 and _says_place(content):
            warnings.add(PLACE)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">xHH", content[:5].ljust(5, b"\0"))
            _require_sides(width, height)
            return Inspection("image/jpeg", tuple(warnings))
    raise _invalid()


def _says_place(content: bytes) -> bool:
    if content.startswith(_EXIF):
        return _has_place(content[len(_EXIF) :])
    return content.startswith((_XMP, _MORE_XMP)) and _XMP_PLACE in content


def tells_place(picture: bytes) -> bool:
    """Return whether a picture inside of a document says where it was taken."""
    look = {JPEG_MAGIC: inspect_jpeg, PNG_MAGIC: inspect_png}
    for magic, inspect in look.items():
        if picture.startswith(magic):
            try:
                return PLACE in inspect(io.BytesIO(picture)).warnings
            except FormatError:
                return False  # whoever opens the document sees no picture either
    return False


def _segment(file: BinaryIO) -> tuple[int, bytes]:
    """Return the next marker before the picture's data, and what belongs to it."""
    head = file.read(2)
    while head[:1] == b"\xff" and head[1:] == b"\xff":  # fill bytes
        head = head[1:] + file.read(1)
    if len(head) != 2 or head[0] != 0xFF or head[1] in (0x00, 0xD9, 0xDA):
        raise _invalid()
    length = int.from_bytes(file.read(2), "big") - 2
    content = file.read(max(0, length))
    if length < 0 or len(content) != length:
        raise _invalid()
    return head[1], content


def inspect_png(source: BinaryIO) -> Inspection:
    """Return what a PNG is.

    :raises FormatError: ``image-invalid``.
    """
    source.seek(len(PNG_MAGIC))
    length, kind, width, height = struct.unpack(">L4sLL", source.read(16).ljust(16, b"\0"))
    if kind != b"IHDR" or length != 13:
        raise _invalid()
    _require_sides(width, height)
    source.seek(len(PNG_MAGIC))
    warnings: set[str] = set()
    drawn = False
    # What the camera wrote may stand behind the picture.
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack(">L4s", source.read(8).ljust(8, b"\0"))
        if kind == b"\0\0\0\0" or (kind == b"IEND" and not drawn):
            break
        drawn |= kind == b"IDAT"
        after = source.tell() + length + 4
        if _chunk_says_place(source, kind, length):
            warnings.add(PLACE)
        source.seek(after)
        if kind == b"IEND":
            break
    if not drawn:
        raise _invalid()
    return Inspection("image/png", tuple(warnings))


def _chunk_says_place(source: BinaryIO, kind: bytes, length: int) -> bool:
    if kind == b"eXIf" and length <= _MOST_EXIF:
        return _has_place(source.read(length))
    if kind == b"iTXt" and length <= _MOST_XMP:
        content = source.read(length)
        return content.startswith(_XMP_IN_PNG) and _XMP_PLACE in content
    return False


def _has_place(exif: bytes) -> bool:
    return _GPS_POINTER in first_directory(exif)[1]


def first_directory(exif: bytes) -> tuple[str, dict[int, bytes]]:
    """Return the byte order (``<`` or ``>``) and the tags of a TIFF header's first directory.

    :returns: tag -> its four bytes of value or offset; nothing where there is no such header.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None or len(exif) < 8:
        return "<", {}
    (start,) = struct.unpack_from(f"{order}L", exif, 4)
    if start + 2 > len(exif):
        return order, {}
    (count,) = struct.unpack_from(f"{order}H", exif, start)
    places = (start + 2 + 12 * index for index in range(count))
    return order, {
        struct.unpack_from(f"{order}H", exif, at)[0]: exif[at + 8 : at + 12]
        for at in places
        if at + 12 <= len(exif)
    }


def _require_sides(width: int, height: int) -> None:
    if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
        raise _invalid()


def _invalid() -> FormatError:
    hint = "The picture is broken. Open it, save it again as JPEG, and attach that."
    return FormatError("image-invalid", "/document", hint)
