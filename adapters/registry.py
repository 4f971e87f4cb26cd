"""The one visible table: every way out of this house, and every kind of document let in.

Nothing registers itself and nothing is found by name at run time: what is not in a table here
carries no pupil's data. Wiring chooses from these; the contract suite runs over ``TRANSPORTS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from adapters.formats.pupils_ctf import CtfPupils
from adapters.inspector import KINDS
from adapters.transports.folder import FolderTransport
from adapters.transports.https import HttpsTransport
from adapters.transports.memory import MemoryTransport
from exchange.ports import Transport

TRANSPORTS: Mapping[str, type[Transport]] = MappingProxyType(
    {
        "https": HttpsTransport,
        "folder": FolderTransport,
        "memory": MemoryTransport,
    }
)
"""Name in a transfer's row -> how it goes; ``memory`` is for tests and rehearsals alone."""

PUPIL_FORMATS = MappingProxyType({"ctf": CtfPupils})
"""Name on the command line -> reader of pupils."""

DOCUMENT_KINDS = KINDS
"""First bytes -> what looks closer at a document."""
