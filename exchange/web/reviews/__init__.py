"""Reviews of EHC plans, term dates, and the authority's side of both."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.reviews import (
    board,
    calendar,
    council,
    council_case,
    council_moves,
    inviting,
    outcome,
    page,
    people,
    planning,
    report,
    rulebook,
    sending,
    transition,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "reviews.board": board.board,
        "reviews.new": planning.new,
        "reviews.page": page.page,
        "reviews.meeting": planning.meeting,
        "reviews.guests": people.listed,
        "reviews.guest": people.one,
        "reviews.family": inviting.family,
        "reviews.share": inviting.share,
        "reviews.papers": planning.papers,
        "reviews.held": planning.held,
        "reviews.cancel": planning.cancel,
        "reviews.report": report.write,
        "reviews.report_pdf": report.pdf,
        "reviews.send": sending.send,
        "reviews.anew": sending.anew,
        "reviews.told": sending.told,
        "reviews.outcome": outcome.record,
        "reviews.calendar": calendar.page,
        "reviews.rules": rulebook.page,
        "reviews.transition": transition.page,
        "reviews.reports": council.listed,
        "reviews.received": council.one,
        "reviews.place": council_case.place,
        "reviews.file": council.file,
        "reviews.moves": council_moves.listed,
        "reviews.move_new": council_moves.new,
        "reviews.move": council_moves.one,
    }
