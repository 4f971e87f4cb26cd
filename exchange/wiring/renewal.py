"""A running node takes up keys that were made or rotated meanwhile by another process.

A vault is a view of the keyring as it was. A worker that kept an old one would have no keys of a
school that joined, and would reject as unreadable what is sealed to a key that is new.
"""

from __future__ import annotations

from exchange.errors import Wrapped
from exchange.settings import Home
from exchange.wiring.inner import Node, assemble
from keys.errors import KeysError

KeyStamp = frozenset[tuple[str, int, int]]


def key_stamp(home: Home) -> KeyStamp:
    """Return what changes whenever the keyring does: its files, their times and sizes.

    :raises OSError: the folder cannot be read.
    """
    found = set()
    for file in home.keyring.iterdir():
        if file.is_file() and not file.name.startswith("."):
            seen = file.stat()
            found.add((file.name, seen.st_mtime_ns, seen.st_size))
    return frozenset(found)


def renewed(node: Node) -> Node:
    """Return the node with the keys as they are now; the one before is not to be used any more.

    :raises Wrapped: the keyring can no longer be read.
    """
    try:
        vault = node.keyring.vault()
    except KeysError as error:
        raise Wrapped.of(error) from None
    node.engine.dispose()
    return assemble(node.home, node.settings, node.keyring, vault, node.inside.clock)
