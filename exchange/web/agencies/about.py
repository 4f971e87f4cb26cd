"""What is asked about a report, on the pages of staff and of a specialist's own service."""

from __future__ import annotations

from typing import Any

from flask import request

from exchange.domain.clocks import london_day
from exchange.services.links.agency_about import (
    EVERYBODY,
    NOT_THESE,
    ONLY,
    READERS,
    REGISTERS,
    About,
    check_about,
    types_on,
)
from exchange.web.forms import PageForm
from exchange.web.here import inside
from exchange.web.pupils.inputs import Spec, answers

WISHES = (
    (EVERYBODY, "As is usual for such a report"),
    (ONLY, "Only those ticked below"),
    (NOT_THESE, "Not those ticked below"),
)
SEEN = (("yes", "Yes"), ("no", "No"))


def about_specs() -> tuple[Spec, ...]:
    """Return the questions; who may read it is asked beside them."""
    today = london_day(inside().clock.now())
    return (
        Spec(
            "type",
            "What kind of report is it?",
            "select",
            choices=lambda: list(types_on(today).items()),
            needed=True,
        ),
        Spec("author", "Who wrote it?", "line", "Name of the author.", needed=True),
        Spec("role", "Profession", "line", "Such as educational psychologist.", needed=True),
        Spec("organisation", "Service or employer", "line"),
        Spec(
            "register",
            "Professional register",
            "select",
            choices=lambda: [(one.value, label) for one, label in REGISTERS],
        ),
        Spec("number", "Number in the register", "line"),
        Spec("register_name", "Name of the register, if it is another", "line"),
        Spec("written", "When was it written?", "day", needed=True),
        Spec("parents_have_seen", "Have the parents seen it?", "radio", choices=lambda: SEEN),
    )


def readers_asked() -> dict[str, Any]:
    """Return what the template needs to ask who may read it."""
    return {
        "wishes": WISHES,
        "readers": [(one.value, label) for one, label in READERS],
        "wish": request.form.get("readers", EVERYBODY),
        "whom": request.form.getlist("whom"),
    }


def about_of(form: PageForm, specs: tuple[Spec, ...]) -> About:
    """Return what was filled in, checked.

    :raises UsageError: as ``agency_about.check_about`` says.
    """
    told = answers(form, specs)
    today = london_day(inside().clock.now())
    wish = request.form.get("readers", EVERYBODY)
    return check_about(
        About(
            type=told["type"] or "",
            author=told["author"] or "",
            role=told["role"] or "",
            written=told["written"] or today,
            organisation=told["organisation"] or "",
            register=told["register"] or "",
            number=told["number"] or "",
            register_name=told["register_name"] or "",
            readers=wish,
            whom=tuple(request.form.getlist("whom")) if wish != EVERYBODY else (),
            parents_have_seen=told["parents_have_seen"] or "",
        ),
        today,
    )
