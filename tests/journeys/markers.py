"""Markers planted in every text field, and what plants them.

A marker is twelve letters: a stem that all share, and four of its own that say where it was
planted. What seeks them seeks the stem in every disguise, which finds all of them in one pass, and
then reads the rest to say which it was.
"""

from __future__ import annotations

import itertools
import json
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

STEM = "Zqvxwkjy"
"""Eight letters that no word, key or code has; of a random byte string one in 10^19 has them."""


@dataclass
class Markers:
    """Gives out markers, and remembers where each was planted."""

    planted: dict[str, str] = field(default_factory=dict)
    _endings: Iterator[str] = field(
        default_factory=lambda: map("".join, itertools.product(string.ascii_lowercase, repeat=4))
    )

    def new(self, where: str) -> str:
        marker = STEM + next(self._endings)
        self.planted[marker] = where
        return marker

    def drop(self, marker: str) -> None:
        del self.planted[marker]

    def plant_json(self, record: dict[str, Any], loads: Callable[[bytes], object]) -> int:
        """Put a marker into each text of a record that may hold any text; return how many.

        What is no free text (a code, a date, a number) is refused by the schema itself and stays.
        """

        def stands() -> bool:
            try:
                loads(json.dumps(record).encode())
            except Exception:  # noqa: BLE001  (whatever the schema says: it is no free text)
                return False
            return True

        assert stands()
        count = 0
        for holder, key, path in list(_leaves(record, record["schema"])):
            before, marker = holder[key], self.new(path)
            for text in (f"{before} {marker}", marker):
                holder[key] = text
                if stands():
                    count += 1
                    break
            else:
                holder[key] = before
                self.drop(marker)
        return count

    def plant_xml(self, root: Any, reads: Callable[[bytes], bool]) -> int:
        """The same for each element below ``root``, and for its attributes."""

        def stands() -> bool:
            return reads(etree.tostring(root, xml_declaration=True, encoding="utf-8"))

        assert stands()
        count = 0
        for element in root.iter():
            if not isinstance(element.tag, str) or len(element):
                continue
            before, marker = element.text, self.new(str(element.tag))
            for text in (f"{before or ''} {marker}".strip(), marker):
                element.text = text
                if stands():
                    count += 1
                    break
            else:
                element.text = before
                self.drop(marker)
        return count


def _leaves(value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    for key, inner in items:
        if isinstance(inner, str) and key not in ("schema", "subject"):
            yield value, key, f"{path}/{key}"
        else:
            yield from _leaves(inner, f"{path}/{key}")


def full_ctf() -> Any:
    """Return every element of the layout, from the CTF tests, as a tree."""
    file = Path(__file__).parents[1] / "adapters" / "ctf_files" / "full.xml"
    return etree.fromstring(file.read_bytes())
