"""What the tray's pages show of an upload and of children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange.domain.clocks import london_day
from exchange.domain.guessing import Confidence
from exchange.domain.roster import Roster
from exchange.services.tray.upload import Stage, Upload
from exchange.web.words import day, plain
from schemas.codes import code_set

SURE = {
    Confidence.HIGH: "Its name and its first lines say so.",
    Confidence.MEDIUM: "This is a guess. Check it.",
    Confidence.LOW: "This is a weak guess. Check it.",
    Confidence.NONE: "Nothing in it says what it is. Choose.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One upload in a list.

    :param state: a code of exchange.web.words.
    """

    upload_id: str
    name: str
    state: str
    why: str
    child: str
    guess: str
    by: str
    at: datetime
    size: int


def lines(uploads: Sequence[Upload], roster: Roster) -> list[Line]:
    """Return uploads as a list shows them."""
    return [_line(one, roster) for one in uploads]


def _line(one: Upload, roster: Roster) -> Line:
    child = roster.children.get(one.pupil_id or "")
    return Line(
        upload_id=one.upload_id,
        name=one.file_name,
        state=state_of(one),
        why=plain(one.code) if one.code else "",
        child=child.display if child else "",
        guess=plain(one.guess.type) if one.guess.type else "",
        by=one.by,
        at=one.received_at,
        size=one.size,
    )


def state_of(one: Upload) -> str:
    """Return the code by which a page shows how far an upload is."""
    if one.stage in (Stage.RECEIVED, Stage.CHECKING):
        return "checking"
    if one.stage is Stage.READY and one.active:
        return "attention"
    return one.stage.value


def pupils(roster: Roster) -> list[tuple[str, str]]:
    """Return ids and names of all children, with what tells namesakes apart."""
    found = sorted(roster.children.values(), key=lambda one: (one.display.casefold(), one.born))
    return [(one.pupil_id, f"{one.display}, born {day(one.born)}") for one in found]


def types(on: datetime, *, dsl: bool = False) -> list[tuple[str, str]]:
    """Return codes and labels of the document types that a person may choose."""
    current = code_set("document-type").current(london_day(on))
    wanted = "cp" if dsl else "general"
    return [
        (one.code, one.label)
        for one in current
        if one.attributes["compartment"] == wanted and one.code != "safeguarding-flag"
    ]


def readers(type_: str) -> str:
    """Return who may get a document of a type, in words; nothing for an unknown type."""
    codes = code_set("document-type")
    if type_ not in codes:
        return ""
    listed = codes.lookup(type_).attributes.get("may_receive")
    names = [_reader(str(one)) for one in listed] if isinstance(listed, list) else []
    return ", ".join(names)


_READERS = {
    "as-author-chooses": "whom its author chooses",
    "senco": "the next SENCO",
    "staff": "staff at the next school",
    "la": "the council",
    "family": "the family",
    "dsl": "the safeguarding lead",
    "head": "the head teacher",
    "ep": "the educational psychologist",
    "named-people": "people whom the clinician names",
    "named-school": "the school that the plan names",
    "consulted-schools": "schools that are being consulted",
    "invitees": "who was invited to the review",
    "exams-officer": "the exams officer",
    "medical-lead": "the medical lead",
    "health-board": "the health service",
    "designated-teacher": "the designated teacher",
    "virtual-school": "the virtual school",
    "sender": "this school",
    "school": "the school",
}


def _reader(code: str) -> str:
    return _READERS.get(code, code.replace("-", " "))
