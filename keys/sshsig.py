"""SSH signatures (OpenSSH PROTOCOL.sshsig): sign, verify, armour, and the allowed_signers file.

Our profile is narrower than the format: Ed25519 only, an empty ``reserved`` field, and the one
armour that ``ssh-keygen -Y sign`` writes (70 columns, one newline at the end), so that no byte of
a signature file can change without being noticed. ``sha512`` is written; ``sha256`` is read too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from keys.errors import KeyInvalid, SignatureInvalid
from keys.ssh_keys import KEY_TYPE, SshPublicKey, SshReader, ssh_string

_MAGIC = b"SSHSIG"
_VERSION = 1
_BEGIN = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_COLUMNS = 70
_MAX_ARMOR = 8 * 1024
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,63}")
_PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._:+-]{0,127}")
_MAX_SIGNERS_FILE = 4 * 1024 * 1024
_OPTION = re.compile(r'(namespaces|valid-after|valid-before)="([^"\\]*)"')
_STAMP = re.compile(r"\d{14}Z")


class SigningKeyLike(Protocol):
    """Whatever holds an Ed25519 private key: a file, a keyring, a token."""

    @property
    def public(self) -> SshPublicKey:
        """Return the public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the raw Ed25519 signature, 64 bytes."""


@dataclass(frozen=True, slots=True)
class SshSignature:
    """A signature that is well formed and has NOT been verified.

    :param public: the key that it names.
    :param namespace: what the signature is for.
    :param hash_algorithm: ``sha512`` or ``sha256``.
    :param raw: the Ed25519 signature, 64 bytes.
    """

    public: SshPublicKey
    namespace: str
    hash_algorithm: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """One line of an ``allowed_signers`` file (ssh-keygen(1), ALLOWED SIGNERS).

    :param principal: who (here an org_id); no patterns.
    :param namespaces: for what; empty allows none here, though OpenSSH would allow all.
    :param valid_after: first instant at which a signature may have been made, or None.
    :param valid_before: the first instant after the last one, or None.
    """

    principal: str
    namespaces: tuple[str, ...]
    valid_after: datetime | None
    valid_before: datetime | None
    public: SshPublicKey

    def __post_init__(self) -> None:
        if not _PRINCIPAL.fullmatch(self.principal):
            raise KeyInvalid("signer-principal-invalid")
        if not all(_NAMESPACE.fullmatch(name) for name in self.namespaces):
            raise KeyInvalid("signer-namespace-invalid")


def sign(private: SigningKeyLike, message: bytes, namespace: str) -> bytes:
    """Return the armoured signature of ``message``, as ``ssh-keygen -Y sign`` would write it.

    :raises SignatureInvalid: ``signature-namespace-invalid``: empty or not printable.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise SignatureInvalid("signature-namespace-invalid")
    name, algorithm = namespace.encode("ascii"), b"sha512"
    raw = private.sign(_signed_data(name, algorithm, message))
    blob = b"".join(
        (
            _MAGIC,
            _VERSION.to_bytes(4, "big"),
            ssh_string(private.public.blob),
            ssh_string(name),
            ssh_string(b""),
            ssh_string(algorithm),
            ssh_string(ssh_string(KEY_TYPE.encode("ascii")) + ssh_string(raw)),
        )
    )
    return _armor(blob)


def read_signature(armored: bytes) -> SshSignature:
    """Read a signature strictly, without verifying it.

    :raises SignatureInvalid: ``signature-armor-invalid``, ``signature-malformed``,
        ``signature-version-unsupported``, ``signature-hash-unsupported``,
        ``signature-reserved-not-empty``, ``key-type-unsupported``, or a code of a bad point.
    """
    reader = SshReader(_unarmor(armored))
    try:
        if reader.take(len(_MAGIC)) != _MAGIC:
            raise SignatureInvalid("signature-malformed")
        if reader.uint32() != _VERSION:
            raise SignatureInvalid("signature-version-unsupported")
        key, namespace, reserved, algorithm, signature = (reader.string() for _ in range(5))
        reader.end()
        public = SshPublicKey.from_blob(key)
        raw = _raw_signature(signature)
    except ValueError:
        raise SignatureInvalid("signature-malformed") from None
    except KeyInvalid as error:
        malformed = error.code == "key-malformed"
        raise SignatureInvalid("signature-malformed" if malformed else error.code) from None
    if reserved:
        raise SignatureInvalid("signature-reserved-not-empty")
    if algorithm not in _HASHES:
        raise SignatureInvalid("signature-hash-unsupported")
    name = namespace.decode("ascii", "replace")
    if not _NAMESPACE.fullmatch(name):
        raise SignatureInvalid("signature-namespace-invalid")
    return SshSignature(public, name, algorithm.decode("ascii"), raw)


def verify(
    message: bytes,
    signature: bytes,
    namespace: str,
    allowed: Sequence[AllowedSigner],
    at: datetime,
) -> AllowedSigner:
    """Return the signer that signed ``message`` in ``namespace`` and was allowed to at ``at``.

    :param signature: the armoured bytes.
    :param allowed: every signer that the caller accepts here; usually one organisation's.
    :param at: proven time of the signature, never the signer's own word.
    :raises SignatureInvalid: a code of :func:`read_signature`; ``signature-namespace-wrong``;
        ``signer-unknown``; ``key-expired``, ``key-not-yet-valid``; ``signature-invalid``.
    """
    read = read_signature(signature)
    if read.namespace != namespace:
        raise SignatureInvalid("signature-namespace-wrong")
    known = [one for one in allowed if one.public.raw == read.public.raw]
    fitting = [one for one in known if namespace in one.namespaces]
    if not fitting:
        raise SignatureInvalid("signer-unknown")
    name, algorithm = namespace.encode("ascii"), read.hash_algorithm.encode("ascii")
    # The signature is checked before the dates: "expired" is only said of what really signed.
    read.public.verify(read.raw, _signed_data(name, algorithm, message))
    in_time = [one for one in fitting if _allowed_at(one, at)]
    if not in_time:
        early = all(one.valid_after is not None and at < one.valid_after for one in fitting)
        raise SignatureInvalid("key-not-yet-valid" if early else "key-expired")
    return in_time[0]


