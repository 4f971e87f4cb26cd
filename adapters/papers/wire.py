"""What goes through the pipes between who asks for a pack and the processes that make it."""

from __future__ import annotations

import json
import struct
from typing import IO, Any, Final, TypeAlias

HEAD: Final = struct.Struct("!QQ")
"""How many bytes of JSON follow, and how many of a document after them."""

Told: TypeAlias = dict[str, Any]
"""What stands beside a document: JSON between our own processes."""


def write(to: IO[bytes], told: Told, body: bytes | memoryview = b"") -> None:
    """Write one frame.

    :raises OSError: the other end is gone.
    """
    head = json.dumps(told, ensure_ascii=True).encode("ascii")
    to.write(HEAD.pack(len(head), len(body)) + head)
    to.write(body)
    to.flush()


def read(source: IO[bytes]) -> tuple[Told, bytes] | None:
    """Return the next frame, or None: the other end is gone."""
    head = source.read(HEAD.size)
    if len(head) != HEAD.size:
        return None
    sizes = HEAD.unpack(head)
    told, body = source.read(sizes[0]), source.read(sizes[1])
    if (len(told), len(body)) != sizes:
        return None
    try:
        found: Told = json.loads(told)
    except ValueError:
        return None
    return found, body
