"""Routes are made from the table, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter

from exchange.web.reach import TABLE

View = Callable[..., Any]
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class _Id(BaseConverter):
    """A lower-case UUID; any other spelling is another, unknown path."""

    regex = _UUID
    part_isolating = True


class _Item(BaseConverter):
    """The id of an item: a UUID or hex digits."""

    regex = f"(?:{_UUID}|[0-9a-f]{{16,64}})"
    part_isolating = True


def prepare(app: Flask) -> None:
    """Make the app strict about paths."""
    app.url_map.converters["id"] = _Id
    app.url_map.converters["item"] = _Item
    app.url_map.strict_slashes = True
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False


def routes(app: Flask, views: Mapping[str, View]) -> None:
    """Register views under the paths and methods that the table gives them.

    :raises KeyError: an endpoint that has no row.
    """
    for endpoint, view in views.items():
        row = TABLE[endpoint]
        app.add_url_rule(
            row.path,
            endpoint,
            view,
            methods=list(row.methods),
            provide_automatic_options=False,
        )
