"""The one sealed value of a row: what is in it, for which row, and how older ones are read.

The inside is strict JSON, bytes as base64. The seal authenticates table, organisation, row id
and version, so that a value moved to another row, table or organisation does not open. What it
does not show is a row's own earlier value put back.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from exchange.errors import StoreError, Wrapped
from keys.errors import KeysError
from keys.interfaces import Compartment
from schemas import strict_json
from schemas.errors import SchemaError

Inside = dict[str, Any]
Upgrade = Callable[[Inside], Inside]

VERSION = 2
"""Version of the inside of sealed values that is written now."""


def _with(name: str, empty: Callable[[], Any]) -> Upgrade:
    return lambda inside: {**inside, name: empty()}


UPGRADES: Mapping[tuple[str, int], Upgrade] = MappingProxyType(
    {
        ("documents", 1): _with("said", dict),
        ("pupils", 1): _with("said", dict),
        ("transfers", 1): _with("disclosed", list),
    }
)
"""``(table, version) -> step to version + 1``; a version without a step is as the next one."""

GENERAL = "general"
_LARGEST = 64 * 1024 * 1024


class Compartments(Protocol):
    """The part of keys.interfaces.Vault that the store needs."""

    def compartment(self, org_id: str, name: str) -> Compartment:
        """Return a compartment of an organisation's keys.

        :raises keys.errors.KeyringError: ``compartment-locked``.
        """


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals and opens the values of one organisation's rows.

    :param vault: None in processes without keys; these raise ``sealed-here`` for sealed values.
    """

    org_id: str
    vault: Compartments | None
    version: int = VERSION
    upgrades: Mapping[tuple[str, int], Upgrade] = field(default_factory=lambda: UPGRADES)

    def seal(
        self, table: str, row_id: str, inside: Inside, compartment: str = GENERAL
    ) -> dict[str, Any]:
        """Return the columns ``compartment``, ``sealed_key``, ``sealed_version``, ``sealed``.

        :raises StoreError: ``sealed-here``: this process has no keys.
        :raises Wrapped: ``compartment-locked``.
        """
        keys = self._keys(compartment)
        try:
            plain = strict_json.dumps(inside)
            sealed = keys.seal_value(plain, self._context(table, row_id, self.version))
        except (KeysError, SchemaError) as error:
            raise Wrapped.of(error, f"/{table}") from None
        return {
            "compartment": compartment,
            "sealed_key": keys.key_id,
            "sealed_version": self.version,
            "sealed": sealed,
        }

    def open(self, table: str, row_id: str, row: Mapping[str, Any]) -> Inside:
        """Return what is in a row's sealed value, in the present version.

        :raises StoreError: ``sealed-here``; ``sealed-too-new``: written by newer software.
        :raises Wrapped: ``value-damaged``: altered, or another row's; ``compartment-locked``.
        """
        version = int(row["sealed_version"])
        if version > self.version:
            raise StoreError("sealed-too-new", f"/{table}", "Install the newer software again.")
        keys = self._keys(row["compartment"])
        try:
            plain = keys.open_value(row["sealed"], self._context(table, row_id, version))
            inside = strict_json.loads(plain, max_bytes=_LARGEST)
        except (KeysError, SchemaError) as error:
            raise Wrapped.of(error, f"/{table}") from None
        if not isinstance(inside, dict):
            raise StoreError("value-damaged", f"/{table}")
        for step in range(version, self.version):
            upgrade = self.upgrades.get((table, step))
            inside = upgrade(inside) if upgrade else inside
        return inside

    def can_open(self, compartment: str) -> bool:
        """Return whether this process can open a compartment now."""
        if self.vault is None:
            return False
        try:
            self.vault.compartment(self.org_id, compartment)
        except KeysError:
            return False
        return True

    def tag(self, purpose: str, value: str) -> str:
        """Return the look-up tag of a value under the organisation's general compartment.

        :raises StoreError: ``sealed-here``.
        """
        try:
            return self._keys(GENERAL).tag(purpose, value.encode("utf-8"))
        except KeysError as error:
            raise Wrapped.of(error) from None

    def _keys(self, compartment: str) -> Compartment:
        if self.vault is None:
            raise StoreError("sealed-here", hint="This process has no keys: ask the inner one.")
        try:
            return self.vault.compartment(self.org_id, compartment)
        except KeysError as error:
            raise Wrapped.of(error) from None

    def _context(self, table: str, row_id: str, version: int) -> str:
        return f"{table}/{self.org_id}/{row_id}/{version}"


def is_locked(error: Wrapped) -> bool:
    """Return whether the value is in a compartment that is not unlocked here."""
    return error.code == "compartment-locked"


def pack(data: bytes) -> str:
    """Return bytes as they stand in a sealed value."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Return the bytes that :func:`pack` wrote.

    :raises StoreError: ``value-damaged``.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise StoreError("value-damaged") from None
