"""What a SENCO writes: the register entry, the support plan, the one-page profile."""

from __future__ import annotations

from exchange.web.pupils.described import PartPage, RecordPage, codes, fixed, person_specs
from exchange.web.pupils.inputs import Spec
from schemas.sen import (
    Cycle,
    Need,
    OnePageProfile,
    Outcome,
    Provision,
    Review,
    SenRegister,
    SenSupportPlan,
    Specialist,
    Strategy,
    SuspectedNeed,
)

_REVIEW = (
    Spec("held", "Day of the review", "day", needed=True),
    Spec("progress", "What progress was made?", "prose", needed=True),
    Spec("attended", "Who was there", "people", "One person a line: name, role.", rows=3),
    Spec("parent_view", "What the parents or carers said", "prose"),
    Spec("pupil_view", "What the pupil said", "prose", "In their own words where you can."),
    Spec("decisions", "What was decided", "prose"),
    Spec("next_review", "When the next review is due", "day"),
)


REGISTER = RecordPage(
    "sen-register",
    "SEN register and needs",
    SenRegister,
    (
        Spec("provision", "SEN provision", "radio", choices=codes("sen-provision"), needed=True),
        Spec("provision_starts", "Since when", "day"),
    ),
    (
        PartPage(
            "needs",
            "need",
            "Needs",
            Need,
            (
                Spec("type", "Type of need", "select", choices=codes("sen-type"), needed=True),
                Spec("rank", "Rank", "number", "1 is the primary need.", needed=True),
                Spec("notes", "What it means for this pupil", "prose"),
                Spec("starts", "Since when", "day"),
                Spec("ends", "Until when", "day", "Leave empty while the need is current."),
            ),
            "type",
        ),
        PartPage(
            "suspected_needs",
            "suspected need",
            "Suspected needs",
            SuspectedNeed,
            (
                Spec("area", "Broad area", "radio", choices=codes("area-of-need"), needed=True),
                Spec(
                    "noticed",
                    "What was noticed?",
                    "prose",
                    "What was seen, where and how often. Plain words; it is not a diagnosis.",
                    needed=True,
                    rows=6,
                ),
                Spec("noticed_by", "Who noticed", "line", "By role, such as class teacher."),
                Spec("since", "Since when", "day"),
                Spec("tried", "What was tried, and did it help?", "prose"),
                Spec("next_step", "What should happen next", "prose"),
            ),
            "noticed",
            "What staff have noticed and nobody has assessed. The next school needs to know.",
        ),
    ),
    starts=True,
)

