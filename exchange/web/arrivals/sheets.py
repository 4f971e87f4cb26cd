"""The class sheet of each group that a person may see: on the page, on paper, as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.errors import NotFound
from exchange.services.class_sheet import LOOKED_AFTER, Sheet, groups_for, sheet
from exchange.services.looked_after import InCare, children_in_care, paper_in_care
from exchange.services.sealed_document import SealedDocument
from exchange.web.arrivals.schools import name_of
from exchange.web.headers import as_document
from exchange.web.here import actor, inside, may, org_id, parts, roles_here, visitor
from exchange.web.serving import send_document
from exchange.web.words import day
from schemas.strict_json import JsonValue

_TEACHES = (Role.SENCO, Role.SEN_ADMINISTRATOR, Role.TEACHER)
"""Whose sheets are those of groups; a designated teacher's is that of looked-after children."""


def _sheets() -> list[tuple[str, Sheet]]:
    """Return the sheets with their groups' ids; one, where one was asked for.

    :raises NotFound: a group that is not there, or not for this person.
    """
    wanted = request.args.get("group", "")
    with inside().store.reading(org_id()) as unit:
        mine = groups_for(unit, visitor().account_id, roles_here())
        found = [(one.group_id, sheet(unit, one)) for one in mine if wanted in ("", one.group_id)]
    if wanted and not found:
        raise NotFound("item-unknown")
    return found


def page() -> Any:
    """Show the sheets."""
    found = _sheets()
    _booked([group for group, _ in found])
    return render_template(
        "arrivals/class_sheet.html",
        sheets=found,
        may_prepare=may(Role.SENCO, Role.SEN_ADMINISTRATOR),
        one=request.args.get("group", ""),
        in_care=_in_care() if may(Role.DESIGNATED_TEACHER) else [],
    )


def looked_after_file(pupil: str, document: str) -> Response:
    """Show a looked-after child's PEP or plan to the designated teacher; it is in the book."""
    with inside().store.unit(org_id()) as unit:
        found = paper_in_care(unit, pupil, document, london_day(inside().clock.now()))
        unit.audit.record(actor(), "document.opened", "document", document)
        unit.commit()
    opened = SealedDocument(inside(), org_id(), found.blob, found.file_name)
    return send_document(opened, found.media_type, found.size, kind=found.type)


def _in_care() -> list[InCare]:
    with inside().store.reading(org_id()) as unit:
        return children_in_care(unit, london_day(inside().clock.now()))


def pdf() -> Response:
    """Hand the sheets over as a PDF, made in memory."""
    found = _sheets()
    _booked([group for group, _ in found])
    data: dict[str, JsonValue] = {
        "school": name_of(org_id(), ""),
        "made": day(inside().clock.now()),
        "groups": [one.as_json() for _, one in found],
    }
    answer = Response(parts().renderer.render("class-sheet", data), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="class-sheet.pdf"'
    return as_document(answer)


def _booked(groups: Sequence[str]) -> None:
    """Put into the book what was looked at: each sheet in the role whose sheet it is."""
    in_care = [one for one in groups if one == LOOKED_AFTER]
    taught = len(groups) - len(in_care)
    with inside().store.unit(org_id()) as unit:
        for number, whose in ((taught, _TEACHES), (len(in_care), (Role.DESIGNATED_TEACHER,))):
            if number or (not groups and may(*whose)):
                unit.audit.record(
                    actor(*whose),
                    "class-sheet.viewed",
                    "class-sheet",
                    "all",
                    detail={"groups": str(number)},
                )
        unit.commit()
