"""What the family and the pupil say, in their own words."""

from __future__ import annotations

from datetime import date

from demo.material.documents.common import (
    SCHOOL_PAPER,
    draw,
    identity,
    some,
    texts,
    weekday_between,
)
from demo.material.drawings import child_drawing
from demo.material.people import Pupil
from demo.material.places import PRIMARY
from demo.material.sheet import Author, Paper, bullets, facts, gap, heading, picture, quote, text

GENERAL = (
    "Mornings are best when there is time. Evenings need an hour without any talking about school.",
    "Grandparents, cousins and the neighbours' dog are all part of the team.",
    "We should like one person at the new school whom we can telephone.",
    "Please tell us the good things as well. We keep them in a box.",
)


def parent_views(pupil: Pupil) -> Paper:
    """The parent's or carer's views, taken down and read back."""
    words, first = texts(pupil), pupil.contacts[0]
    role = "Foster carer" if pupil.looked_after else "Parent"
    paper = Paper(
        "parent-views",
        "Family's views",
        Author(first.name, role, "Family"),
        weekday_between(pupil, "parent-views", date(2026, 5, 4), date(2026, 6, 19)),
        SCHOOL_PAPER,
        (
            f"{first.name} spoke with {PRIMARY.senco}; these are the family's own words, "
            "read back and agreed."
        ),
    )
    rng = draw(pupil, "general")
    home = rng.sample(GENERAL, 3)
    paper.blocks = [
        identity(pupil),
        heading(f"Tell us about {pupil.known_as}"),
        *[quote(pupil.say(line)) for line in words["parent"][:2]],
        heading("Life at home"),
        quote(home[0]),
        quote(f"{pupil.known_as} could talk about {pupil.interest} all day."),
        heading("A good day and a hard day"),
        facts(
            [
                (
                    "A good day",
                    pupil.say(
                        f"{{name}} comes out talking about {pupil.interest}, eats, "
                        "plays and sleeps."
                    ),
                ),
                (
                    "A hard day",
                    pupil.say(
                        "{name} says nothing at the gate. Food, a bath and no "
                        "questions; by bedtime it comes out."
                    ),
                ),
                ("Before a hard day", "a change nobody mentioned, a bad night, or a test"),
                (
                    "What we do",
                    pupil.say(
                        "We tell {him} the plan for tomorrow, in order, and what "
                        "will be nice about it."
                    ),
                ),
            ]
        ),
        heading("What works at school, from where we stand"),
        bullets(some(pupil, "parent-helps", words["strategies"], 4)),
        heading("Hopes and worries about secondary school"),
        *[quote(pupil.say(line)) for line in words["parent"][2:]],
        quote(home[1]),
        heading("How we like to be told"),
        facts(
            [
                (
                    "Best way",
                    rng.choice(
                        (
                            "telephone after four o'clock",
                            "text message",
                            "email; we read it the same day",
                        )
                    ),
                ),
                ("Speak to", first.name),
                (
                    "Language",
                    "an interpreter, please"
                    if "ENG" not in pupil.languages and pupil.need == "NSA"
                    else "English",
                ),
                (
                    "Sharing",
                    (
                        f"We have seen the list of papers for {pupil.destination.name} "
                        "and agree to them."
                    ),
                ),
            ]
        ),
        text(home[2]),
        heading("Anything else"),
        quote("Thank you for asking us, and for starting with what is good."),
    ]
    return paper


def pupil_views(pupil: Pupil) -> Paper:
    """The pupil's views, with a drawing."""
    words = texts(pupil)
    paper = Paper(
        "pupil-views",
        f"What {pupil.known_as} says",
        Author(pupil.known_as, "Pupil", PRIMARY.name),
        weekday_between(pupil, "pupil-views", date(2026, 5, 11), date(2026, 6, 26)),
        SCHOOL_PAPER,
        f"With {pupil.key_adult}, who wrote down the words and changed nothing.",
    )
    drawing = child_drawing(f"{pupil.seed}:{pupil.number}:views")
    scale = draw(pupil, "scale")
    paper.blocks = [
        heading("About me"),
        *[quote(pupil.say(line)) for line in words["pupil"][:3]],
        heading("My picture of the new school"),
        picture(drawing, width=400),
        gap(),
        heading("How I feel about it, from 1 to 5"),
        facts(
            [
                ("Making friends", str(scale.randint(2, 5))),
                ("Finding my way", str(scale.randint(1, 4))),
                ("Lessons", str(scale.randint(2, 5))),
                ("Lunch and break", str(scale.randint(1, 5))),
                ("My new teachers", str(scale.randint(2, 5))),
            ]
        ),
        heading("What I want people to know"),
        *[quote(pupil.say(line)) for line in words["pupil"][3:]],
        heading("What helps me"),
        bullets(some(pupil, "views-helps", words["helps"], 5)),
        heading("What I hope for"),
        quote(f"To have one good friend, to do {pupil.interest}, and to be asked."),
    ]
    return paper
