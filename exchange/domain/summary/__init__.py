"""A pack readable in two minutes: who is this child, what helps, what is in place, what comes up.

Made from the typed records of a pack, of whichever there are: a pack without a profile or a plan
has a summary too, which says what is not there. Nothing is left out because it is unwelcome and
nothing is added: each line says which record it stands in. Pure: no I/O, no clock.
"""

from __future__ import annotations

from exchange.domain.summary.making import summarise
from exchange.domain.summary.model import (
    Child,
    Coming,
    Line,
    Noticed,
    Plan,
    Report,
    Summary,
    Words,
)

__all__ = [
    "Child",
    "Coming",
    "Line",
    "Noticed",
    "Plan",
    "Report",
    "Summary",
    "Words",
    "summarise",
]
