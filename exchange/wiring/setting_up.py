"""Set a node up, and make the keys of the organisations that it hosts."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from exchange.errors import Conflict, SettingsError, Wrapped
from exchange.ports import Actor
from exchange.settings import Home, Settings, check, save
from exchange.store.clock import SystemClock
from exchange.store.engine import open_engine
from exchange.store.migrate import upgrade
from exchange.wiring.inner import Node
from keys.directory import DatedIdentifier, Endpoint
from keys.errors import KeysError
from keys.interfaces import KeyClass
from keys.keyring import Keyring, NodeSecret, Profile, RecoverySheet, create_node_key
from keys.ssh_keys import SshPrivateKey
from keys.tls import certificate_sha256, make_certificate


@dataclass(frozen=True, slots=True)
class NewNode:
    """What a person says of a new node.

    :param node_key: where the node key is to lie, outside the home; None where ``passphrase``.
    :param settings: all but ``node_key``.
    """

    settings: Settings
    node_key: Path | None = None
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What a person says of an organisation that a node is to host."""

    name: str
    kind: str
    identifiers: tuple[DatedIdentifier, ...]
    key_class: KeyClass = "hybrid"
    dsl_passphrase: str | None = field(default=None, repr=False)
    org_id: str | None = None


def set_up(root: Path, new: NewNode) -> Home:
    """Make a node's home: settings, node key, empty keyring, database, TLS certificate.

    :raises Conflict: ``home-exists``.
    :raises SettingsError: ``node-key-inside``: the key would lie in the folder that it protects;
        ``setting-invalid``.
    :raises Wrapped: the key file exists, or the passphrase is weak. What was made until then is
        removed again, so that set-up can be repeated.
    """
    home = Home(root.resolve())
    if home.settings_file.exists():
        raise Conflict("home-exists", "/home", "A node lives here already.")
    settings = _with_key_place(home, new)
    check(settings)
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.root.chmod(0o700)
    for folder in (home.blobs, home.logs, home.tls_key.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as undo:
        try:
            _make_keys(home, new, undo)
            if settings.public_url:
                _make_tls(home, settings)
        except KeysError as error:
            raise Wrapped.of(error) from None
        upgrade(open_engine(home.database))
        save(home, settings)  # last: a home without settings is none
        undo.pop_all()
    return home


def _make_keys(home: Home, new: NewNode, undo: ExitStack) -> None:
    """Make node key and keyring; ``undo`` learns how to remove what was made here, no more."""
    if new.node_key is None:
        secret = NodeSecret(passphrase=new.passphrase)
    else:
        secret = NodeSecret(node_key=create_node_key(new.node_key))
        undo.callback(new.node_key.unlink, missing_ok=True)
    Keyring.create(home.keyring, secret)
    undo.callback(shutil.rmtree, home.keyring, ignore_errors=True)


def _with_key_place(home: Home, new: NewNode) -> Settings:
    if new.node_key is None:
        return new.settings
    place = new.node_key.resolve()
    if place.is_relative_to(home.root):
        raise SettingsError(
            "node-key-inside", "/node_key", "Keep the node key outside the data folder."
        )
    return replace(new.settings, node_key=str(place))


def _make_tls(home: Home, settings: Settings) -> None:
    host = urlsplit(settings.public_url).hostname or ""
    made = make_certificate([host], SystemClock().now())
    home.tls_certificate.write_bytes(made.certificate)
    handle = os.open(home.tls_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(made.private_key)


def add_organisation(
    node: Node, new: NewOrganisation, actor: Actor
) -> tuple[str, tuple[RecoverySheet, ...]]:
    """Make the keys of an organisation and begin to host it.

    :returns: its org_id, and the recovery sheets, to be printed now: they are kept nowhere.
    :raises Wrapped: ``passphrase-weak``, ``organisation-exists``, ``entry-malformed``.
    """
    org_id = new.org_id or str(uuid.uuid4())
    try:
        sheets = node.keyring.add_organisation(
            org_id,
            node.inside.clock.now(),
            dsl_passphrase=new.dsl_passphrase,
            key_class=new.key_class,
        )
        entry = node.keyring.entry(org_id, _profile(node, new), node.inside.clock.now())
    except KeysError as error:
        raise Wrapped.of(error) from None
    entry_file(node.home, org_id).parent.mkdir(mode=0o700, exist_ok=True)
    entry_file(node.home, org_id).write_bytes(entry.to_bytes())
    node.store.host(org_id, actor)
    return org_id, sheets


def _profile(node: Node, new: NewOrganisation) -> Profile:
    endpoint = None
    if node.settings.public_url:
        tls = node.home.tls_certificate
        pin = certificate_sha256(tls.read_bytes()) if tls.exists() else None
        endpoint = Endpoint(node.settings.public_url, pin)
    return Profile(new.name, new.kind, new.identifiers, endpoint)


def entry_file(home: Home, org_id: str) -> Path:
    """Return where an organisation's own signed entry lies."""
    return home.root / "entries" / f"{org_id}.json"


def entry_of(node: Node, org_id: str) -> bytes:
    """Return the organisation's own signed directory entry, to be handed to the directory.

    :raises SettingsError: ``entry-missing``.
    """
    try:
        return entry_file(node.home, org_id).read_bytes()
    except FileNotFoundError:
        raise SettingsError("entry-missing", "/org", "Make its keys: `senx keygen`.") from None


def make_directory_key(path: Path) -> str:
    """Make the key that signs a directory, as an OpenSSH file; return its public line.

    :raises Conflict: ``file-exists``.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict("file-exists", "/key", "Name another file.") from None
    key = SshPrivateKey.generate()
    with os.fdopen(handle, "wb") as out:
        out.write(key.to_openssh())
    return key.public.line


def read_directory_key(path: Path) -> SshPrivateKey:
    """Return the directory's key.

    :raises Wrapped: it is no OpenSSH Ed25519 key.
    :raises SettingsError: ``key-unreadable``.
    """
    try:
        return SshPrivateKey.from_openssh(path.read_bytes())
    except OSError:
        raise SettingsError("key-unreadable", "/key", "Check the path of the key.") from None
    except KeysError as error:
        raise Wrapped.of(error) from None
