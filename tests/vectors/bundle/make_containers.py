"""Makes containers/: one file per case, named ``<verdict>--<case>.zip``.

Run as ``python -m tests.vectors.bundle.make_containers`` after a change of the format; the suite
checks that the files are what this makes.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from exchange.bundle import zipformat
from exchange.bundle.zipformat import DEFLATED, STORED, Entry

FOLDER = Path(__file__).parent / "containers"
TEXT = b"needs a quiet place to work\n" * 8


def entry(name: str, data: bytes = b"hi", offset: int = 0, packed: bytes | None = None) -> Entry:
    method = STORED if packed is None else DEFLATED
    body = data if packed is None else packed
    return Entry(name, method, zlib.crc32(data), len(body), len(data), offset)


def pack(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def archive(*entries: Entry, bodies: list[bytes], gap: bytes = b"", tail: bytes = b"") -> bytes:
    parts = []
    for each, body in zip(entries, bodies, strict=True):
        parts += [zipformat.local_header(each), body, gap]
    middle = b"".join(parts)
    headers = b"".join(map(zipformat.central_header, entries))
    return middle + headers + zipformat.end_records(len(entries), len(headers), len(middle)) + tail


def two(first: str, second: str) -> bytes:
    """Two members by their names, the second behind the first."""
    raw = [name.encode() for name in (first, second)]
    safe = [b"%d" % number + b"x" * (len(name) - 1) for number, name in enumerate(raw)]
    a = entry(safe[0].decode())
    b = entry(safe[1].decode(), offset=a.end)
    made = archive(a, b, bodies=[b"hi", b"hi"])
    for stand_in, name in zip(safe, raw, strict=True):
        made = made.replace(stand_in, name)
    return made


def named(name: bytes) -> bytes:
    stand_in = b"Q" * len(name)
    return archive(entry(stand_in.decode()), bodies=[b"hi"]).replace(stand_in, name)


def patched(raw: bytes, magic: bytes, offset: int, value: bytes) -> bytes:
    """Return ``raw`` with ``value`` at ``offset`` of the first record that has ``magic``."""
    start = raw.index(magic) + offset
    return raw[:start] + value + raw[start + len(value) :]


def one(data: bytes = b"hi") -> bytes:
    return archive(entry("a", data), bodies=[data])


def deflated(data: bytes, packed: bytes) -> bytes:
    return archive(entry("a", data, packed=packed), bodies=[packed])


def bomb_of_overlaps() -> bytes:
    """Members that share one body, as in the published 42 kB archive that gives gigabytes."""
    body = pack(bytes(9_000))
    first = entry("a", bytes(9_000), packed=body)
    made = zipformat.local_header(first) + body
    shared = [replace(first, name=chr(97 + number)) for number in range(9)]
    headers = b"".join(map(zipformat.central_header, shared))
    return made + headers + zipformat.end_records(9, len(headers), len(made))


def with_extra(kind: int, value: bytes) -> bytes:
    """One member with an extra field in both headers, consistent in itself."""
    extra = struct.pack("<2H", kind, len(value)) + value
    each = entry("a")
    local = bytearray(zipformat.local_header(each) + extra)
    local[28:30] = struct.pack("<H", len(extra))
    central = bytearray(zipformat.central_header(each) + extra)
    central[30:32] = struct.pack("<H", len(extra))
    made = bytes(local) + b"hi"
    return made + bytes(central) + zipformat.end_records(1, len(central), len(made))


def by_python(**options: object) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as stock:
        info = zipfile.ZipInfo("a")
        for option, value in options.items():
            setattr(info, option, value)
        stock.writestr(info, b"hi")
    return out.getvalue()


def cases() -> dict[str, bytes]:
    """Return the bytes of every case by its name; the verdict is in the name."""
    local, central, end = zipformat.LOCAL_MAGIC, zipformat.CENTRAL_MAGIC, zipformat.END_MAGIC
    packed = pack(TEXT)
    a = entry("a")
    zip64 = archive(a, bodies=[b"hi"])
    return {
        "read--empty": zipformat.directory([]),
        "read--one-stored": one(),
        "read--one-empty": one(b""),
        "read--one-deflated": deflated(TEXT, packed),
        "read--two": two("data/a", "data/b"),
        "container-truncated--no-bytes": b"",
        "container-truncated--half-an-end": zipformat.directory([])[:-1],
        "end-missing--no-zip": b"x" * 100,
        "end-missing--trailing-byte": one() + b"\0",
        "end-missing--comment": patched(one(), end, 20, b"\1\0") + b"c",
        "directory-misplaced--prepended-data": b"#!/bin/sh\n" + one(),
        "directory-misplaced--zip-behind-zip": one() + one(b"ho"),
        "directory-misplaced--data-before-the-end-record": one()[:-22] + b"gap" + one()[-22:],
        "directory-not-canonical--disk-number": patched(one(), end, 4, b"\1\0"),
        "directory-not-canonical--entries-on-disk": patched(one(), end, 8, b"\2\0"),
        "directory-misplaced--count-too-low": patched(
            patched(two("a", "b"), end, 8, b"\1\0"), end, 10, b"\1\0"
        ),
        "directory-truncated--count-too-high": patched(
            patched(one(), end, 8, b"\2\0"), end, 10, b"\2\0"
        ),
        "directory-not-canonical--unix-mode": patched(one(), central, 38, b"\0\0\xff\xa1"),
        "directory-not-canonical--made-by-unix": patched(one(), central, 5, b"\3"),
        "directory-not-canonical--internal-attributes": patched(one(), central, 36, b"\1"),
        "directory-not-canonical--descriptor-flag": patched(one(), central, 8, b"\x08"),
        "directory-not-canonical--encryption-flag": patched(one(), central, 8, b"\x01"),
        "directory-not-canonical--utf8-flag": patched(one(), central, 9, b"\x08"),
        "directory-not-canonical--timestamp": by_python(date_time=(2026, 9, 1, 8, 30, 0)),
        "directory-not-canonical--written-by-python": by_python(),
        "local-header-differs--name": patched(one(), local, 30, b"b"),
        "local-header-differs--size": patched(one(), local, 22, b"\3"),
        "local-header-differs--checksum": patched(one(), local, 14, b"\0"),
        "local-header-differs--method": patched(one(), local, 8, b"\x08"),
        "local-header-differs--timestamp": patched(one(), local, 10, b"\1"),
        "local-header-differs--version": patched(one(), local, 4, b"\x0a"),
        "extra-refused--unix-times": with_extra(0x5455, b"\1\0\0\0\0"),
        "extra-refused--unicode-path": with_extra(0x7075, b"\1\0\0\0\0../x"),
        "extra-refused--zip64-not-needed": with_extra(1, struct.pack("<2Q", 2, 2)),
        "end-missing--zip64-promised": patched(zip64, end, 16, b"\xff\xff\xff\xff"),
        "directory-not-canonical--zip64-not-needed": zip64[:-22]
        + zipformat.END64.pack(b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 47, 33)
        + zipformat.LOCATOR64.pack(b"PK\6\7", 0, 80, 1)
        + zipformat.END.pack(end, 0, 0, 1, 1, 47, 0xFFFFFFFF, 0),
        "member-misplaced--gap": archive(
            a, replace(entry("b"), offset=a.end + 3), bodies=[b"hi", b"hi"], gap=b"gap"
        ),
        "member-misplaced--first-not-at-zero": archive(replace(a, offset=4), bodies=[b"hi"]),
        "member-misplaced--same-header-twice": archive(
            a, replace(a, name="b"), bodies=[b"hi", b"hi"]
        ),
        "member-misplaced--order": archive(
            replace(a, offset=a.end), replace(entry("b"), offset=0), bodies=[b"hi", b"hi"]
        ),
        "member-misplaced--overlap-bomb": bomb_of_overlaps(),
        "directory-misplaced--member-longer-than-there-is": archive(
            replace(a, size=9, compressed_size=9), bodies=[b"hi"]
        ),
        "size-mismatch--stored": archive(replace(a, size=3), bodies=[b"hi"]),
        "crc-mismatch--body": one().replace(b"hi", b"ho"),
        "method-refused--bzip2": archive(replace(a, method=12), bodies=[b"hi"]),
        "method-refused--encrypted-method": archive(replace(a, method=99), bodies=[b"hi"]),
        "method-refused--deflated-but-not-smaller": deflated(b"hi", pack(b"hi")),
        "deflate-invalid--garbage": deflated(TEXT, b"\xff" * 40),
        "deflate-invalid--cut-short": deflated(TEXT, packed[:-2]),
        "deflate-invalid--trailing-bytes": deflated(TEXT, packed + b"\0\0"),
        "deflate-invalid--more-than-declared": archive(
            replace(entry("a", TEXT, packed=packed), size=len(TEXT) - 1), bodies=[packed]
        ),
        "deflate-invalid--less-than-declared": archive(
            replace(entry("a", TEXT, packed=packed), size=len(TEXT) + 1), bodies=[packed]
        ),
        "deflate-ratio--bomb": deflated(bytes(1 << 20), pack(bytes(1 << 20))),
        "member-too-large--deflated": deflated(bytes((1 << 20) + 1), bytes(8_000)),
        "name-parent--dot-dot": named(b"../../x"),
        "name-backslash--dot-dot": named(b"..\\..\\x"),
        "name-absolute--etc": named(b"/etc/x"),
        "name-drive--c": named(b"C:/x"),
        "name-stream--ads": named(b"a.txt:x"),
        "name-device--nul": named(b"data/nul.txt"),
        "name-trailing-dot--dot": named(b"a.txt."),
        "name-empty--none": named(b""),
        "name-too-long--121-bytes": named(b"a" * 121),
        "name-too-deep--five": named(b"a/b/c/d/e"),
        "too-many-members--promised": patched(
            patched(one(), end, 8, b"\xff\x1f"), end, 10, b"\xff\x1f"
        ),
        "name-empty--folder": named(b"data/"),
        "name-character--zero-byte": named(b"a.txt\0.pdf"),
        "name-character--nfc": named("data/Zoë".encode()),
        "name-character--nfd": named("data/Zoë".encode()),
        "name-duplicate--twice": two("a", "a"),
        "name-collision--case": two("data/A", "data/a"),
        "name-collision--file-and-folder": two("data", "data/a"),
    }


def main() -> None:
    """Write the folder anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.zip"):
        old.unlink()
    for name, raw in cases().items():
        (FOLDER / f"{name}.zip").write_bytes(raw)


if __name__ == "__main__":
    main()
