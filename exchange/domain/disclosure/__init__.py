"""What may go to whom, for what, and who decides: :func:`decide`. Pure: no I/O, no clock.

Facts (who may receive which type, which purposes fit, reasons, classes, sections) are dated data
in :mod:`schemas.codes`, each with its source; what is written here is the logic over them.
docs/disclosure.md says it in plain English.
"""

from exchange.domain.disclosure.age import end_of_compulsory_school_age, speaks_alone
from exchange.domain.disclosure.case import (
    RULE,
    Decision,
    Disclosed,
    Facts,
    Outcome,
    Purpose,
    Recipient,
    What,
    disclosed_from_json,
)
from exchange.domain.disclosure.channel import BundleKind, Channel, Inbox, check_channel, is_cp
from exchange.domain.disclosure.deciding import class_of, decide, decide_section
from exchange.domain.disclosure.ehc import edition_of
from exchange.domain.disclosure.home import decide_home, without_home
from exchange.domain.disclosure.parts import COSTS, PARTS, decide_part, parts_of, without_parts
from exchange.domain.disclosure.purposes import unfit
from exchange.domain.disclosure.reasons import Reason, reason, reasons
from exchange.domain.disclosure.said import (
    AUTHOR,
    EVERYBODY,
    NOTHING,
    SUPERSEDED,
    Judgement,
    Mark,
    Said,
    Speaker,
    Wanted,
    Wish,
    said_from_json,
)
from exchange.domain.disclosure.table import CONSULTATION

__all__ = [
    "AUTHOR",
    "CONSULTATION",
    "COSTS",
    "EVERYBODY",
    "NOTHING",
    "PARTS",
    "RULE",
    "SUPERSEDED",
    "BundleKind",
    "Channel",
    "Decision",
    "Disclosed",
    "Facts",
    "Inbox",
    "Judgement",
    "Mark",
    "Outcome",
    "Purpose",
    "Reason",
    "Recipient",
    "Said",
    "Speaker",
    "Wanted",
    "What",
    "Wish",
    "check_channel",
    "class_of",
    "decide",
    "decide_home",
    "decide_part",
    "decide_section",
    "disclosed_from_json",
    "edition_of",
    "end_of_compulsory_school_age",
    "is_cp",
    "parts_of",
    "reason",
    "reasons",
    "said_from_json",
    "speaks_alone",
    "unfit",
    "without_home",
    "without_parts",
]
