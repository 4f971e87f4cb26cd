"""The tray: documents that people add, and the leavers' folder."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.routes import View
from exchange.web.tray import adding, child, document, folder, twins


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "tray.page": adding.page,
        "tray.upload": adding.upload,
        "tray.put": adding.put,
        "tray.state": adding.state,
        "tray.file": document.file,
        "tray.content": document.content,
        "tray.clean": document.clean,
        "tray.remove": document.remove,
        "tray.folder": folder.folder,
        "tray.plan": folder.plan,
        "tray.batch": folder.batch,
        "tray.batch_done": folder.done,
        "tray.batch_child": child.child,
        "tray.twins": twins.twins,
    }
