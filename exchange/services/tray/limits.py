"""How much the tray takes."""

from __future__ import annotations

from typing import Final

MOST_WAITING: Final = 5000
"""Uploads of one organisation that nobody has filed or thrown away."""

MOST_AT_ONCE: Final = 20
"""Files of one form."""

MOST_IN_FOLDER: Final = 2000
FOLDER_BYTES: Final = 8 * 1024 * 1024 * 1024

LONGEST_NAME: Final = 1000
"""Characters of a file's name or place in a folder, as people see it."""

ARCHIVE_BYTES: Final = 2 * 1024 * 1024 * 1024
"""Of a folder that comes as one ZIP."""
