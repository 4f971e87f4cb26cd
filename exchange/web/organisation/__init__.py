"""The people of an organisation: who may sign in, in which role, and until when."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.organisation import people, person
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "organisation.people": people.people,
        "organisation.invite": people.invite,
        "organisation.person": person.person,
        "organisation.roles": person.roles,
        "organisation.second_factor": person.second_factor,
        "organisation.cover": person.cover,
    }
