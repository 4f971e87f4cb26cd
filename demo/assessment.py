"""The other journeys: a school asks its council to assess a child, and a panel gets one pack.

The request goes as a pack; the council's worker makes a case of it. A caseworker says whose it is,
decides to assess, asks a service that has joined and one that has not, files what the second sends
by its link, and has a pack made for the panel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo.casework import Casework, Seat, seat
from demo.mails import Mails
from demo.material import PupilMaterial
from demo.material.places import COUNCIL, PRIMARY, THERAPIES
from demo.processes import Processes
from demo.town import Town
from demo.visitor import NothingCame
from exchange.domain.access import Role
from exchange.ports import Actor
from exchange.services.ehc_request.keeping import request_file
from exchange.services.ehc_request.outlook import outlook
from exchange.services.ehc_request.preparing import start_request
from exchange.services.ehc_request.sending import send_request
from exchange.services.ehc_request.writing import write

_SENCO = Actor(PRIMARY.senco, Role.SENCO.value)
_NEEDS = (
    "Two years of extra help in school have moved reading and listening by a few months alone; the "
    "reports that go with this request say what was tried, for how long, and what came of it."
)
_PLAN = "What is needed now is more, and more special, than a school's own means can give."


@dataclass(frozen=True, slots=True)
class Assessed:
    """What came of it.

    :ivar link: the address by which the specialist sends a corrected version.
    """

    ok: bool
    link: str = ""


def assess(
    town: Town, nodes: Processes, mails: Mails, reference: str, child: PupilMaterial
) -> Assessed:
    """Let the school ask for an assessment of a pupil, and tell what comes of it."""
    print(f"\nAn EHC needs assessment: {PRIMARY.name} asks {COUNCIL.name}")
    with (
        seat(town.of(PRIMARY)) as school,
        seat(town.of(COUNCIL)) as council,
        seat(town.of(THERAPIES)) as service,
    ):
        try:
            bundle_id = _ask(school, reference)
            story = Casework(nodes, council, service, child)
            story.take(bundle_id)
            link = story.ask_for_advice(mails)
            story.show_clocks()
            story.hold_a_panel()
        except NothingCame as late:
            print(f"Waited too long for {late}.", flush=True)
            return Assessed(ok=False)
    return Assessed(ok=True, link=link)


def _ask(school: Seat, reference: str) -> str:
    """Begin a request from what the school has written, and send it; return the pack's id."""
    inside, org_id = school.node.inside, school.org_id
    made = start_request(inside, org_id, reference, _SENCO)
    made = write(
        inside,
        org_id,
        made.request_id,
        "reasons",
        lambda record: replace(record, needs_reason=_NEEDS, plan_reason=_PLAN),
        _SENCO,
    )
    with inside.store.reading(org_id) as unit:
        seen = outlook(inside, unit, org_id, request_file(unit, made.request_id))
    sent = send_request(inside, org_id, made.request_id, "SENCO", seen.mark, _SENCO)
    print(f"Sent: the request with {len(seen.papers)} documents, filled in from the support plan")
    return sent.bundle_id
