"""What the worker files of a verified pack by itself, in the commit that says it is verified.

Each filer looks whether the pack holds what it keeps; filing twice changes nothing. Contents of a
transfer pack are not filed: a person takes them in.
"""

from __future__ import annotations

from exchange.bundle.opening import OpenedBundle
from exchange.ports import Arrival, UnitOfWork
from exchange.services.advice.coming import report_came
from exchange.services.advice.tasks import task_came
from exchange.services.ehc_request.answers import file_answer as file_decision
from exchange.services.inside import Inside
from exchange.services.messages import file_message
from exchange.services.plans.asked import file_consultation
from exchange.services.plans.consulting import file_answer
from exchange.services.reviews.answers import file_decision as file_review_decision
from schemas.statement import BundleKind


def file_what_came(
    inside: Inside, unit: UnitOfWork, arrival: Arrival, opened: OpenedBundle
) -> None:
    """File messages, answers and questions, in the unit of work of the caller, who commits."""
    if opened.statement.kind is BundleKind.MESSAGE:
        file_message(unit, arrival, opened)
        file_answer(unit, arrival, opened)
        file_decision(inside, unit, arrival, opened)
        file_review_decision(inside, unit, arrival, opened)
    elif opened.statement.kind is BundleKind.REPORT:
        report_came(inside, unit, arrival, opened)
    else:
        task_came(unit, arrival, opened)
        file_consultation(unit, arrival, opened)
