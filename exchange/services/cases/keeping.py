"""Cases as items: written, read, changed with a line in the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from exchange.errors import NotFound, StoreError
from exchange.ports import Actor, Item, UnitOfWork
from exchange.services.arrival_card import card_id
from exchange.services.cases.codec import case_from, plain_case
from exchange.services.cases.model import KIND, Case, CaseState, Pack
from exchange.services.inside import Inside
from schemas.strict_json import JsonValue

_SETTLED = "kept"
LINK = "case-pack"
"""Kind of the items that say to which case a pack belongs: one of each pack, for good."""
REVIEW_LINK = "case-review"
"""Kind of the items that say to which case the report of a review belongs (services.reviews)."""


def case(unit: UnitOfWork, case_id: str) -> Case:
    """Return one case.

    :raises NotFound: ``case-unknown``.
    """
    try:
        return read_case(unit.items.get(KIND, case_id))
    except NotFound:
        raise NotFound("case-unknown") from None


def cases(unit: UnitOfWork, state: CaseState | None = None) -> Iterator[Case]:
    """Yield all cases, or those of a state, oldest first."""
    for item in unit.items.all(KIND, state.value if state else None):
        yield read_case(item)


def cases_about(unit: UnitOfWork, pupil_id: str) -> Sequence[Case]:
    """Return the cases of a pupil of ours, oldest first."""
    return [read_case(one) for one in unit.items.about(KIND, pupil_id)]


def case_of_pack(unit: UnitOfWork, sender: str, bundle_id: str) -> str | None:
    """Return the id of the case that a pack belongs to, or None."""
    try:
        return str(unit.items.get(LINK, card_id(sender, bundle_id)).clear["case"])
    except NotFound:
        return None


def add_case(unit: UnitOfWork, made: Case) -> None:
    """Keep a new case in the unit of work of the caller, who writes the book and commits.

    :raises Conflict: ``item-exists``.
    """
    unit.items.add(_item(made))


def put_case(inside: Inside, unit: UnitOfWork, changed: Case) -> Case:
    """Replace a case in the unit of work of the caller, who writes the book and commits.

    :raises NotFound: ``item-unknown``.
    :raises Conflict: ``item-changed``: somebody else changed it meanwhile.
    """
    now = inside.clock.now()
    stored = unit.items.update(_item(replace(changed, updated_at=now)))
    return replace(changed, updated_at=now, version=stored.version)


def link_pack(unit: UnitOfWork, case_id: str, pack: Pack, at: datetime) -> None:
    """Note to which case a pack belongs, in the caller's unit of work.

    :raises Conflict: ``item-exists``: it has one; look with :func:`case_of_pack`.
    """
    item_id = card_id(pack.sender, pack.bundle_id)
    state = "held" if pack.held else _SETTLED
    unit.items.add(Item(LINK, item_id, state, None, at, at, clear={"case": case_id}))


def is_settled(unit: UnitOfWork, sender: str, bundle_id: str) -> bool:
    """Return whether a pack belongs to a case and passed its checks."""
    try:
        return unit.items.get(LINK, card_id(sender, bundle_id)).state == _SETTLED
    except NotFound:
        return False


def settle_pack(unit: UnitOfWork, pack: Pack) -> None:
    """Note that a pack that was held passed its checks, in the caller's unit of work."""
    item = unit.items.get(LINK, card_id(pack.sender, pack.bundle_id))
    unit.items.update(replace(item, state=_SETTLED))


def relink_pack(unit: UnitOfWork, case_id: str, pack: Pack) -> None:
    """Let a pack belong to another case, in the caller's unit of work."""
    item = unit.items.get(LINK, card_id(pack.sender, pack.bundle_id))
    unit.items.update(replace(item, clear={"case": case_id}))


def relink_reviews(unit: UnitOfWork, gone_id: str, case_id: str) -> None:
    """Let the reviews of one case belong to another, in the caller's unit of work."""
    for item in unit.items.about(REVIEW_LINK, gone_id):
        unit.items.update(replace(item, clear={"case": case_id}, about=case_id))


def enter(
    unit: UnitOfWork, actor: Actor, action: str, case_id: str, detail: Mapping[str, str] | None
) -> None:
    """Write a line about a case into the book: codes, ids and days of our own work, no more."""
    unit.audit.record(actor, action, "case", case_id, detail=detail)


def read_case(item: Item) -> Case:
    """Return the case that an item holds.

    :raises StoreError: ``value-damaged``.
    """
    try:
        return case_from(item)
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", f"/{KIND}") from None


def _item(made: Case) -> Item:
    clear: dict[str, JsonValue] = {
        "source": made.source.value,
        "transfer": made.transfer_id,
        "school": made.school_org,
        "caseworker": made.caseworker,
        "packs": [[one.sender, one.bundle_id, one.held] for one in made.packs],
    }
    return Item(
        kind=KIND,
        item_id=made.case_id,
        state=made.state.value,
        content=plain_case(made),
        clear=clear,
        created_at=made.created_at,
        updated_at=made.updated_at,
        about=made.pupil_id,
        version=made.version,
    )
