"""Counts and dates without names, for governors and inspectors."""

from __future__ import annotations

from typing import Any

from flask import render_template

from exchange.services.counts import counts
from exchange.web.arrivals.board import feeder
from exchange.web.here import inside, leavers_board, org_id


def page() -> Any:
    """Show the counts."""
    standings = [one.standing for one in feeder().rows(org_id()) if one.expected]
    with inside().store.reading(org_id()) as unit:
        found = counts(unit, standings, leavers_board().by_key(org_id()))
    return render_template("arrivals/counts.html", found=found)
