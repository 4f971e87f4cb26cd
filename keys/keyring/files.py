"""Key files on disk: written whole and durably or not at all, private, and read with suspicion."""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from keys.errors import KeyringError
from keys.json_fields import Fields
from keys.keyring.sealing import KEY_SIZE, new_key
from schemas import strict_json
from schemas.errors import SchemaError

MAX_FILE = 4 * 1024 * 1024
_LOCK = ".lock"


def create_node_key(path: Path) -> bytes:
    """Make a node key: 32 random bytes in a new file that its owner alone may read.

    It belongs outside the data folder, so that a copy of the data opens nothing.

    :raises KeyringError: ``node-key-exists``, ``keyring-unwritable``.
    """
    key = new_key()
    try:
        make_folder(path.parent)
        write_durably(path, key, new=True)
    except FileExistsError:
        hint = "Use the key that is there, or name another file."
        raise KeyringError("node-key-exists", hint=hint) from None
    return key


def read_node_key(path: Path) -> bytes:
    """Return the node key of a file.

    :raises KeyringError: ``node-key-missing``, ``node-key-exposed`` (others may read it),
        ``node-key-damaged``.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            key = file.read(KEY_SIZE + 1)
    except OSError:
        hint = "Put the node key where the settings say, or restore it from its backup."
        raise KeyringError("node-key-missing", hint=hint) from None
    if stat.S_IMODE(mode) & 0o077:
        hint = "Run chmod 600 on the file, and renew the node key."
        raise KeyringError("node-key-exposed", hint=hint)
    if len(key) != KEY_SIZE:
        raise KeyringError("node-key-damaged", hint="Restore the file from its backup.")
    return key


def make_folder(folder: Path) -> None:
    """Make a folder that its owner alone may enter, unless it is there.

    :raises KeyringError: ``keyring-unwritable``.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise _unwritable() from None


def write_durably(path: Path, data: bytes, *, new: bool = False) -> None:
    """Write a file whole or not at all: temporary file, fsync, rename, fsync of the folder.

    :param new: refuse to replace a file, instead of replacing it.
    :raises FileExistsError: there is one, and ``new`` was asked for.
    :raises KeyringError: ``keyring-unwritable``; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        if new:  # reserve the name; a hard link would do it too, but not on a USB stick's vfat
            os.close(_create(path))
        try:
            with os.fdopen(_create(temporary), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            for left in (temporary, path) if new else (temporary,):
                with contextlib.suppress(OSError):
                    left.unlink()
            raise
        sync_folder(path.parent)
    except FileExistsError:
        raise
    except OSError:
        raise _unwritable() from None


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the keyring's lock: one process changes it at a time.

    :raises KeyringError: ``keyring-unwritable``.
    """
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        raise _unwritable() from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_body(path: Path, body: Mapping[str, strict_json.JsonValue], *, new: bool = False) -> None:
    """Write a key file: its body, and the SHA-256 by which damage is told from a wrong secret.

    :raises FileExistsError, KeyringError: as :func:`write_durably`.
    """
    checksum = hashlib.sha256(strict_json.dumps(body)).hexdigest()
    write_durably(path, strict_json.dumps({"body": body, "sha256": checksum}), new=new)


def read_body(path: Path) -> Fields:
    """Return the body of a key file.

    :raises KeyringError: ``keyring-missing``, ``keyring-damaged``.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        hint = "Make keys with `senx keygen`, or restore the folder from its backup."
        raise KeyringError("keyring-missing", hint=hint) from None
    try:
        whole = Fields(strict_json.loads(data, max_bytes=MAX_FILE), "", damaged)
        body = whole.child("body")
        checksum = hashlib.sha256(strict_json.dumps(body.value)).hexdigest()
    except SchemaError:
        raise damaged("") from None
    if whole.text("sha256") != checksum:
        raise damaged("")
    return body


def damaged(path: str) -> KeyringError:
    """Return the error of a key file that is not as it was written."""
    hint = "Restore the keyring from its backup. The pupils' data is not lost by this."
    return KeyringError("keyring-damaged", path, hint)


def to_text(data: bytes) -> str:
    """Return bytes as base64 text for JSON."""
    return base64.b64encode(data).decode("ascii")


def from_text(fields: Fields, name: str) -> bytes:
    """Return the bytes of a base64 field.

    :raises KeyringError: ``keyring-damaged``.
    """
    try:
        return base64.b64decode(fields.long_text(name), validate=True)
    except (binascii.Error, ValueError):
        raise damaged(fields.at(name)) from None


def _unwritable() -> KeyringError:
    hint = "Check the disk's space and the folder's permissions; nothing was changed."
    return KeyringError("keyring-unwritable", hint=hint)
