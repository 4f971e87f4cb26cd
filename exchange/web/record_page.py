"""Where a person goes on after something was filed to a child: whose page that is, by role."""

from __future__ import annotations

from flask import url_for

from exchange.services.cases import cases_about
from exchange.web.frame import may_go
from exchange.web.here import inside, org_id


def record_page(pupil_id: str) -> str:
    """Return the address of the child's page; for a caseworker, of the child's newest case."""
    if may_go("pupils.page"):
        return url_for("pupils.page", pupil=pupil_id)
    if may_go("cases.page"):
        with inside().store.reading(org_id()) as unit:
            held = cases_about(unit, pupil_id)
        if held:
            newest = max(held, key=lambda one: (one.reached, one.reached_at))
            return url_for("cases.page", case=newest.case_id, _anchor="documents")
    return url_for("tray.page")
