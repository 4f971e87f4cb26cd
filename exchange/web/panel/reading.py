"""A pack in the browser: its index beside it, the pack itself under a sandbox."""

from __future__ import annotations

from flask import Response, render_template, request

from exchange.errors import Conflict
from exchange.services.panel.reading import look, plain
from exchange.web.here import inside, org_id
from exchange.web.panel.looking import is_caseworker, reader
from exchange.web.serving import send_document

_PDF = "application/pdf"


def read(pack: str) -> tuple[str, int]:
    """Show a pack; one in which something was marked since is shown to nobody."""
    try:
        made, held = look(inside(), org_id(), pack, reader(), "index")
    except Conflict:
        return render_template("panel/changed.html", caseworker=is_caseworker()), 409
    html = render_template("panel/read.html", made=made, held=held, caseworker=is_caseworker())
    return html, 200


def file(pack: str) -> Response:
    """Hand a pack over: to be looked at, or kept where the person asked for that.

    :raises NotFound: ``pack-unknown``.
    :raises Conflict: ``papers-changed``.
    """
    keep = request.args.get("keep") == "1"
    made, _ = look(inside(), org_id(), pack, reader(), "download" if keep else "read")
    source = plain(inside(), org_id(), made)
    return send_document(source, _PDF, made.size, kind="panel-pack", keep=keep)
