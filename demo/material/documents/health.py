"""Health, safety and equipment."""

from __future__ import annotations

from datetime import date

from demo.material.documents.common import SCHOOL_PAPER, SENCO, identity, weekday_between
from demo.material.people import Pupil
from demo.material.places import PRIMARY
from demo.material.sheet import Author, Paper, bullets, facts, grid, heading, numbered, text
from demo.material.texts import conditions

EQUIPMENT = {
    "HI": [
        ("Radio aid, transmitter and two receivers", "Sensory Support", "moves"),
        ("Hearing aids, pair, and spare batteries", "family (NHS)", "moves"),
        ("Soundfield speaker, Year 6 room", "school", "stays"),
    ],
    "VI": [
        ("Tablet 13 inch with screen mirroring", "Sensory Support", "moves"),
        ("Desk slope and task lamp", "Sensory Support", "moves"),
        ("Large-print dictionary", "school", "stays"),
    ],
    "MSI": [
        ("Radio aid", "Sensory Support", "moves"),
        ("Tactile diagram kit", "Sensory Support", "moves"),
        ("Vibrating alarm", "family", "moves"),
    ],
    "PD": [
        ("Powered wheelchair, named Bolt by its owner", "wheelchair service", "moves"),
        ("Standing frame", "Children's Therapies", "moves"),
        ("Height-adjustable desk", "school", "stays"),
        ("Laptop with word prediction", "school", "moves by agreement"),
    ],
}


def healthcare_plan(pupil: Pupil) -> Paper:
    """The individual healthcare plan for the pupil's condition."""
    plan = conditions()[pupil.condition or "asthma"]
    paper = Paper(
        "healthcare-plan",
        f"Individual healthcare plan: {plan['label']}",
        Author("Ms Wendy Kirkbride", "School nurse", "Marlshire Child Health"),
        weekday_between(pupil, "healthcare", date(2025, 9, 15), date(2025, 10, 17)),
        SCHOOL_PAPER,
        "Agreed by the family, the pupil, the school nurse and the school.",
    )
    paper.blocks = [
        identity(pupil, ("Condition", plan["label"])),
        text(pupil.say(plan["about"])),
        heading("Signs to know"),
        bullets([pupil.say(item) for item in plan["signs"]]),
        heading("Every day"),
        bullets([pupil.say(item) for item in plan["daily"]]),
        heading("In an emergency"),
        numbered([pupil.say(item) for item in plan["emergency"]]),
        heading("Who to ring"),
        grid(
            [["Order", "Name", "Telephone"]]
            + [[str(c.order), c.name, c.phone] for c in pupil.contacts],
            [1, 4, 3],
        ),
        heading("Visits, PE and clubs"),
        text(
            pupil.say(
                "{name} takes part in everything. The adult in charge carries the "
                "medicine, has read this plan and has a telephone."
            )
        ),
        heading("Training"),
        text(plan["training"]),
        heading("Where things are"),
        facts(
            [
                ("Medicine", "class cupboard, top shelf, labelled with a photograph"),
                ("Second set", "school office"),
                ("Record", "medicine book; copy home the same day"),
            ]
        ),
        heading("Review"),
        text(
            f"Due by September 2026, at {pupil.destination.name}, before the first day if possible."
        ),
        grid(
            [
                ["Agreed", "Name"],
                ["Parent or carer", pupil.contacts[0].name],
                ["Headteacher", PRIMARY.head],
                ["School nurse", "Ms Wendy Kirkbride"],
            ],
            [2, 5],
        ),
    ]
    return paper


def evacuation_plan(pupil: Pupil) -> Paper:
    """The personal emergency evacuation plan."""
    paper = Paper(
        "peep",
        "Personal emergency evacuation plan",
        Author("Mr Colin Nuttall", "Site manager", PRIMARY.name),
        weekday_between(pupil, "peep", date(2025, 9, 10), date(2025, 9, 26)),
        SCHOOL_PAPER,
        (
            "Practised each term; last practice 9 June 2026, four minutes and ten "
            "seconds to the assembly point."
        ),
    )
    paper.blocks = [
        identity(pupil),
        heading("What changes in an evacuation"),
        text(
            pupil.say(
                "{name} uses a wheelchair and cannot use stairs without two trained "
                "adults and the evacuation chair. The lift is not used."
            )
        ),
        heading("Route"),
        grid(
            [
                ["Where", "Route", "Helpers"],
                [
                    "Classroom",
                    "patio door, ramp, playground",
                    f"{pupil.key_adult} and the class teacher",
                ],
                ["Hall", "double doors by the stage", "midday supervisor and the nearest adult"],
                [
                    "First floor library",
                    "refuge point B, evacuation chair",
                    "two trained adults; radio on channel 2",
                ],
            ],
            [2, 4, 4],
        ),
        heading("Order of things"),
        numbered(
            [
                "Tell the pupil what is happening, calmly and by name.",
                "Chair on, lap belt, medicine pouch.",
                "Go with the class, not after it, unless the way is crowded.",
                "Report at the assembly point in person.",
            ]
        ),
        heading("What to bring"),
        bullets(["red medicine pouch", "blanket", "communication book or device"]),
        heading("Record of practices"),
        grid(
            [
                ["Date", "From", "Minutes", "What we learnt"],
                ["18 September 2025", "Classroom", "3.5", "Ramp gate sticks: eased the same day."],
                [
                    "14 January 2026",
                    "Hall",
                    "5.0",
                    "Stage door blocked by chairs: marked as keep clear.",
                ],
                [
                    "9 June 2026",
                    "Library",
                    "4.2",
                    pupil.say("{name} gave the orders. Everybody followed them."),
                ],
            ],
            [2.4, 2, 1.2, 5],
        ),
        heading("Agreed"),
        grid(
            [
                ["Name", "Role"],
                [pupil.contacts[0].name, "Parent or carer"],
                [pupil.known_as, "Pupil"],
                [PRIMARY.head, "Headteacher"],
            ],
            [4, 4],
        ),
        heading("For the new school"),
        text(
            pupil.say(
                "A new plan is needed before the first visit: refuge points, "
                "evacuation chair on each upper floor, four trained adults, one "
                "practice with {name} alone before the whole-school one."
            )
        ),
    ]
    return paper


def equipment_list(pupil: Pupil) -> Paper:
    """Who owns what, and whether it moves."""
    paper = Paper(
        "equipment",
        "Equipment: owner, stays or moves",
        SENCO,
        weekday_between(pupil, "equipment", date(2026, 6, 8), date(2026, 6, 30)),
        SCHOOL_PAPER,
        "Checked with the family and with each service.",
    )
    items = EQUIPMENT[pupil.need]
    paper.blocks = [
        identity(pupil),
        grid([["Item", "Owner", "In September"], *[list(item) for item in items]], [5, 3, 2]),
        heading("Care"),
    ]
    for what, owner, move in items:
        paper.blocks += [
            heading(what),
            facts(
                [
                    ("Checked", "each morning by the pupil, weekly by an adult"),
                    ("Fault", f"tell {owner} the same day; spare in the office"),
                    (
                        "Handover",
                        f"{move}; signed for on 3 July 2026"
                        if move != "stays"
                        else f"{pupil.destination.name} provides its own",
                    ),
                ]
            ),
        ]
    return paper
