"""Reads containers named on the command line; run by test_zip_corpora under limits.

Prints a JSON line per file: its path and ``read`` or the error's code. Anything else that is
raised ends the process, which the test reports. Writes no file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from exchange.bundle.limits import Limits
from exchange.bundle.zipreader import ZipReader
from exchange.errors import ContainerError

LIMITS = Limits(members=100, member_size=1 << 20, total_size=4 << 20, container_size=4 << 20)


def verdict(path: Path) -> tuple[str, int]:
    """Return ``read`` or the code, and how many plain bytes were given out."""
    given = 0
    with path.open("rb") as stream:
        try:
            reader = ZipReader(stream, LIMITS, deflate=True)
            for entry in reader.entries:
                with reader.open(entry) as member:
                    while part := member.read(1 << 16):
                        given += len(part)
        except ContainerError as error:
            return error.code, given
    return "read", given


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        code, given = verdict(Path(argument))
        print(json.dumps([argument, code, given]), flush=True)
