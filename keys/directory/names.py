"""Organisations by the words of their names, for a person who knows a name and no number."""

from __future__ import annotations

import re
from collections.abc import Mapping

from keys.directory.codec import entry_fields
from keys.directory.entry import SignedEntry
from keys.errors import DirectoryError

LEAST_LETTERS = 3
"""Fewer would list half the directory."""
_WORD = re.compile(r"[^\W_]+")


class Names:
    """The names of a directory's rows, as they are compared; nothing is verified here."""

    def __init__(self, rows: Mapping[str, SignedEntry]) -> None:
        self._names = {org_id: _name_of(row) for org_id, row in rows.items()}

    def ids(self, typed: str) -> list[str]:
        """Return ids of those in whose names each word begins a word, by name."""
        wanted = _words(typed)
        if sum(map(len, wanted)) < LEAST_LETTERS:
            return []
        found = [one for one, name in self._names.items() if _fits(wanted, name)]
        return sorted(found, key=lambda one: (self._names[one], one))


def _name_of(row: SignedEntry) -> list[str]:
    try:
        return _words(entry_fields(row.entry).text("name"))
    except DirectoryError:
        return []  # a bad entry spoils only itself


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("'", "").replace("\u2019", ""))


def _fits(wanted: list[str], name: list[str]) -> bool:
    return all(any(one.startswith(each) for one in name) for each in wanted)
