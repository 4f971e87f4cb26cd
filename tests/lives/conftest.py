"""The town in which the lives are lived."""

from tests.exchange.conftest import changing_town, town, town_keys

__all__ = ["changing_town", "town", "town_keys"]
