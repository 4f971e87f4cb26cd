"""How much of a list is read."""

from __future__ import annotations

from typing import Final

from exchange.errors import FormatError

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file."""

MOST_UNPACKED: Final = 256 * 1024 * 1024
"""Of one workbook."""

MOST_RATIO: Final = 300
"""How many times its size a large part of a workbook may unpack to."""

MOST_ROWS: Final = 50_000
"""Of one table."""

MOST_COLUMNS: Final = 300
MOST_TABLES: Final = 20
LONGEST_CELL: Final = 8_000


def too_large() -> FormatError:
    """Return the refusal of a file beyond these limits."""
    hint = "Export fewer pupils, or fewer columns, at a time."
    return FormatError("list-too-large", "/file", hint)
