"""A case as the values that are stored of it, and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from exchange.ports import Item
from exchange.services.arrival_card import who_plain, who_read
from exchange.services.cases.again import plain_reassessment, read_reassessment
from exchange.services.cases.model import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Note,
    Pack,
    Placing,
    Source,
    Sufficiency,
    Word,
)
from schemas.strict_json import JsonValue


def plain_case(made: Case) -> dict[str, JsonValue]:
    """Return what is sealed of a case."""
    return {
        "reference": made.reference,
        "reached": made.reached.isoformat(),
        "reached_at": made.reached_at.isoformat(),
        "pack_days": [one.reached.isoformat() for one in made.packs],
        "pupil": made.pupil_id,
        "school_name": made.school_name,
        "who": who_plain(made.who) if made.who else None,
        "name": made.name,
        "nc_year": made.nc_year,
        "caseworker_name": made.caseworker_name,
        "told_held": made.told_held.isoformat() if made.told_held else None,
        "withdrawn": made.withdrawn.isoformat() if made.withdrawn else None,
        "events": {one: on.isoformat() for one, on in sorted(made.events.items())},
        "exceptions": [_exception(one) for one in made.exceptions],
        "decisions": [_decision(one) for one in made.decisions],
        "sufficiency": [_sufficiency(one) for one in made.sufficiency],
        "notes": [{"text": one.text, "by": one.by, "at": one.at.isoformat()} for one in made.notes],
        "apart": list(made.pupil_apart),
        "placing": _placing(made.placing),
        "advice_had": {one: on.isoformat() for one, on in sorted(made.advice_had.items())},
        "is_none": made.is_none,
        "reassessments": [plain_reassessment(one) for one in made.reassessments],
    }


def _placing(one: Placing | None) -> JsonValue:
    return None if one is None else {"pupil": one.pupil_id, "at": one.at.isoformat()}


def _exception(one: ClockException) -> dict[str, JsonValue]:
    return {
        "clock": one.clock,
        "ground": one.ground,
        "reason": one.reason,
        "evidence": one.evidence,
        "by": one.by,
        "on": one.on.isoformat(),
        "body": one.body,
    }


def _decision(one: Decision) -> dict[str, JsonValue]:
    return {
        "what": one.what,
        "yes": one.yes,
        "decided": one.decided.isoformat(),
        "reasons": one.reasons,
        "told": one.told.isoformat() if one.told else None,
        "by": one.by,
        "panel": one.panel,
        "message": one.message_id,
    }


def _sufficiency(one: Sufficiency) -> dict[str, JsonValue]:
    return {
        "advice": one.advice,
        "title": one.title,
        "document": one.document_id,
        "provider": _word(one.provider),
        "authority": _word(one.authority),
        "parent": _word(one.parent),
    }


def _word(one: Word | None) -> JsonValue:
    if one is None:
        return None
    return {"yes": one.yes, "who": one.who, "on": one.on.isoformat(), "by": one.noted_by}


def case_from(item: Item) -> Case:
    """Return a case as it was stored.

    :raises KeyError, TypeError, ValueError: it is damaged.
    """
    told: Any = item.content
    clear: Any = item.clear
    return Case(
        case_id=item.item_id,
        state=CaseState(item.state),
        source=Source(clear["source"]),
        created_at=item.created_at,
        updated_at=item.updated_at,
        transfer_id=clear["transfer"],
        school_org=clear["school"],
        caseworker=clear["caseworker"],
        packs=_read_packs(clear["packs"], told["pack_days"]),
        version=item.version,
        **_read_facts(told),
        **_read_history(told),
    )


def _read_facts(told: Any) -> dict[str, Any]:
    """Return whose case it is, and from which day it counts."""
    return {
        "reference": told["reference"],
        "reached": date.fromisoformat(told["reached"]),
        "reached_at": datetime.fromisoformat(told["reached_at"]),
        "pupil_id": told["pupil"],
        "school_name": told["school_name"],
        "who": who_read(told["who"]) if told["who"] else None,
        "name": told["name"],
        "nc_year": told["nc_year"],
        "caseworker_name": told["caseworker_name"],
        "pupil_apart": tuple(told["apart"]),
        "placing": _read_placing(told.get("placing")),
        "is_none": told.get("is_none", False),
    }


def _read_history(told: Any) -> dict[str, Any]:
    """Return what happened, and what was decided and written."""
    notes = told["notes"]
    return {
        "told_held": datetime.fromisoformat(told["told_held"]) if told["told_held"] else None,
        "withdrawn": date.fromisoformat(told["withdrawn"]) if told["withdrawn"] else None,
        "events": _read_days(told["events"]),
        "exceptions": tuple(_read_exception(one) for one in told["exceptions"]),
        "decisions": tuple(_read_decision(one) for one in told["decisions"]),
        "sufficiency": tuple(_read_sufficiency(one) for one in told["sufficiency"]),
        "notes": tuple(
            Note(one["text"], one["by"], datetime.fromisoformat(one["at"])) for one in notes
        ),
        "advice_had": _read_days(told.get("advice_had", {})),
        "reassessments": tuple(read_reassessment(one) for one in told.get("reassessments", ())),
    }


def _read_packs(listed: Any, days: Any) -> tuple[Pack, ...]:
    return tuple(
        Pack(sender, bundle, date.fromisoformat(day), held)
        for (sender, bundle, held), day in zip(listed, days, strict=True)
    )


def _read_days(told: Any) -> dict[str, date]:
    return {one: date.fromisoformat(on) for one, on in told.items()}


def _read_exception(told: Any) -> ClockException:
    return ClockException(
        clock=told["clock"],
        ground=told["ground"],
        reason=told["reason"],
        evidence=told["evidence"],
        by=told["by"],
        on=date.fromisoformat(told["on"]),
        body=told["body"],
    )


def _read_decision(told: Any) -> Decision:
    return Decision(
        what=told["what"],
        yes=told["yes"],
        decided=date.fromisoformat(told["decided"]),
        reasons=told["reasons"],
        told=date.fromisoformat(told["told"]) if told["told"] else None,
        by=told["by"],
        panel=told["panel"],
        message_id=told["message"],
    )


def _read_sufficiency(told: Any) -> Sufficiency:
    return Sufficiency(
        advice=told["advice"],
        title=told["title"],
        document_id=told["document"],
        provider=_read_word(told["provider"]),
        authority=_read_word(told["authority"]),
        parent=_read_word(told["parent"]),
    )


def _read_word(told: Any) -> Word | None:
    if told is None:
        return None
    return Word(told["yes"], told["who"], date.fromisoformat(told["on"]), told["by"])


def _read_placing(told: Any) -> Placing | None:
    return None if told is None else Placing(told["pupil"], datetime.fromisoformat(told["at"]))
