"""The textual header of an age file: parsed strictly, written canonically (C2SP age, "Header")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.age import encoding
from keys.age.sources import Readable
from keys.errors import AgeHeaderInvalid, AgeHeaderMacInvalid
from keys.interfaces import Stanza

VERSION_LINE = b"age-encryption.org/v1\n"
FILE_KEY_SIZE = 16
NONCE_SIZE = 16
# A hybrid stanza takes some 1,600 bytes: room for every recipient that a directory could name,
# and an end to what a hostile header can cost in memory and in unwrapping.
MAX_HEADER_SIZE = 1 << 20
MAX_STANZAS = 1024
_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header.

    :param stanzas: in the order of the file.
    :param mac: the 32 bytes of the header MAC, not yet checked.
    :param size: bytes from the start of the file up to and including the MAC line.
    :param signed: the exact bytes under the MAC.
    """

    stanzas: tuple[Stanza, ...]
    mac: bytes
    size: int
    signed: bytes = field(repr=False)

    @property
    def payload_offset(self) -> int:
        """Return where the first chunk starts: behind the header and the payload nonce."""
        return self.size + NONCE_SIZE

    def check_mac(self, file_key: bytes) -> None:
        """Check the MAC under ``file_key``.

        :raises AgeHeaderMacInvalid: the header was altered, or the file key is another's.
        """
        try:
            _mac(file_key, self.signed).verify(self.mac)
        except InvalidSignature:
            raise AgeHeaderMacInvalid(path="header.mac") from None


class _Lines:
    """The lines of a header, with its size limit; keeps all bytes that were read."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.raw = bytearray()

    def next(self) -> str:
        """Return one line without its line feed: printable ASCII and single spaces only."""
        line = self._source.readline(MAX_HEADER_SIZE - len(self.raw) + 1)
        self.raw += line
        if len(self.raw) > MAX_HEADER_SIZE:
            raise AgeHeaderInvalid("age-header-too-large", "header")
        if not line.endswith(b"\n"):
            raise AgeHeaderInvalid("age-header-cut-short", "header")
        text = line[:-1]
        if any(not 0x20 <= byte <= 0x7E for byte in text):
            raise AgeHeaderInvalid("age-header-character", "header")
        return text.decode("ascii")


def read_header(source: Readable) -> Header:
    """Read the header from the start of an age file; leave ``source`` behind its last byte.

    :raises AgeHeaderInvalid: not an age file, another version, or not the canonical encoding.
    """
    lines = _Lines(source)
    if lines.next() + "\n" != VERSION_LINE.decode("ascii"):
        raise AgeHeaderInvalid(
            "age-version-unsupported", "header.version", "This is no age v1 file."
        )
    stanzas: list[Stanza] = []
    while True:
        start = len(lines.raw)
        line = lines.next()
        if line.startswith("---"):
            break
        if len(stanzas) == MAX_STANZAS:
            raise AgeHeaderInvalid("age-header-too-large", "header.stanzas")
        stanzas.append(_parse_stanza(line, lines, f"header.stanzas[{len(stanzas)}]"))
    mac = encoding.decode(line[4:]) if line.startswith("--- ") else None
    if mac is None or len(mac) != hashes.SHA256.digest_size:
        raise AgeHeaderInvalid(path="header.mac")
    if not stanzas:
        raise AgeHeaderInvalid(path="header.stanzas")
    if len(stanzas) > 1 and any(stanza.type == "scrypt" for stanza in stanzas):
        raise AgeHeaderInvalid("age-scrypt-not-alone", "header.stanzas")
    return Header(tuple(stanzas), mac, len(lines.raw), bytes(lines.raw[: start + 3]))


def _parse_stanza(line: str, lines: _Lines, path: str) -> Stanza:
    prefix, *arguments = line.split(" ")
    if prefix != "->" or not arguments or not all(arguments):
        raise AgeHeaderInvalid("age-stanza-malformed", path)
    body = bytearray()
    while True:
        text = lines.next()
        data = encoding.decode(text) if len(text) <= _COLUMNS else None
        if data is None:
            raise AgeHeaderInvalid("age-stanza-malformed", path + ".body")
        body += data
        if len(text) < _COLUMNS:
            return Stanza(arguments[0], tuple(arguments[1:]), bytes(body))


def write_header(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Return the canonical header that carries ``stanzas``, under a MAC of ``file_key``.

    :raises AgeHeaderInvalid: a stanza cannot be written (empty or unprintable argument).
    """
    signed = bytearray(VERSION_LINE)
    for index, stanza in enumerate(stanzas):
        arguments = (stanza.type, *stanza.args)
        if not all(a and all(0x21 <= ord(c) <= 0x7E for c in a) for a in arguments):
            raise AgeHeaderInvalid("age-stanza-malformed", f"header.stanzas[{index}]")
        signed += " ".join(("->", *arguments)).encode("ascii") + b"\n"
        body = encoding.encode(stanza.body)
        # The last line is always a short one, empty where the body fills its lines exactly.
        for start in range(0, len(body) + 1, _COLUMNS):
            signed += body[start : start + _COLUMNS].encode("ascii") + b"\n"
    signed += b"---"
    mac = _mac(file_key, bytes(signed)).finalize()
    return bytes(signed) + b" " + encoding.encode(mac).encode("ascii") + b"\n"


def derive(secret: bytes, salt: bytes | None, info: bytes) -> bytes:
    """Return 32 bytes by HKDF-SHA-256 (RFC 5869), as everywhere in age."""
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def _mac(file_key: bytes, signed: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(derive(file_key, None, b"header"), hashes.SHA256())
    mac.update(signed)
    return mac
