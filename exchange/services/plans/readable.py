"""What the PDF of an EHC plan is made from."""

from __future__ import annotations

from exchange.services.readable import Data, Sheet, in_words
from schemas.codes import code_set
from schemas.ehc import EhcPlan, EhcSectionName, EhcStatus

_STANDS = {
    EhcStatus.DRAFT: "Draft",
    EhcStatus.FINAL: "Final",
    EhcStatus.AMENDED: "Amended",
    EhcStatus.CEASED: "Ceased",
}


def plan_data(plan: EhcPlan, name: str, born: str, reference: str, sheet: Sheet) -> Data:
    """Return what the document ``ehc-plan`` is made from: the sections that the plan has.

    Each section is separately identified (SEND Regulations 2014, reg 12(1)).

    :param reference: of the case, where the plan has none of its own.
    """
    labels = {one.code: one.label for one in code_set("ehc-section")}
    texts = {one.section: one.text for one in plan.sections}
    return {
        **sheet.data(),
        "name": name,
        "born": born,
        "reference": plan.reference or reference,
        "status": _STANDS[plan.status],
        "issued": in_words(plan.issued),
        "names_school": plan.names_school.name if plan.names_school else None,
        "sections": [
            {"letter": one.value, "label": labels[one.value], "text": texts[one]}
            for one in EhcSectionName
            if texts.get(one)
        ],
    }
