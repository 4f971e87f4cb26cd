"""How states, events and clocks of a case are called on its pages."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.domain.clocks import Standing
from exchange.services.cases import CaseState, Event, Source
from exchange.services.cases.phases import BY_AGE, BY_YEAR
from exchange.web.words import Word

STATES: Mapping[CaseState, Word] = {
    CaseState.HELD: Word("Held", "red"),
    CaseState.OPEN: Word("To decide", "blue"),
    CaseState.ASSESSING: Word("Assessing", "yellow"),
    CaseState.DECIDING_PLAN: Word("Plan to decide", "blue"),
    CaseState.DRAFTING: Word("Drafting", "yellow"),
    CaseState.FINAL: Word("Plan issued", "green"),
    CaseState.REASSESSING: Word("Reassessing", "yellow"),
    CaseState.CLOSED: Word("Closed", "grey"),
    CaseState.NOT_OURS: Word("Not our child", "grey"),
}

STANDINGS: Mapping[Standing, Word] = {
    Standing.RUNNING: Word("Running", "grey"),
    Standing.AMBER: Word("Due tomorrow", "yellow"),
    Standing.DUE_TODAY: Word("Due today", "orange"),
    Standing.LATE: Word("Late", "red"),
    Standing.MET: Word("Done", "green"),
    Standing.MET_LATE: Word("Done late", "purple"),
    Standing.EXCEPTED: Word("Exception", "purple"),
}

COLOURS: Mapping[Standing, str] = {
    Standing.RUNNING: "#505a5f",
    Standing.AMBER: "#ffdd00",
    Standing.DUE_TODAY: "#f47738",
    Standing.LATE: "#d4351c",
    Standing.MET: "#00703c",
    Standing.MET_LATE: "#4c2c92",
    Standing.EXCEPTED: "#4c2c92",
}
"""Colours of the bars of the timeline; the table beside it says the same in words."""

SOURCES: Mapping[Source, str] = {
    Source.SCHOOL: "A school or college",
    Source.PARENT: "A parent or carer",
    Source.YOUNG_PERSON: "The young person",
    Source.HEALTH: "Health",
    Source.SOCIAL_CARE: "Social care",
    Source.OTHER: "Somebody else",
}

EVENTS: Mapping[Event, str] = {
    Event.ASSESS_TOLD: "Family told whether we assess",
    Event.PLAN_TOLD: "Family told whether there will be a plan",
    Event.ADVICE_COMPLETE: "All advice is in",
    Event.DRAFT_SERVED: "Draft plan sent to the family",
    Event.COMMENTS_BACK: "Family's comments on the draft came",
    Event.SCHOOL_CONSULTED: "School consulted",
    Event.SCHOOL_ANSWERED: "School's answer to the consultation came",
    Event.FINAL_ISSUED: "Final plan issued",
    Event.MEDIATION_CERTIFICATE: "Mediation certificate issued",
    Event.APPEALED: "Family appealed",
    Event.NEXT_NAMED: "Plan names the school or college of the next phase",
    Event.NO_MOVE: "Found: the child does not change phase this school year",
    Event.CLOSED: "Case closed",
}

BY_HAND = (
    Event.ADVICE_COMPLETE,
    Event.DRAFT_SERVED,
    Event.COMMENTS_BACK,
    Event.SCHOOL_CONSULTED,
    Event.SCHOOL_ANSWERED,
    Event.FINAL_ISSUED,
    Event.MEDIATION_CERTIFICATE,
    Event.APPEALED,
    Event.NEXT_NAMED,
    Event.NO_MOVE,
    Event.CLOSED,
)
"""Days that a caseworker records by themselves; the others come with a decision."""

KNOWN = {
    BY_YEAR: "The child is in the last year of a phase if they went up a year group each school "
    "year since the request came.",
    BY_AGE: "The child is by age in the last year of a phase. The year group that was told with "
    "the request does not say so.",
}
"""How it is known that a child changes phase."""

WHAT = {"assess": "Assess the child's needs?", "plan": "Issue an EHC plan?"}

SAYERS = {
    "provider": "Whoever gave the advice",
    "authority": "The local authority",
    "parent": "The parent or young person",
}

ADVICE: Mapping[str, Word] = {
    "sufficient": Word("Enough: all three agree", "green"),
    "in": Word("In", "green"),
    "asked": Word("Asked", "yellow"),
    "to-ask": Word("To ask", "blue"),
    "not-needed": Word("If asked for", "grey"),
}

ACTIONS: Mapping[str, str] = {
    "case.opened": "A request arrived and the case began",
    "case.updated": "An update arrived",
    "case.entered": "The request was entered by hand",
    "case.checked": "A held request passed its check",
    "case.sender-told": "The school was told that a check failed",
    "case.held-decided": "Decided about the held request",
    "case.no-request": "Found to be no request",
    "case.joined": "Another case was joined to this one",
    "case.joined-away": "Joined to another case",
    "case.placing": "Began to take the papers into a child's record",
    "case.not-placed": "Could not take the papers in: nothing is settled",
    "case.placed": "Said whose case it is",
    "case.described": "Entered whom it is about",
    "case.not-ours": "Said to be not our child",
    "case.ours": "Said to be our child after all",
    "case.reopened": "Opened the case again",
    "case.decided": "Recorded a decision",
    "case.told": "Recorded when the family was told",
    "case.told-corrected": "Corrected when the family was told",
    "case.closed": "Closed the case",
    "case.event": "Recorded a day",
    "case.reassess-asked": "Recorded that a reassessment was asked for, or begun",
    "case.reassess-decided": "Recorded whether there will be a reassessment",
    "case.reassess-told": "Recorded when the family was told of the reassessment",
    "case.reassess-stopped": "Stopped the reassessment",
    "case.day-taken-back": "Took back a day that was recorded by mistake",
    "case.advice-had": "Recorded when a service had our request for advice",
    "case.exception": "Recorded an exception",
    "case.exception-lifted": "Took back an exception",
    "case.note": "Wrote a note",
    "case.assigned": "Changed the caseworker",
    "case.sufficiency": "Recorded whether advice is enough",
    "case.viewed": "Looked at the case",
}
"""What the history of a case says of entries in the book."""
