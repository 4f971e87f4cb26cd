"""The keyring's folder: one file for the node, one per organisation; who unlocks what.

``keyring.json``        the node's master key, sealed by the node key or by a passphrase (scrypt)
``<org_id>.json``       ``organisation_key`` sealed by the master key; ``general`` sealed by the
                        organisation key; ``cp`` sealed by the organisation key *and* the DSL's
                        passphrase together, so that neither a thief of the files nor the
                        administrator can so much as try passphrases without the other part;
                        ``escrow`` sealed to the recovery recipients
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from keys.directory.codec import UUID_PATTERN
from keys.errors import KeyringError, KeysError
from keys.json_fields import Fields
from keys.keyring.files import (
    damaged,
    from_text,
    make_folder,
    read_body,
    sync_folder,
    to_text,
    write_body,
)
from keys.keyring.record import CompartmentKeys, Json, OrganisationRecord
from keys.keyring.sealing import (
    DEFAULT_LOG_N,
    KEY_SIZE,
    MAX_LOG_N,
    MIN_LOG_N,
    SALT_SIZE,
    UndecipherableError,
    check_new_passphrase,
    derive,
    new_key,
    seal,
    stretch,
    unseal,
)
from schemas import strict_json
from schemas.errors import SchemaError

_NODE_FILE = "keyring.json"
_NODE_SCHEMA = "sen.keyring/1.0"
_ORGANISATION_SCHEMA = "sen.keyring-organisation/1.0"
_MASTER = b"sen-keyring@v1 master"


@dataclass(frozen=True, slots=True)
class NodeSecret:
    """The node key or the passphrase; exactly one of them.

    :param node_key: 32 bytes from a file outside the data folder.
    :param log_n: base-two logarithm of scrypt's N where a passphrase is set anew.
    """

    node_key: bytes | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    log_n: int = DEFAULT_LOG_N

    def __post_init__(self) -> None:
        if (self.node_key is None) == (self.passphrase is None):
            raise KeyringError("node-secret-missing", hint="Give a node key or a passphrase.")
        if self.node_key is not None and len(self.node_key) != KEY_SIZE:
            raise KeyringError("node-key-damaged")


@dataclass(frozen=True, slots=True)
class SealedCp:
    """The sealed ``cp`` compartment of an organisation's file."""

    salt: bytes
    log_n: int
    sealed: bytes

    def to_json(self) -> Json:
        """Return the JSON object."""
        return {"salt": to_text(self.salt), "log_n": self.log_n, "sealed": to_text(self.sealed)}


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    """An organisation's file with its organisation key unsealed.

    :param escrow: compartment name to age file.
    """

    key: bytes = field(repr=False)
    record: OrganisationRecord
    cp: SealedCp | None
    escrow: Mapping[str, bytes]


def create_node_file(folder: Path, secret: NodeSecret) -> bytes:
    """Make the keyring's folder and the node's file; return the new master key.

    :raises KeyringError: ``keyring-exists``, ``passphrase-weak``, ``keyring-unwritable``.
    """
    make_folder(folder)
    master = new_key()
    try:
        write_node_file(folder, master, secret, new=True)
    except FileExistsError:
        raise KeyringError("keyring-exists", hint="Unlock the keyring that is there.") from None
    sync_folder(folder.parent)
    return master


def write_node_file(folder: Path, master: bytes, secret: NodeSecret, *, new: bool = False) -> None:
    """Seal the master key under a node key or passphrase, in place of the one before."""
    if secret.passphrase is not None:
        check_new_passphrase(secret.passphrase)
    salt = os.urandom(SALT_SIZE)
    write_body(
        folder / _NODE_FILE,
        {
            "schema": _NODE_SCHEMA,
            "protection": "file" if secret.passphrase is None else "passphrase",
            "salt": to_text(salt),
            "log_n": secret.log_n,
            "master": to_text(seal(_node_wrap(secret, salt, secret.log_n), master, _MASTER)),
        },
        new=new,
    )


def read_master(folder: Path, secret: NodeSecret) -> bytes:
    """Return the master key.

    :raises KeyringError: ``passphrase-wrong``, ``node-key-wrong``; ``passphrase-needed``,
        ``node-key-needed``: it was sealed the other way; ``keyring-missing``,
        ``keyring-damaged``, ``keyring-too-new``.
    """
    body = read_body(folder / _NODE_FILE)
    _check_schema(body, _NODE_SCHEMA)
    protection = body.text("protection", "file|passphrase")
    if (protection == "file") != (secret.passphrase is None):
        needed = "node-key-needed" if protection == "file" else "passphrase-needed"
        raise KeyringError(needed)
    wrap = _node_wrap(secret, from_text(body, "salt"), _log_n(body))
    try:
        return unseal(wrap, from_text(body, "master"), _MASTER)
    except UndecipherableError:
        code = "node-key-wrong" if protection == "file" else "passphrase-wrong"
        raise KeyringError(code, hint="Try again, or use the recovery sheet.") from None


def organisation_ids(folder: Path) -> tuple[str, ...]:
    """Return the org_ids that have a file."""
    return tuple(sorted(path.stem for path in folder.glob("*-*.json")))


