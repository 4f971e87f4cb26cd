"""What who runs a node is told of keys, machine and settings (exchange.services.node_state)."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from exchange.errors import ExchangeError
from exchange.services.node_state import Key, Machine
from exchange.wiring.inner import Node
from exchange.wiring.rotating import states

_SECRET = frozenset({"node_key", "mail_password", "mail_password_file", "providers", "sign_in"})
"""Settings that are shown as set or not set, and no more."""
_PATIENCE = 2.0


class NodeEngineRoom:
    """exchange.services.node_state.EngineRoom of an open node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def keys(self, org_id: str) -> Sequence[Key]:
        """Return every public key of an organisation, as its own entry has it."""
        return [
            Key(one.use, one.kind, one.key_id, one.standing, one.since, one.until)
            for one in states(self._node, org_id)
        ]

    def machine(self) -> Machine:
        """Return how the machine stands now."""
        node = self._node
        room = shutil.disk_usage(node.home.root)
        directory, version, issued, expires = "ok", 0, None, None
        try:
            found = node.directory()
            version, issued, expires = found.version, found.issued, found.expires
            directory = found.warning(node.inside.clock.now()) or "ok"
        except ExchangeError as error:
            directory = error.code
        return Machine(
            worker_runs=_is_locked(node.home.root / "worker.lock"),
            free=room.free,
            size=room.total,
            scanner=_scanner(node.home.scanner_socket(node.settings)),
            directory=directory,
            directory_version=version,
            directory_issued=issued,
            directory_expires=expires,
        )

    def settings(self) -> Sequence[tuple[str, str]]:
        """Return the settings as shown to who runs the node; no secret is among them."""
        told = self._node.settings
        return [(one.name, _shown(one.name, getattr(told, one.name))) for one in fields(told)]


def _shown(name: str, value: object) -> str:
    secret = name in _SECRET or any(word in name for word in ("password", "secret", "key_file"))
    if secret:
        return "set" if value else "not set"
    if isinstance(value, str | int | float | bool):
        return str(value)
    try:
        return f"{len(value)} set"  # type: ignore[arg-type]
    except TypeError:
        return "set" if value else "not set"


def _is_locked(path: Path) -> bool:
    """Return whether another process holds the lock: the worker does for as long as it lives."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _scanner(path: Path | None) -> str:
    if path is None:
        return "none"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(path))
            connection.sendall(b"zPING\0")
            return "answers" if connection.recv(16).startswith(b"PONG") else "silent"
    except OSError:
        return "silent"
