"""Meetings and packs as they are kept: items, what names people or children sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from exchange.errors import StoreError
from exchange.ports import Item
from exchange.services.panel.model import (
    Advised,
    Line,
    Meeting,
    Member,
    OnAgenda,
    Outcome,
    PanelPack,
)
from schemas.strict_json import JsonValue

MEETING, PACK = "panel-meeting", "panel-pack"


def meeting_item(made: Meeting) -> Item:
    """Return the item that holds a meeting."""
    content: dict[str, JsonValue] = {
        "on": made.on.isoformat(),
        "access_days": made.access_days,
        "members": [
            [one.account_id, one.name, one.added.isoformat(), _iso(one.removed)]
            for one in made.members
        ],
        "agenda": [[one.case_id, _advised(one.advised)] for one in made.agenda],
        "circulated": _iso(made.circulated),
    }
    state = "cancelled" if made.cancelled else "circulated" if made.circulated else "planned"
    return Item(
        MEETING,
        made.meeting_id,
        state,
        content,
        made.created_at,
        made.updated_at,
        version=made.version,
    )


def read_meeting(item: Item) -> Meeting:
    """Return the meeting that an item holds.

    :raises StoreError: ``value-damaged``.
    """
    told: Any = item.content
    try:
        return Meeting(
            meeting_id=item.item_id,
            on=date.fromisoformat(told["on"]),
            access_days=told["access_days"],
            members=tuple(
                Member(account, name, datetime.fromisoformat(added), _instant(removed))
                for account, name, added, removed in told["members"]
            ),
            agenda=tuple(
                OnAgenda(case_id, _read_advised(advised)) for case_id, advised in told["agenda"]
            ),
            created_at=item.created_at,
            updated_at=item.updated_at,
            circulated=_instant(told["circulated"]),
            cancelled=item.state == "cancelled",
            version=item.version,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{MEETING}") from None


def pack_item(made: PanelPack) -> Item:
    """Return the item that holds a pack; it is due while it is to be made."""
    content: dict[str, JsonValue] = {
        "documents": list(made.documents),
        "question": made.question,
        "note": made.note,
        "ordered_by": made.ordered_by,
        "left_out": list(made.left_out),
        "told_of": list(made.told_of),
        "lines": [
            [one.document_id, one.number, one.title, one.first_page, one.pages, one.how, one.why]
            for one in made.lines
        ],
    }
    clear: dict[str, JsonValue] = {
        "case": made.case_id,
        "blob": made.blob,
        "size": made.size,
        "pages": made.pages,
        "code": made.code,
        "attempts": made.attempts,
    }
    return Item(
        PACK,
        made.pack_id,
        made.state,
        content,
        made.ordered_at,
        made.updated_at,
        clear=clear,
        due_at=made.updated_at if made.state == "waiting" else None,
        about=made.case_id,
        version=made.version,
    )


def read_pack(item: Item) -> PanelPack:
    """Return the pack that an item holds.

    :raises StoreError: ``value-damaged``.
    """
    told: Any = item.content
    clear: Any = item.clear
    try:
        return PanelPack(
            pack_id=item.item_id,
            case_id=clear["case"],
            state=item.state,
            documents=tuple(told["documents"]),
            question=told["question"],
            note=told["note"],
            ordered_by=told["ordered_by"],
            ordered_at=item.created_at,
            updated_at=item.updated_at,
            left_out=tuple(told["left_out"]),
            told_of=tuple(told.get("told_of", ())),  # packs made before it was kept have none
            lines=tuple(Line(*one) for one in told["lines"]),
            blob=clear["blob"],
            size=clear["size"],
            pages=clear["pages"],
            code=clear["code"],
            attempts=clear["attempts"],
            version=item.version,
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{PACK}") from None


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _advised(one: Advised | None) -> JsonValue:
    if one is None:
        return None
    return {
        "outcome": one.outcome.value,
        "what": one.what,
        "on": one.on.isoformat(),
        "reasons": one.reasons,
        "conditions": one.conditions,
        "present": list(one.present),
        "by": one.by,
        "at": one.at.isoformat(),
    }


def _read_advised(told: Any) -> Advised | None:
    if told is None:
        return None
    return Advised(
        Outcome(told["outcome"]),
        told["what"],
        date.fromisoformat(told["on"]),
        told["reasons"],
        told["conditions"],
        tuple(told["present"]),
        told["by"],
        datetime.fromisoformat(told["at"]),
    )