PLAN = RecordPage(
    "sen-support-plan",
    "SEN support plan",
    SenSupportPlan,
    (
        Spec("author-name", "Who keeps this plan", "line", needed=True),
        Spec("author-role", "Their role", "line", "For example SENCO.", needed=True),
        Spec("agreed_with_parents", "Day on which it was agreed with parents or carers", "day"),
        Spec("next_review", "When the next review is due", "day"),
    ),
    (
        PartPage(
            "outcomes",
            "outcome",
            "Outcomes",
            Outcome,
            (
                Spec(
                    "outcome",
                    "What will the pupil do, or be able to do?",
                    "prose",
                    "Specific: one thing that can be seen or heard.",
                    needed=True,
                ),
                Spec(
                    "measure",
                    "How will you know?",
                    "prose",
                    "Measurable: for example 4 times out of 5, on three days.",
                    needed=True,
                ),
                Spec(
                    "baseline",
                    "Where does the pupil start from?",
                    "prose",
                    "So that it can be seen to be achievable.",
                ),
                Spec("by", "By when?", "day", needed=True),
                Spec("area", "Broad area of need", "radio", choices=codes("area-of-need")),
                Spec(
                    "status",
                    "How far has it come?",
                    "radio",
                    choices=fixed(
                        ("new", "New"),
                        ("under-way", "Under way"),
                        ("achieved", "Achieved"),
                        ("partly-achieved", "Partly achieved"),
                        ("not-achieved", "Not achieved"),
                        ("ended", "Ended"),
                    ),
                ),
            ),
            "outcome",
            "Specific, measurable, achievable, relevant, with a day by which.",
            numbered=True,
        ),
        PartPage(
            "provision",
            "provision",
            "Provision",
            Provision,
            (
                Spec("what", "What is done?", "prose", needed=True),
                Spec("who", "Who does it?", "line", "By role.", needed=True),
                Spec("times", "How many times", "number", needed=True),
                Spec(
                    "per",
                    "In what time",
                    "select",
                    choices=fixed(
                        ("day", "A day"),
                        ("week", "A week"),
                        ("fortnight", "A fortnight"),
                        ("half-term", "A half-term"),
                        ("term", "A term"),
                        ("year", "A year"),
                    ),
                    needed=True,
                ),
                Spec("minutes", "Minutes of one session", "number", needed=True),
                Spec(
                    "group_size", "Pupils in the group", "number", "1 is one to one.", needed=True
                ),
                Spec("weeks", "Weeks a year", "number", "A usual school year has 38."),
                Spec("outcomes", "Outcomes that it serves", "numbers", "Their numbers: 1, 3."),
                Spec("starts", "From", "day"),
                Spec("ends", "Until", "day"),
            ),
            "what",
        ),
        PartPage(
            "strategies",
            "strategy",
            "Strategies",
            Strategy,
            (
                Spec("helps", "What helps?", "prose", needed=True),
                Spec("avoid", "What to avoid", "prose"),
                Spec("where", "Where it matters", "line"),
            ),
            "helps",
            "Staff who teach the pupil may read these.",
        ),
        PartPage(
            "cycles",
            "cycle",
            "Assess, plan, do, review",
            Cycle,
            (
                Spec("starts", "First day", "day", needed=True),
                Spec("ends", "Last day", "day"),
                Spec("assess", "Assess: what was found?", "prose", needed=True),
                Spec("plan", "Plan: what was planned?", "prose", needed=True),
                Spec("do", "Do: what was done?", "prose", needed=True),
                *(
                    Spec(f"review-{one.name}", f"Review: {one.asked}", one.kind, one.hint, rows=3)
                    for one in _REVIEW
                ),
            ),
            "assess",
            "The last two or three rounds are what the next school needs.",
            numbered=True,
        ),
        PartPage("reviews", "review", "Reviews with the family", Review, _REVIEW, "progress"),
        PartPage(
            "specialists",
            "specialist",
            "Specialists involved",
            Specialist,
            (
                *person_specs("person-"),
                Spec("person-organisation", "Where they work", "line"),
                Spec("involvement", "What they did or do", "prose"),
                Spec("since", "Since when", "day"),
                Spec("until", "Until when", "day"),
            ),
            "person-name",
        ),
    ),
    starts=True,
)

_ONE_A_LINE = "One thing a line. In the pupil's own words where you can."

PROFILE = RecordPage(
    "one-page-profile",
    "One-page profile",
    OnePageProfile,
    (
        Spec("known_as", "What the pupil is called", "line", needed=True),
        Spec(
            "medical_alert",
            "Medical alert",
            "line",
            "What must be known at once, in one line. The plan for it is a document.",
        ),
        Spec("strengths", "What people like and admire about me", "lines", _ONE_A_LINE),
        Spec("important", "What is important to me", "lines", _ONE_A_LINE),
        Spec("support", "How best to support me", "lines", "One thing a line.", rows=6),
        Spec("avoid", "What does not help", "lines", "One thing a line."),
        Spec("communication", "How I say yes, no, stop and help", "prose", rows=3),
        Spec("hopes", "What I hope for", "prose", rows=3),
        Spec(
            "written_with",
            "Who helped to write it",
            "lines",
            "By role, one a line: pupil, mother, class teacher.",
            rows=3,
        ),
    ),
    endpoint="pupils.profile",
)
