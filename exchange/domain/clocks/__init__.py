"""The clocks of the law: by when something must be done, and how it stands.

Every rule is dated, versioned data (``rules/*.toml``) that names and quotes its regulation; the
arithmetic is here and nowhere else. The day of the trigger is not counted unless the rule says
"beginning with". Clocks are amber one day early, because some services count the day of receipt
as the first. Nothing pauses: a clock with a recorded exception still shows its date.

Days are legal days, as they are in London (:func:`london_day`). Pure: no I/O but the data files
beside this one, and no clock; whoever asks says what day it is.
"""

from __future__ import annotations

from exchange.domain.clocks.book import exception_label, exceptions_for, rule, rules
from exchange.domain.clocks.calendar import NO_SCHOOL, Calendar, Doubt, Term
from exchange.domain.clocks.counting import (
    due,
    london_day,
    months_after,
    require_likely,
    school_day_after,
    transfer_year,
)
from exchange.domain.clocks.model import (
    Clock,
    Count,
    ExceptionRule,
    Pick,
    Rule,
    Standing,
    Unit,
)
from exchange.domain.clocks.model import Excepted as Exception_
from exchange.domain.clocks.running import clock, days_left, standing

__all__ = [
    "NO_SCHOOL",
    "Calendar",
    "Clock",
    "Count",
    "Doubt",
    "ExceptionRule",
    "Exception_",
    "Pick",
    "Rule",
    "Standing",
    "Term",
    "Unit",
    "clock",
    "days_left",
    "due",
    "exception_label",
    "exceptions_for",
    "london_day",
    "months_after",
    "require_likely",
    "rule",
    "rules",
    "school_day_after",
    "standing",
    "transfer_year",
]
