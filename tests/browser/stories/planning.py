"""EHC plans: a draft at the council, a school that is asked, and one that was asked by letter."""

from __future__ import annotations

from exchange.services.people.account import Account
from exchange.services.plans.asked import asked
from exchange.services.plans.consulting import consult, consult_by_hand
from exchange.services.plans.editions import EditionKind, edition
from exchange.services.plans.writing import plan_of, version_of_section, write_section
from tests.browser.days import today
from tests.browser.stories.council import caseworker, placed
from tests.browser.stories.stage import Stage, Story, until

_WRITTEN = {
    "A": "I like building things.",
    "B": "Speech is hard to follow in a large room.",
    "E": "To follow a lesson with one reminder.",
    "F": "A speech and language therapist, one hour a week in term time.",
}


def drafted(stage: Stage) -> str:
    """Return the path of a plan of four sections."""

    def make() -> str:
        here, held = stage.live["council"], placed(stage)
        inside, org_id, case_id = here.node.inside, here.org_id, held.case_id
        for letter, text in _WRITTEN.items():
            with inside.store.reading(org_id) as unit:
                version = version_of_section(plan_of(unit, held), letter)
            write_section(inside, org_id, case_id, letter, text, (), version, caseworker(stage))
        return f"/cases/{case_id}/plan"

    return stage.once("a drafted plan", make)


def _consulted(stage: Stage) -> str:
    """Return the id of the pack by which a school was asked."""

    def make() -> str:
        drafted(stage)
        here, there, held = stage.live["council"], stage.live["secondary"], placed(stage)
        inside, org_id, to = here.node.inside, here.org_id, there.org_id
        with inside.store.reading(org_id) as unit:
            seen = edition(inside, unit, held, to, EditionKind.CONSULTATION).mark
        bundle_id = consult(inside, org_id, held.case_id, to, seen, caseworker(stage)).bundle_id

        def came() -> str | None:
            with there.node.inside.store.reading(there.org_id) as unit:
                return bundle_id if asked(unit, bundle_id) is not None else None

        return until("a consultation to come", came)

    return stage.once("a consultation", make)


def _consultation(stage: Stage, _: Account) -> str:
    """A school that has not joined was asked by letter."""
    here, at = stage.live["council"], drafted(stage)
    made = consult_by_hand(
        here.node.inside,
        here.org_id,
        placed(stage).case_id,
        "Far Hill School",
        today(),
        caseworker(stage),
    )
    return f"{at}/consultations/{made.consultation_id}"


def _send(stage: Stage, _: Account) -> str:
    """Another school is chosen."""
    return f"{drafted(stage)}/schools/{stage.live['primary'].org_id}?for=consultation"


STORIES: tuple[Story, ...] = (
    Story("plans.page", "council", lambda stage, _: drafted(stage)),
    Story("plans.section", "council", lambda stage, _: f"{drafted(stage)}/sections/B"),
    Story("plans.standing", "council", lambda stage, _: f"{drafted(stage)}/standing"),
    Story(
        "plans.schools",
        "council",
        lambda stage, _: f"{drafted(stage)}/schools?for=consultation&q=999002",
    ),
    Story("plans.send", "council", _send),
    Story("plans.by_hand", "council", lambda stage, _: f"{drafted(stage)}/consultations/new"),
    Story("plans.consultation", "council", _consultation),
    Story("plans.answer", "secondary", lambda stage, _: f"/consultations/{_consulted(stage)}"),
)
