"""What somebody typed and has not saved yet: kept sealed, for this account alone.

A draft is no state change: nothing is decided by it, nobody else sees it, and it ends by itself.
So it stands in no book; exchange.services.tidy removes what has ended. Child-protection pages
keep none (the caller sees to that): a draft lies in the general compartment.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from exchange.errors import Conflict, UsageError
from exchange.ports import Item
from exchange.services.inside import Inside

KIND = "draft"
LIFE = timedelta(days=14)
LARGEST = 256 * 1024
"""Characters of all values of one form."""
MOST_FIELDS = 2000
MOST_FORMS = 10
"""Forms of one page; their names come from browsers, and all of them are one sealed value."""

Fields = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed into one form of one page.

    :param at: when it was kept.
    """

    fields: Fields
    at: datetime


def lookup_of(account_id: str, page: str) -> str:
    """Return by what a draft is found: a hash, as an address may name a pupil's record."""
    return hashlib.sha256(f"senx draft\0{account_id}\0{page}".encode()).hexdigest()


def keep_draft(
    inside: Inside, org_id: str, account_id: str, page: str, form: str, fields: Fields
) -> None:
    """Keep what stands in a form; what was kept of it before is replaced.

    :param page: its path; ``form``: which form of the page.
    :raises UsageError: ``draft-too-large``.
    """
    if len(fields) > MOST_FIELDS or sum(len(n) + len(v) for n, v in fields) > LARGEST:
        raise UsageError("draft-too-large", "/draft", "Save the page; then go on.")
    for _ in range(3):  # two tabs of one person may save at the same moment
        try:
            _keep(inside, org_id, account_id, page, form, fields)
        except Conflict:
            continue
        return


def _keep(
    inside: Inside, org_id: str, account_id: str, page: str, form: str, fields: Fields
) -> None:
    now = inside.clock.now()
    with inside.store.unit(org_id) as unit:
        there = unit.items.find(KIND, lookup_of(account_id, page))
        forms = {**_forms(there), form: [list(pair) for pair in fields]}
        if len(forms) > MOST_FORMS:
            raise UsageError("draft-too-large", "/draft", "Save the page; then go on.")
        content: Any = {"forms": forms}
        if there is None:
            unit.items.add(
                Item(
                    KIND,
                    str(uuid.uuid4()),
                    "kept",
                    content,
                    created_at=now,
                    updated_at=now,
                    due_at=now + LIFE,
                    lookup=lookup_of(account_id, page),
                    about=account_id,
                ),
                quiet=True,
            )
        else:
            again = replace(there, content=content, updated_at=now, due_at=now + LIFE)
            unit.items.update(again, quiet=True)
        unit.commit()


def draft_of(inside: Inside, org_id: str, account_id: str, page: str, form: str) -> Draft | None:
    """Return what was kept of a form, or None."""
    return drafts_of(inside, org_id, account_id, page).get(form)


def drafts_of(inside: Inside, org_id: str, account_id: str, page: str) -> Mapping[str, Draft]:
    """Return what was kept of each form of a page."""
    with inside.store.reading(org_id) as unit:
        item = unit.items.find(KIND, lookup_of(account_id, page))
    if item is None or (item.due_at is not None and item.due_at <= inside.clock.now()):
        return {}
    return {
        form: Draft(tuple((str(name), str(value)) for name, value in fields), item.updated_at)
        for form, fields in _forms(item).items()
        if fields
    }


def forget_draft(inside: Inside, org_id: str, account_id: str, page: str) -> None:
    """Throw away what was kept of a page; nothing happens where there is nothing."""
    with inside.store.unit(org_id) as unit:
        item = unit.items.find(KIND, lookup_of(account_id, page))
        if item is not None:
            unit.items.remove(KIND, item.item_id, quiet=True)
            unit.commit()


def _forms(item: Item | None) -> Mapping[str, Any]:
    content: Any = (item.content if item else None) or {}
    forms = content.get("forms")
    return forms if isinstance(forms, Mapping) else {}
