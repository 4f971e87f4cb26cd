"""One thing that a file says otherwise than our records, and the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas.strict_json import JsonValue

Object = dict[str, Any]

BEFORE = frozenset(
    {"pupil/names/former_surname", "pupil/names/former_forename", "pupil/former_upns"}
)
"""Names and numbers of before: they may join a child's new identity with the old one."""

_ENDS = frozenset(
    {"sen-register/needs/ends", "sen-register/provision_history/ends", "pupil/free_meals/ends"}
)
"""Last days: they end what goes on here."""


class Thing(NamedTuple):
    """A thing of a list.

    :ivar name: what people know it by.
    :ivar at: its place in our list; None where we do not have it.
    """

    name: tuple[str, ...]
    at: int | None = None


Step = str | Thing
"""The name of a field, or a thing of the list before it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that a file says otherwise.

    :param slot: the record: ``pupil``, ``sen-register`` ...
    :param steps: the way to it.
    :param ours: None where we have nothing.
    :param asked: whether it would contradict what stands beside it, though we have nothing there.
    :param brings: what stands or falls with it.
    """

    slot: str
    steps: tuple[Step, ...]
    ours: JsonValue
    theirs: JsonValue
    asked: bool = False
    brings: tuple[Difference, ...] = ()

    @property
    def adds(self) -> bool:
        """Return whether it takes nothing away, and tells nothing that somebody may be hiding."""
        return self.ours is None and not self.asked and self.field not in BEFORE | _ENDS

    @property
    def field(self) -> str:
        """Return its path without what names things: ``sen-register/needs/rank``."""
        return "/".join((self.slot, *(one for one in self.steps if isinstance(one, str))))
