"""The local authority's cases: the list, one case, what is decided, asked and written down."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.cases import (
    advising,
    board,
    days,
    deciding,
    entering,
    holding,
    page,
    papers,
    placing,
    reassessing,
    taking_back,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "cases.board": board.board,
        "cases.new": entering.new,
        "cases.page": page.page,
        "cases.clocks": page.clocks,
        "cases.child": placing.child,
        "cases.describe": entering.describe,
        "cases.held": holding.held,
        "cases.check_again": holding.check_again,
        "cases.not_ours": holding.not_ours,
        "cases.join": holding.join,
        "cases.decide": deciding.decide,
        "cases.told": deciding.told,
        "cases.day": days.day,
        "cases.exception": days.exception,
        "cases.take_back": taking_back.take_back,
        "cases.reassess": reassessing.reassess,
        "cases.stop_reassessing": reassessing.stop_reassessing,
        "cases.note": days.note,
        "cases.assign": days.assign,
        "cases.advice": advising.advice,
        "cases.word": advising.word,
        "cases.ask": advising.ask,
        "cases.document": papers.document,
        "cases.file": papers.file,
        "cases.paper": papers.paper,
        "cases.paper_file": papers.paper_file,
        "cases.history": page.history,
    }
