"""EHC plans: written and consulted about by a council; answered by a school."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.plans import asked, consulting, page, schools, writing
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views by endpoint."""
    return {
        "plans.page": page.plan_page,
        "plans.pdf": page.plan_pdf,
        "plans.section": writing.section,
        "plans.standing": writing.standing,
        "plans.schools": schools.schools,
        "plans.send": schools.send,
        "plans.by_hand": consulting.by_hand,
        "plans.consultation": consulting.one,
        "plans.asked": asked.board,
        "plans.answer": asked.answer_page,
    }
