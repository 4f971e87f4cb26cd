"""What somebody else filed meanwhile, or a second click: the document that it became."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from exchange.errors import NotFound
from exchange.services.tray.upload import Stage, get_upload
from exchange.web.frame import may_go
from exchange.web.here import inside, org_id
from exchange.web.record_page import record_page


def filed_already(upload_id: str) -> Response:
    """Go on to the document that an upload became.

    :raises NotFound: it became none, or one of the DSL's; or the document is gone.
    """
    with inside().store.reading(org_id()) as unit:
        found = get_upload(unit, upload_id)
        if found.stage is not Stage.FILED or not found.filed_as:
            raise NotFound("item-unknown")
        document = unit.documents.get(found.filed_as)
    if "cp" in (found.compartment, document.compartment):
        raise NotFound("item-unknown")
    flash("It was filed already.")
    if may_go("pupils.document"):
        pupil_id = document.pupil_id
        where = url_for("pupils.document", pupil=pupil_id, document=document.document_id)
        return redirect(where, 303)
    return redirect(record_page(document.pupil_id), 303)
