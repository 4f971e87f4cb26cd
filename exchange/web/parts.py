"""What the pages are handed, once, by wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from exchange.ports import Cleaner, Inspector, PupilReader, Scanner
from exchange.ports.render import Renderer
from exchange.services.inside import Inside
from exchange.services.people.session import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Parts:
    """The collaborators of the pages.

    :param base_url: under which people reach the pages, without a slash at the end.
    :param secret: signs the form tokens; 32 bytes or more, the same in each process of a node.
    :param scanner: None where this node has none: documents are marked ``unscanned``.
    :param more: collaborators of single areas, by name; each area documents its own.
    """

    inside: Inside
    base_url: str
    secret: bytes = field(repr=False)
    inspector: Inspector
    scanner: Scanner | None
    cleaner: Cleaner
    ctf: Callable[[str | None], PupilReader]
    renderer: Renderer
    limits: Limits = DEFAULT_LIMITS
    assets: Path | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def secure_hours(self) -> timedelta:
        """Return how long a browser is told to use TLS alone."""
        return timedelta(days=365)