def organisation_path(folder: Path, org_id: str) -> Path:
    """Return the path of an organisation's file.

    :raises KeyringError: ``organisation-unknown``: not an org_id, which might lead elsewhere.
    """
    if not re.fullmatch(UUID_PATTERN, org_id):
        raise KeyringError("organisation-unknown")
    return folder / f"{org_id}.json"


def write_organisation(folder: Path, master: bytes, content: OrganisationFile) -> None:
    """Seal and write an organisation's file.

    :raises KeyringError: ``keyring-unwritable``.
    """
    org_id = content.record.org_id
    general = strict_json.dumps(content.record.to_json())
    write_body(
        organisation_path(folder, org_id),
        {
            "schema": _ORGANISATION_SCHEMA,
            "org_id": org_id,
            "organisation_key": to_text(seal(master, content.key, _context("key", org_id))),
            "general": to_text(
                seal(derive(content.key, "general"), general, _context("general", org_id))
            ),
            "cp": None if content.cp is None else content.cp.to_json(),
            "escrow": {name: to_text(sealed) for name, sealed in content.escrow.items()},
        },
    )


def read_organisation(folder: Path, master: bytes, org_id: str) -> OrganisationFile:
    """Return an organisation's file, all but ``cp`` unsealed.

    :raises KeyringError: ``organisation-unknown``, ``keyring-damaged``, ``keyring-too-new``.
    """
    path = organisation_path(folder, org_id)
    if not path.exists():
        raise KeyringError("organisation-unknown", org_id)
    body = read_body(path)
    _check_schema(body, _ORGANISATION_SCHEMA)
    try:
        key = unseal(master, from_text(body, "organisation_key"), _context("key", org_id))
        general = unseal(
            derive(key, "general"), from_text(body, "general"), _context("general", org_id)
        )
    except UndecipherableError:
        raise damaged("/general") from None
    return OrganisationFile(
        key,
        OrganisationRecord.read(general),
        _read_cp(body.child("cp")) if body.has("cp") else None,
        read_escrow(path),
    )


def read_escrow(path: Path) -> Mapping[str, bytes]:
    """Return the sealed escrows of an organisation's file, by compartment; needs no secret.

    :raises KeyringError: ``keyring-missing``, ``keyring-damaged``.
    """
    escrow = read_body(path).child("escrow")
    return MappingProxyType({name: from_text(escrow, name) for name in escrow.names()})


def seal_cp(
    organisation_key: bytes, org_id: str, keys: CompartmentKeys, passphrase: str, log_n: int
) -> SealedCp:
    """Seal the ``cp`` compartment under organisation key and DSL passphrase together."""
    salt = os.urandom(SALT_SIZE)
    wrap = _cp_wrap(organisation_key, passphrase, salt, log_n)
    plain = strict_json.dumps(keys.to_json())
    return SealedCp(salt, log_n, seal(wrap, plain, _context("cp", org_id)))


def open_cp(
    organisation_key: bytes, org_id: str, cp: SealedCp | None, passphrase: str
) -> CompartmentKeys:
    """Return the secrets of ``cp``.

    :raises KeyringError: ``compartment-unknown``, ``passphrase-wrong``, ``keyring-damaged``.
    """
    if cp is None:
        raise KeyringError("compartment-unknown", f"{org_id}/cp")
    wrap = _cp_wrap(organisation_key, passphrase, cp.salt, cp.log_n)
    try:
        data = unseal(wrap, cp.sealed, _context("cp", org_id))
    except UndecipherableError:
        raise KeyringError("passphrase-wrong", f"{org_id}/cp", "Try again.") from None
    try:
        return CompartmentKeys.read(Fields(strict_json.loads(data), "/cp", damaged))
    except (KeysError, SchemaError):
        raise damaged("/cp") from None


def _node_wrap(secret: NodeSecret, salt: bytes, log_n: int) -> bytes:
    if secret.passphrase is not None:
        return derive(stretch(secret.passphrase, salt, log_n), "node passphrase")
    return derive(secret.node_key or b"", "node key", salt)


def _cp_wrap(organisation_key: bytes, passphrase: str, salt: bytes, log_n: int) -> bytes:
    return derive(stretch(passphrase, salt, log_n), "cp", derive(organisation_key, "cp salt"))


def _context(what: str, org_id: str) -> bytes:
    return f"sen-keyring@v1 {what} {org_id}".encode()


def _read_cp(fields: Fields) -> SealedCp:
    return SealedCp(from_text(fields, "salt"), _log_n(fields), from_text(fields, "sealed"))


def _log_n(fields: Fields) -> int:
    return fields.integer("log_n", MIN_LOG_N, MAX_LOG_N)


def _check_schema(body: Fields, expected: str) -> None:
    schema = body.text("schema")
    name, _, version = schema.partition("/")
    if name != expected.partition("/")[0]:
        raise damaged("/schema")
    if version.partition(".")[0] != "1":
        raise KeyringError("keyring-too-new", "/schema", "Update this software.")
