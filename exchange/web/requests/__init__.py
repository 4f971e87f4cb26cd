"""A school's requests for an EHC needs assessment: the list, the guided request, sending it."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.requests import (
    answering,
    board,
    checking,
    going,
    overview,
    papers,
    writing,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "requests.board": board.board,
        "requests.new": board.new,
        "requests.page": overview.page,
        "requests.section": writing.section,
        "requests.part": writing.part,
        "requests.finish": writing.finish,
        "requests.papers": papers.papers,
        "requests.check": checking.check,
        "requests.printed": checking.printed,
        "requests.pdf": checking.pdf,
        "requests.ask_head": answering.ask,
        "requests.decide": answering.decide,
        "requests.send": going.send,
        "requests.download": going.download,
        "requests.handed_in": going.handed_in,
        "requests.reply": answering.reply,
        "requests.answer": answering.answer,
        "requests.withdraw": going.withdraw,
    }
