"""What is kept of where a pupil goes, where that is no school that has joined or is registered."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.domain.destinations import Asked, Choice, asked_from_json, choice_from_json
from exchange.ports import UnitOfWork
from exchange.ports.items import Item

KIND = "destination"
CURRENT, REPLACED = "current", "replaced"


def choice_item(unit: UnitOfWork, pupil_id: str) -> Item | None:
    """Return a pupil's present choice as it is stored, or None."""
    return next((one for one in unit.items.about(KIND, pupil_id) if one.state == CURRENT), None)


def read_choice(item: Item) -> tuple[Choice, Asked | None]:
    """Return a choice, and who asked for the pack of a child who is educated at home."""
    asked = (item.content or {})["asked"]
    return choice_in(item), asked_from_json(asked) if isinstance(asked, Mapping) else None


def choice_in(item: Item) -> Choice:
    """Return the choice that an item holds."""
    choice = (item.content or {})["choice"]
    if not isinstance(choice, Mapping):
        raise TypeError
    return choice_from_json(choice)
