"""Files for the school's own systems: made in memory, downloaded, kept nowhere."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, cast

from flask import Response, flash, redirect, request, url_for

from exchange.errors import NotFound, UsageError
from exchange.ports.export import TRANSFER_VERSIONS, Exports
from exchange.services.export_pupils import ExportFile, export_ctf, export_table, export_workbook
from exchange.web.here import actor, inside, org_id, parts

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def ctf() -> Any:
    """Hand accepted pupils over as a Common Transfer File of the version that was chosen."""
    typed = request.form.get("version", str(TRANSFER_VERSIONS[0]))
    version = int(typed) if re.fullmatch("[0-9]{1,2}", typed) else 0
    return _handed(partial(export_ctf, version=version))


def csv() -> Any:
    """Hand accepted pupils over as a table."""
    return _handed(export_table)


def xlsx() -> Any:
    """Hand accepted pupils over as a workbook."""
    return _handed(export_workbook)


def _handed(make: Any) -> Any:
    ticked = request.form.getlist("pack")
    chosen = {one for one in ticked if _UUID.fullmatch(one)}
    if ticked and not chosen:  # to export all is another wish
        raise NotFound("arrival-unknown", "/pack")
    exports = cast(Exports, parts().more["exports"])
    try:
        made: ExportFile = make(inside(), exports, org_id(), chosen, actor())
    except UsageError as error:
        flash(error.hint)
        return redirect(url_for("arrivals.board"))
    answer = Response(made.content, mimetype=made.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer
