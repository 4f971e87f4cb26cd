"""The pages of who runs this node: organisations, keys, health, book, post, settings.

None of them shows a pupil, or can: the services that they call give counts, dates and codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.node import machine, organisations, people
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "node.page": machine.page,
        "node.organisations": organisations.listed,
        "node.organisation": organisations.one,
        "node.people": people.people,
        "node.person": people.person,
        "node.keys": organisations.keys,
        "node.health": machine.health,
        "node.book": machine.book,
        "node.mail": machine.mail,
        "node.settings": machine.settings,
    }
