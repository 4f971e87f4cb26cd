"""The delivery face: how packs from partners reach this node over HTTPS."""

from exchange.faces.delivery.app import create_app
from exchange.faces.delivery.gate import Caller, KeyLookup

__all__ = ["Caller", "KeyLookup", "create_app"]
