"""Who reaches what: the one table of routes.

Each row names a page, its path and methods, the roles that may use it, whose rows it shows, and
the most that it shows of documents. Routes are registered from here and nowhere else, so that a
page without a row cannot exist; a test walks every row with every kind of visitor.
"""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reach import (
    agencies,
    cases,
    front,
    guarding,
    imports,
    lives,
    outsiders,
    panel,
    plans,
    receiving,
    requests,
    reviews,
    sending,
)
from exchange.web.reach.rows import Row, Shows, Whose

__all__ = ["TABLE", "Row", "Shows", "Whose"]

TABLE: Mapping[str, Row] = {
    **front.ROWS,
    **sending.ROWS,
    **receiving.ROWS,
    **outsiders.ROWS,
    **guarding.ROWS,
    **agencies.ROWS,
    **requests.ROWS,
    **cases.ROWS,
    **plans.ROWS,
    **panel.ROWS,
    **reviews.ROWS,
    **imports.ROWS,
    **lives.ROWS,
}
"""endpoint -> row. ``<id:...>`` is a UUID, ``<item:...>`` the id of an item."""
