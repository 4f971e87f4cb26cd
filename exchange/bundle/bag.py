"""The bag inside a bundle (BagIt 1.0, RFC 8493): its tag files are a function of the statement.

That lets ``sha256sum -c`` check a bag that was opened by hand. When a bundle is opened here, each
tag file is read strictly and must say what the statement says; the statement is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from exchange.bundle.paths import check_name
from exchange.errors import BagError

BAGIT = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
INDEX = "INDEX.htm"
STATEMENT = "statement.json"
SIGNATURE = "statement.json.sig"
TAGMANIFEST = "tagmanifest-sha256.txt"

FIRST_TAGS = (BAGIT, INFO, MANIFEST)
"""The tag files at the start of the container, in order; INDEX.htm stands behind the data."""

LAST_MEMBERS = (STATEMENT, SIGNATURE, TAGMANIFEST)
"""What stands at the end of the container and in no statement."""

RECORDS = "data/records/"
DOCUMENTS = "data/documents/"

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The one bagit.txt (RFC 8493, 2.1.1)."""

_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
_INFO_LINE = re.compile(r"([A-Za-z][A-Za-z-]*): (\S(?:.*\S)?)")


def info(bundle_id: str, sender: str, issued: datetime, sizes: Sequence[int]) -> bytes:
    """Return bag-info.txt (RFC 8493, 2.2.2).

    :param sizes: bytes of each file below ``data/``.
    """
    labels = (
        ("Bagging-Date", issued.date().isoformat()),
        ("External-Identifier", bundle_id),
        ("Payload-Oxum", f"{sum(sizes)}.{len(sizes)}"),
        ("Source-Organization", sender),
    )
    return "".join(f"{label}: {value}\n" for label, value in labels).encode("ascii")


def manifest(files: Iterable[tuple[str, str]]) -> bytes:
    """Return a manifest (RFC 8493, 2.1.3) as ``sha256sum`` writes it.

    :param files: path and SHA-256 (hex) of each.
    """
    return "".join(f"{sha256}  {path}\n" for path, sha256 in files).encode("ascii")


def parse_declaration(content: bytes) -> None:
    """Check bagit.txt.

    :raises BagError: ``bagit-declaration``: another version, encoding or spelling.
    """
    if content != DECLARATION:
        raise BagError("bagit-declaration", f"/{BAGIT}")


def parse_info(content: bytes) -> tuple[tuple[str, str], ...]:
    """Return the labels and values of bag-info.txt, in order; one line each, no label twice.

    :raises BagError: ``bag-info-malformed``, with the number of the line.
    """
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(_lines(content, INFO, "bag-info-malformed")):
        match = _INFO_LINE.fullmatch(line)
        if match is None or match[1].casefold() in {label.casefold() for label, _ in pairs}:
            raise BagError("bag-info-malformed", f"/{INFO}/{number}")
        pairs.append((match[1], match[2]))
    return tuple(pairs)


def parse_manifest(content: bytes, name: str = MANIFEST) -> tuple[tuple[str, str], ...]:
    """Return the paths and SHA-256 of a manifest, in order; no path twice, none unsafe.

    :param name: of the manifest, for the error.
    :raises BagError: ``manifest-malformed``, ``manifest-repeats``, with the number of the line.
    :raises ContainerError: ``name-*``: a path that may not be a member's name.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(content, name, "manifest-malformed")):
        path = f"/{name}/{number}"
        match = _LINE.fullmatch(line)
        if match is None:
            raise BagError("manifest-malformed", path)
        if match[2] in found:
            raise BagError("manifest-repeats", path)
        found[check_name(match[2], path)] = match[1]
    return tuple(found.items())


def check(content: bytes, expected: bytes, name: str) -> None:
    """Compare a tag file, read strictly, with what the statement makes of it.

    :raises BagError: ``bag-differs``, or how it is malformed.
    """
    if name == BAGIT:
        parse_declaration(content)
    elif name == INFO:
        parse_info(content)
    else:
        parse_manifest(content, name)
    if content != expected:
        raise BagError("bag-differs", f"/{name}", "The bag and its signed statement disagree.")


def _lines(content: bytes, name: str, code: str) -> list[str]:
    """Return the lines of an ASCII tag file; each ends in one line feed."""
    if not content.isascii() or b"\r" in content or (content and not content.endswith(b"\n")):
        raise BagError(code, f"/{name}")
    return content.decode("ascii").split("\n")[:-1]
