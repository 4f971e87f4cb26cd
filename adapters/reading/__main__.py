"""The reading process: documents come in through a pipe, texts go out; it can write no file.

One request: which kind and how many bytes (``REQUEST``), then the bytes. One answer: how many
bytes (``ANSWER``), then JSON. It ends with its standard input.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import BinaryIO

from adapters.inspection import pdf as pdf_limits
from adapters.reading import office, pdf, rtf
from adapters.reading.collected import Collected
from adapters.reading.wire import ANSWER, KINDS, REQUEST, encoded
from exchange.ports.texts import ReadText

_MEMORY = 3 * 1024**3


def read_plain(content: bytes, into: Collected) -> None:
    """Collect plain text."""
    into.add(content.decode("utf-8-sig"))


READERS: Mapping[str, Callable[[bytes, Collected], None]] = MappingProxyType(
    {
        "application/pdf": pdf.read,
        "application/rtf": rtf.read,
        "text/plain": read_plain,
        **{kind: office.read for kind in KINDS if "officedocument" in kind or "opendoc" in kind},
    }
)
"""Media type -> what reads it."""


def read(content: bytes, media_type: str) -> ReadText:
    """Return what a document says; what cannot be read is not whole."""
    into = Collected()
    try:
        READERS[media_type](content, into)
    except Exception:  # noqa: BLE001  (whatever it is: as much as was read, and not whole)
        into.whole = False
    return into.read()


def main() -> None:
    """Answer until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump of memory would hold documents
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    pdf_limits.set_limits()
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    while head := _exactly(source, REQUEST.size):
        kind, size = REQUEST.unpack(head)
        answer = encoded(read(_exactly(source, size), KINDS[kind]))
        out.write(ANSWER.pack(len(answer)) + answer)
        out.flush()


def _exactly(source: BinaryIO, size: int) -> bytes:
    content = source.read(size)
    if len(content) not in (0, size):
        raise SystemExit(1)
    return content


if __name__ == "__main__":
    main()
