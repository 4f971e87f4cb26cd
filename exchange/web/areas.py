"""The areas of the pages, in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from exchange.web import (
    agencies,
    arrivals,
    cases,
    casework,
    drafts,
    entry,
    front,
    head,
    imports,
    leavers,
    lives,
    node,
    organisation,
    outsiders,
    panel,
    plans,
    pupils,
    requests,
    reviews,
    safeguarding,
    transfers,
    tray,
)
from exchange.web.routes import View

AREAS: tuple[Callable[[], Mapping[str, View]], ...] = (
    front.views,
    drafts.views,
    entry.views,
    organisation.views,
    tray.views,
    head.views,
    node.views,
    safeguarding.views,
    imports.views,
    leavers.views,
    pupils.views,
    requests.views,
    transfers.views,
    outsiders.views,
    plans.views,
    casework.views,
    arrivals.views,
    reviews.views,
    agencies.views,
    cases.views,
    lives.views,
    panel.views,
)
"""Each returns its views by endpoint."""
