"""The receiving school: who is expected, what came, what is in it, what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.arrivals import (
    admissions,
    board,
    counting,
    deciding,
    documents,
    exporting,
    groups,
    letting_go,
    pack,
    questions,
    requests,
    sheets,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "arrivals.board": board.board,
        "arrivals.pack": pack.show,
        "arrivals.print": pack.print_view,
        "arrivals.pdf": pack.pdf,
        "arrivals.document": documents.page,
        "arrivals.file": documents.file,
        "arrivals.accept": deciding.accept,
        "arrivals.exceptions": deciding.exceptions,
        "arrivals.reject": deciding.reject,
        "arrivals.let_go": letting_go.let_go,
        "arrivals.ask": questions.ask,
        "arrivals.export_ctf": exporting.ctf,
        "arrivals.export_csv": exporting.csv,
        "arrivals.export_xlsx": exporting.xlsx,
        "arrivals.expected": admissions.expected,
        "arrivals.expected_check": admissions.check,
        "arrivals.match": admissions.match,
        "arrivals.requests": requests.listed,
        "arrivals.request_new": requests.new,
        "arrivals.request": requests.one,
        "arrivals.class_sheet": sheets.page,
        "arrivals.looked_after_file": sheets.looked_after_file,
        "arrivals.class_sheet_pdf": sheets.pdf,
        "arrivals.groups": groups.listed,
        "arrivals.group": groups.one,
        "arrivals.counts": counting.page,
    }
