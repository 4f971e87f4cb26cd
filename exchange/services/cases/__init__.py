"""A local authority's cases: from the day on which a request reached it to the final plan.

=========== ========================================================================
module      what it does
=========== ========================================================================
model       a case as it is kept
keeping     read and write cases
codec       a case as the values that are stored of it
arriving    make a case of what arrived; an update joins its case (an errand of the worker)
finding     which packs are requests, and to which case each belongs
by_hand     a request that came by letter, mail or word of mouth
held        a request that failed a check: tell the sender, let a person decide
placing     whose child it is: a pupil we know, or a new one
updates     whether something came that nobody has taken in
claiming    one answer to that at a time
area        not our child; open a case again that is over
joining     two cases of one request become one
events      days, exceptions, notes, and who works the case
decisions   whether to assess, whether to issue a plan; when the family was told
telling     the school is told by a sealed pack, in one commit with the case
issuing     the final plan is issued
again       a reassessment of the needs behind a plan, as it is kept
reassessing a reassessment is asked for, decided, told and stopped
mistakes    a day or an exception that was recorded by mistake is taken back
advice      which advice the regulations want; what three people find sufficient (reg 6(4))
contents    the newest pack of a case, and what it shows of the Code's 9.14
law         the legal tests, quoted
timing      the clocks of a case, and how they stand
phases      by when the plan of a child who changes phase names the next school
working     who is a caseworker now
reminding   a daily message to each caseworker that counts, and names nobody
=========== ========================================================================
"""

from __future__ import annotations

from exchange.services.cases.decisions import record_decision
from exchange.services.cases.events import add_note, assign, record_event, record_exception
from exchange.services.cases.keeping import case, case_of_pack, cases, cases_about
from exchange.services.cases.model import (
    OVER,
    Case,
    CaseState,
    ClockException,
    Decision,
    Event,
    Note,
    Pack,
    Source,
    Sufficiency,
    Word,
)

__all__ = [
    "OVER",
    "Case",
    "CaseState",
    "ClockException",
    "Decision",
    "Event",
    "Note",
    "Pack",
    "Source",
    "Sufficiency",
    "Word",
    "add_note",
    "assign",
    "case",
    "case_of_pack",
    "cases",
    "cases_about",
    "record_decision",
    "record_event",
    "record_exception",
]
