"""Runs what is due: arrivals, transfers, watched folders, letters, uploads. One per node."""

from __future__ import annotations

from exchange.worker.going_round import Chore, Errand, Worker
from exchange.worker.lanes import HOLD_AFTER, Faults, Lane

__all__ = ["HOLD_AFTER", "Chore", "Errand", "Faults", "Lane", "Worker"]
