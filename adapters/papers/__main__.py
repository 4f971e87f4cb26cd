"""The working process: papers come in through a pipe, PDFs go out; it can write no file.

It ends with its standard input. What goes wrong with one paper is an answer; what brings the
process down is seen by who asked.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from adapters.inspection import pdf as pdf_limits
from adapters.papers import joining, preparing, setting, splitting, wire

_MEMORY = 4 * 1024**3

Answer = tuple[wire.Told, bytes] | tuple[wire.Told, bytes | memoryview]


def main() -> None:
    """Answer until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump of memory would hold documents
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    pdf_limits.set_limits()
    source, out = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    joiner = joining.Joiner()
    does: Mapping[str, Callable[[wire.Told, bytes], Answer]] = MappingProxyType(
        {
            "prepare": preparing.answer,
            "split": splitting.answer,
            "set": setting.answer,
            "add": joiner.add,
            "finish": joiner.finish,
        }
    )
    while (asked := wire.read(source)) is not None:
        told, body = asked
        del asked
        try:
            answer = does[str(told["do"])](told, body)
        except Exception:  # noqa: BLE001  (whatever it is: no answer but that, and no value)
            answer = {"failed": True}, b""
        wire.write(out, *answer)


if __name__ == "__main__":
    main()
