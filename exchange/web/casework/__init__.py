"""Cases for the council's own casework system: told first, then handed over by a button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template

from exchange.ports.export import Exports
from exchange.services.cases import case as case_of
from exchange.services.casework.folder import Folder, case_folder, sen2_folder
from exchange.services.casework.sen2_columns import TABLES
from exchange.web.forms import PageForm
from exchange.web.headers import as_document
from exchange.web.here import actor, inside, org_id, parts
from exchange.web.routes import View


def folder(case: str) -> Any:
    """Hand a case over as a folder."""
    with inside().store.reading(org_id()) as unit:
        held = case_of(unit, case)
        papers = unit.documents.of_pupil(held.pupil_id) if held.pupil_id else ()
        count = sum(one.compartment == "general" for one in papers)
    form = PageForm()
    if form.validate_on_submit():
        return _sent(case_folder(inside(), _exports().table, org_id(), case, actor()))
    return render_template("casework/folder.html", held=held, count=count, form=form)


def sen2() -> Any:
    """Hand over the SEN2 rows of all cases."""
    form = PageForm()
    if form.validate_on_submit():
        return _sent(sen2_folder(inside(), _exports().table, org_id(), actor()))
    return render_template("casework/sen2.html", tables=list(TABLES), form=form)


def _exports() -> Exports:
    found: Exports = parts().more["exports"]
    return found


def _sent(made: Folder) -> Response:
    answer = Response(made.blocks, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return as_document(answer)


def views() -> Mapping[str, View]:
    """Return the views by endpoint."""
    return {"casework.folder": folder, "casework.sen2": sen2}
