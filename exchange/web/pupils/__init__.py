"""Pages of one pupil: what is written of them, their documents, where they go, and sending."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.pupils import (
    decisions,
    destination,
    details,
    documents,
    items,
    overview,
    printing,
    records,
    sending,
    wishing,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "pupils.new": details.new,
        "pupils.page": overview.page,
        "pupils.history": overview.history,
        "pupils.edit": details.edit,
        "pupils.record": records.record,
        "pupils.part": items.part,
        "pupils.profile": records.profile,
        "pupils.profile_print": printing.profile_print,
        "pupils.profile_pdf": printing.profile_pdf,
        "pupils.plan_print": printing.plan_print,
        "pupils.plan_pdf": printing.plan_pdf,
        "pupils.document": documents.document,
        "pupils.document_file": documents.document_file,
        "pupils.document_move": documents.document_move,
        "pupils.mark": documents.mark_document,
        "pupils.decide": decisions.decide,
        "pupils.wishes": wishing.wishes,
        "pupils.destination": destination.destination,
        "pupils.destination_confirm": destination.destination_confirm,
        "pupils.preview": sending.preview,
        "pupils.send": sending.send,
        "pupils.ask_head": sending.ask_head,
    }
