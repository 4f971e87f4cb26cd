"""What a pack says otherwise than our own records, which stayed: shown, and taken on wish."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.services.imports.saying import RECORD_NAMES, Said, said
from exchange.services.keep_pupil import slot_of
from exchange.services.loaded_records import contested, left_of
from exchange.services.summarise_pack import PackPage
from exchange.services.weigh import type_of_record
from exchange.web.here import inside, org_id, sees
from exchange.web.words import plain
from schemas.base import SubjectRecord
from schemas.pupil import Pupil


@dataclass(frozen=True, slots=True)
class Beside:
    """One record of a pack of which something stayed as it is here.

    :param lines: both, side by side; none of a whole text, which is read in both places.
    """

    slot: str
    name: str
    lines: tuple[Said, ...]


def beside(page: PackPage) -> list[Beside]:
    """Return what stayed ours when a pack was loaded, as far as the role may see it."""
    with inside().store.reading(org_id()) as unit:
        pupil_id, left = left_of(unit, page.arrival.bundle_id)
        if not left or page.pupil is None:
            return []
        records = [
            one
            for one in page.records
            if isinstance(one, SubjectRecord) and not isinstance(one, Pupil) and _sees(one)
        ]
        found = contested(unit, pupil_id, page.pupil, records)
    seen = {"pupil", *(slot_of(one) for one in records)}
    return [
        Beside(slot, _name(slot), tuple(said(one) for one in found if one.slot == slot))
        for slot in left
        if slot in seen
    ]


def _sees(record: SubjectRecord) -> bool:
    return sees(type_of_record(slot_of(record), record))


def _name(slot: str) -> str:
    if slot == "pupil":
        return "Name, birthday and contact details"
    return RECORD_NAMES.get(slot) or plain(slot)
