"""An edition of an EHC plan's record: with the sections that may go, and nothing of the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what reads documents starts without them
    from schemas.ehc import EhcPlan


def edition_of(plan: EhcPlan, letters: Collection[str], documents: Collection[str]) -> EhcPlan:
    """Return the plan with these sections and references to these documents alone.

    The school that section I names goes with section I. Where a section is left out, so is every
    field that this version does not understand: it could say what the section said.

    :param letters: sections that may go; ``documents``: ids of documents in the same pack.
    """
    from schemas.ehc import EhcSectionName  # here: most who import the rules have no plan

    kept = tuple(each for each in plan.sections if each.section.value in letters)
    whole = len(kept) == len(plan.sections)
    sections = tuple(
        replace(
            each,
            documents=tuple(one for one in each.documents if one in documents),
            unknown=each.unknown if whole else {},
        )
        for each in kept
    )
    return replace(
        plan,
        sections=sections,
        document=plan.document if plan.document in documents else None,
        names_school=plan.names_school if EhcSectionName.PLACEMENT.value in letters else None,
        unknown=plan.unknown if whole else {},
    )