def write_allowed_signers(signers: Iterable[AllowedSigner], *, windows: bool = True) -> str:
    """Return the text of an ``allowed_signers`` file.

    :param windows: write ``valid-after`` and ``valid-before``. They are in UTC, which OpenSSH
        reads since 9.1; without them any version reads the file, and the dates are not checked.
    """
    return "".join(_signer_line(signer, windows) for signer in signers)


def read_allowed_signers(text: str) -> tuple[AllowedSigner, ...]:
    """Read an ``allowed_signers`` file: plain principals, no patterns, no authorities.

    :raises KeyInvalid: ``signers-malformed`` with the number of the line as path;
        ``signers-option-unsupported`` for ``cert-authority`` and unknown options.
    """
    if len(text) > _MAX_SIGNERS_FILE:
        raise KeyInvalid("signers-too-large")
    signers: list[AllowedSigner] = []
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(" \t\r")
        if stripped and not stripped.startswith("#"):
            signers.extend(_read_signer_line(stripped, f"line {number}"))
    return tuple(signers)


def _signed_data(namespace: bytes, algorithm: bytes, message: bytes) -> bytes:
    digest = _HASHES[algorithm](message).digest()
    fields = (namespace, b"", algorithm, digest)
    return _MAGIC + b"".join(ssh_string(value) for value in fields)


def _raw_signature(signature: bytes) -> bytes:
    reader = SshReader(signature)
    kind, raw = reader.string(), reader.string()
    reader.end()
    if kind != KEY_TYPE.encode("ascii") or len(raw) != 64:
        raise ValueError("not an Ed25519 signature")
    return raw


def _armor(blob: bytes) -> bytes:
    text = base64.b64encode(blob).decode("ascii")
    lines = (text[at : at + _COLUMNS] + "\n" for at in range(0, len(text), _COLUMNS))
    return (_BEGIN + "".join(lines) + _END).encode("ascii")


def _unarmor(armored: bytes) -> bytes:
    """Return the blob; anything but the bytes that :func:`_armor` would write is refused."""
    if len(armored) > _MAX_ARMOR:
        raise SignatureInvalid("signature-armor-invalid")
    begin, end = _BEGIN.encode("ascii"), _END.encode("ascii")
    if not (armored.startswith(begin) and armored.endswith(end)):
        raise SignatureInvalid("signature-armor-invalid")
    body = armored[len(begin) : -len(end)].replace(b"\n", b"")
    try:
        blob = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid("signature-armor-invalid") from None
    if _armor(blob) != armored:
        raise SignatureInvalid("signature-armor-invalid")
    return blob


def _allowed_at(signer: AllowedSigner, at: datetime) -> bool:
    begun = signer.valid_after is None or at >= signer.valid_after
    return begun and (signer.valid_before is None or at < signer.valid_before)


def _signer_line(signer: AllowedSigner, windows: bool) -> str:
    if not signer.namespaces:
        raise KeyInvalid("signer-namespace-invalid")
    options = [f'namespaces="{",".join(signer.namespaces)}"']
    if windows and signer.valid_after is not None:
        options.append(f'valid-after="{_stamp(signer.valid_after)}"')
    if windows and signer.valid_before is not None:
        options.append(f'valid-before="{_stamp(signer.valid_before)}"')
    return f"{signer.principal} {','.join(options)} {signer.public.line}\n"


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _read_stamp(text: str) -> datetime:
    if not _STAMP.fullmatch(text):
        raise ValueError("not a UTC time stamp")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _read_signer_line(line: str, path: str) -> list[AllowedSigner]:
    principals, _, rest = line.partition(" ")
    options: dict[str, str] = {}
    if not rest.startswith(KEY_TYPE + " "):
        text, space, rest = _split_options(rest)
        options = _read_options(text, path)
        if not space:
            raise KeyInvalid("signers-malformed", path)
    try:
        public = SshPublicKey.from_line(rest)
        after, before = options.get("valid-after"), options.get("valid-before")
        names = options.get("namespaces")
        return [
            AllowedSigner(
                principal,
                tuple(names.split(",")) if names else (),
                _read_stamp(after) if after is not None else None,
                _read_stamp(before) if before is not None else None,
                public,
            )
            for principal in principals.split(",")
        ]
    except KeyInvalid as error:
        raise KeyInvalid(error.code, path) from None
    except ValueError:
        raise KeyInvalid("signers-malformed", path) from None


def _split_options(rest: str) -> tuple[str, str, str]:
    """Split at the first space outside quotes."""
    quoted = False
    for at, character in enumerate(rest):
        if character == '"':
            quoted = not quoted
        elif character == " " and not quoted:
            return rest[:at], " ", rest[at + 1 :]
    return rest, "", ""


def _read_options(text: str, path: str) -> dict[str, str]:
    options: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _OPTION.match(text, at)
        if match is None:
            raise KeyInvalid("signers-option-unsupported", path)
        if match[1] in options:
            raise KeyInvalid("signers-malformed", path)
        options[match[1]] = match[2]
        at = match.end()
        if at < len(text):
            if text[at] != ",":
                raise KeyInvalid("signers-malformed", path)
            at += 1
    return options
