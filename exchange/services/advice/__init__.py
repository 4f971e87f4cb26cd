"""Advice of specialists: ask a body for it, take its report in, let a person file it.

========== =========================================================================
module     what it does
========== =========================================================================
model      a request as it is kept
asking     ask: by a sealed pack where the body has joined, else by a link
ordering   whether an order is whole, and the body who is meant
working    what the worker does: files into the tray, receipts, colleagues' links (passing)
hearing    what became of what was sent
filing     a person files a report, or sets it aside
standing   which requests there are, which are late; remind, stop, cancel
========== =========================================================================

A school and an LA ask alike; an LA names the case (``case_id``) for which it asks.
"""

from exchange.services.advice.asking import Means, ask_advice
from exchange.services.advice.model import (
    AdviceOrder,
    AdviceRequest,
    Answer,
    Body,
    ConsentGiven,
    State,
)
from exchange.services.advice.standing import advice_about, get_advice, overdue, remind

__all__ = [
    "AdviceOrder",
    "AdviceRequest",
    "Answer",
    "Body",
    "ConsentGiven",
    "Means",
    "State",
    "advice_about",
    "ask_advice",
    "get_advice",
    "overdue",
    "remind",
]
