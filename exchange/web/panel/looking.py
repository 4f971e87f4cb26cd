"""Who looks at the panel's pages, and what the packs of a list of cases are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.domain.access import Role
from exchange.ports import UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.panel.model import Advised, Meeting, PanelPack
from exchange.services.panel.ordering import current_pack, no_longer_fits, packs_of
from exchange.services.panel.reading import Reader
from exchange.web.here import actor, inside, role, visitor


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a meeting.

    :param state: of its pack: ``ready``, ``waiting``, ``changed``: to be made again, ``missing``.
    """

    held: Case
    pack: PanelPack | None
    state: str
    advised: Advised | None


def is_caseworker() -> bool:
    """Return whether whoever looks works the cases."""
    return role() is Role.LA_CASEWORKER


def reader() -> Reader:
    """Return who looks, as the service asks for it."""
    return Reader(visitor().account_id, actor(), is_caseworker())


def question_of(held: Case) -> str:
    """Return what is to be decided of a case: ``assess``, also again after a no, then ``plan``."""
    assess = held.decided("assess")
    return "plan" if assess is not None and assess.yes else "assess"


def rows(unit: UnitOfWork, meeting: Meeting) -> Sequence[Row]:
    """Return the cases of a meeting with their packs."""
    found = []
    for one in meeting.agenda:
        made = current_pack(unit, one.case_id)
        found.append(
            Row(case(unit, one.case_id), made, _state(unit, one.case_id, made), one.advised)
        )
    return found


def _state(unit: UnitOfWork, case_id: str, made: PanelPack | None) -> str:
    if made is not None:
        return "changed" if no_longer_fits(inside(), unit, made) else "ready"
    return "waiting" if any(one.is_coming for one in packs_of(unit, case_id)) else "missing"
