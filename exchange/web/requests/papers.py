"""Choose the documents and records that go; what each comes to for this council is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.disclosure import is_cp
from exchange.domain.evidence import Age, age_of, months_between
from exchange.errors import ExchangeError
from exchange.ports import StoredDocument
from exchange.services.edit_record import version_of
from exchange.services.ehc_request.model import RequestFile
from exchange.services.ehc_request.preparing import TAKEN_ALONG
from exchange.services.ehc_request.told import RECORDS
from exchange.services.ehc_request.writing import choose_papers, outcomes
from exchange.web.here import actor, inside, org_id
from exchange.web.pupils.child import label_of
from exchange.web.pupils.desk import begin
from exchange.web.requests.choosing import form_with_boxes, legend
from exchange.web.requests.head import desk_of, today
from exchange.web.words import day


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the pupil, as the page lists it."""

    document: StoredDocument
    kind: str
    outcome: str
    old: bool
    months: int | None

    @property
    def text(self) -> str:
        """Return the words at its box."""
        told = [self.document.title or self.kind, self.kind]
        if self.document.authored:
            told.append(day(self.document.authored))
        words = ", ".join(dict.fromkeys(told))
        if self.outcome == "withheld":
            return f"{words} (stays here: it may not go to this council)"
        if self.outcome == "needs-decision":
            return f"{words} (needs a decision first)"
        if self.old and self.months is not None:
            return f"{words} ({self.months} months old)"
        return words


def papers(ehc: str) -> Any:
    """Show and save which documents and records go."""
    desk = desk_of(ehc)
    if desk.over:
        return redirect(url_for("requests.page", ehc=ehc))
    rows, slots, decided = _listed(desk.file)
    groups = {
        "documents": ("Documents", [(one.document.document_id, one.text) for one in rows]),
        "records": (
            "Records",
            [(one, RECORDS[one] + _note(decided.get(one, ""))) for one in slots],
        ),
    }
    values = {"documents": desk.file.documents, "records": desk.file.records}
    form = form_with_boxes(groups, values)
    conflict = None
    if request.method == "GET":
        begin(form, _version(desk.file))
    elif form.validate():
        if form["version"].data != _version(desk.file):
            conflict = "Somebody else changed the choice while you looked. Yours is below."
            form["version"].data = _version(desk.file)
        else:
            try:
                choose_papers(
                    inside(),
                    org_id(),
                    ehc,
                    form["documents"].data or (),
                    form["records"].data or (),
                    actor(),
                )
            except ExchangeError as error:
                form.refuse(error)
            else:
                flash("Saved")
                return redirect(url_for("requests.page", ehc=ehc))
    html = render_template(
        "requests/papers.html",
        **desk.shared(
            form=form,
            rows=rows,
            slots=slots,
            conflict=conflict,
            documents=legend("Which documents go?"),
            records=legend("Which records go?"),
            waiting=[one for one in rows if one.outcome == "needs-decision"],
        ),
    )
    return html, 409 if conflict else 422 if form.errors else 200


def _note(outcome: str) -> str:
    told = {
        "withheld": " (stays here: it may not go to this council)",
        "needs-decision": " (needs a decision first)",
    }
    return told.get(outcome, "")


def _version(file: RequestFile) -> str:
    return version_of({"documents": [*file.documents], "records": [*file.records]})


def _listed(file: RequestFile) -> tuple[list[Row], list[str], dict[str, str]]:
    now = today()
    with inside().store.reading(org_id()) as unit:
        decided = outcomes(inside(), unit, file)
        documents = unit.documents.of_pupil(file.pupil_id)
        slots = {one.slot for one in unit.records.of_pupil(file.pupil_id)}
    rows = [
        Row(
            one,
            label_of("document-type", one.type),
            decided.get(one.document_id, ""),
            age_of(one.type, one.authored, now) is Age.OLD,
            None if one.authored is None else months_between(one.authored, now),
        )
        for one in documents
        if not is_cp(one.type, now)
    ]
    return rows, [one for one in TAKEN_ALONG if one in slots], decided
