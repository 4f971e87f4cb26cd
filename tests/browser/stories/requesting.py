"""Requests for an assessment: written, with the head, handed in, and sent to a council."""

from __future__ import annotations

from datetime import timedelta

from demo.material.places import LA_CODE
from exchange.domain.access import Role
from exchange.ports import Arrival
from exchange.services.ehc_request.approving import ask_head
from exchange.services.ehc_request.following import follow
from exchange.services.ehc_request.handing_in import enter_handed_in
from exchange.services.ehc_request.keeping import request_file, requests_about
from exchange.services.ehc_request.model import HandedIn
from exchange.services.ehc_request.outlook import outlook
from exchange.services.ehc_request.preparing import start_request
from exchange.services.ehc_request.sending import send_request
from exchange.services.people.account import Account
from exchange.services.query import ask_question
from tests.browser.stories.stage import Stage, Story, actor, until

BIRMINGHAM = "330"
"""A council that has not joined."""


def begun(stage: Stage, forename: str, council: str = BIRMINGHAM) -> str:
    """Return the path of a child's request, begun if it was not."""
    primary = stage.live["primary"]
    inside, org_id = primary.node.inside, primary.org_id
    pupil = stage.child(forename)
    with inside.store.reading(org_id) as unit:
        there = [one.request_id for one in requests_about(unit, pupil)]
    if not there:
        senco = actor(stage.someone("primary", Role.SENCO), Role.SENCO)
        there = [start_request(inside, org_id, pupil, senco, council).request_id]
    return f"/ehc-requests/{there[0]}"


def _page(stage: Stage, _: Account) -> str:
    """A request was begun."""
    return begun(stage, "Ottilie")


def _at(section: str) -> Story:
    """Return the story of a page of the request that was begun."""
    endpoint, _, path = section.partition(" ")

    def tell(stage: Stage, _: Account) -> str:
        return f"{begun(stage, 'Ottilie')}/{path}"

    return Story(f"requests.{endpoint}", "primary", tell)


def _decide(stage: Stage, _: Account) -> str:
    """The head was asked."""
    base = begun(stage, "Peregrine")
    primary = stage.live["primary"]
    senco = actor(stage.someone("primary", Role.SENCO), Role.SENCO)
    request_id = base.rpartition("/")[2]
    ask_head(primary.node.inside, primary.org_id, request_id, "Please look.", senco)
    return f"{base}/decide"


def _answer(stage: Stage, _: Account) -> str:
    """A request was handed in three weeks ago."""
    base = begun(stage, "Quentin")
    primary = stage.live["primary"]
    inside, request_id = primary.node.inside, base.rpartition("/")[2]
    senco = actor(stage.someone("primary", Role.SENCO), Role.SENCO)
    day = inside.clock.now().date() - timedelta(days=21)
    told = HandedIn(on=day, how="The council's portal", reference="B-1")
    enter_handed_in(inside, primary.org_id, request_id, told, senco)
    return f"{base}/answer"


def sent_to_council(stage: Stage, forename: str) -> tuple[str, str]:
    """Send a child's request to the council that has joined; return its path and its pack."""

    def make() -> tuple[str, str]:
        primary, base = stage.live["primary"], begun(stage, forename, LA_CODE)
        inside, org_id, request_id = primary.node.inside, primary.org_id, base.rpartition("/")[2]
        senco = actor(stage.someone("primary", Role.SENCO), Role.SENCO)
        with inside.store.reading(org_id) as unit:
            mark = outlook(inside, unit, org_id, request_file(unit, request_id)).mark
        return base, send_request(inside, org_id, request_id, "SENCO", mark, senco).bundle_id

    return stage.once(f"a request about {forename}", make)


def _send(stage: Stage, _: Account) -> str:
    """A request is ready for a council that has joined."""
    return f"{begun(stage, 'Isidore', LA_CODE)}/send"


def _reply(stage: Stage, _: Account) -> str:
    """The council asked something about a request."""
    base, bundle_id = sent_to_council(stage, "Hesper")
    primary, council = stage.live["primary"], stage.live["council"]
    inside, org_id = primary.node.inside, primary.org_id
    there = council.node.inside

    def opened() -> Arrival | None:
        with there.store.reading(council.org_id) as unit:
            found = unit.arrivals.find(org_id, bundle_id)
        return found if found is not None and found.statement else None

    asker = actor(stage.someone("council", Role.LA_CASEWORKER), Role.LA_CASEWORKER)
    arrival = until("a request to come", opened)
    ask_question(there, council.org_id, arrival, "Which school was it before?", (), asker)

    def came() -> bool | None:
        with inside.store.reading(org_id) as unit:
            file = request_file(unit, base.rpartition("/")[2])
            steps = follow(unit, file, inside.clock.now().date()).steps
        return any(one.said for one in steps) or None

    until("a question about a request", came)
    return f"{base}/questions"


def _new(stage: Stage, _: Account) -> str:
    """A child without a request."""
    return f"/pupils/{stage.child('Rupert')}/ehc-request"


STORIES = (
    Story("requests.new", "primary", _new),
    Story("requests.page", "primary", _page),
    _at("section write/reasons"),
    _at("part write/costs/new"),
    _at("papers papers"),
    _at("check check"),
    _at("printed print"),
    _at("ask_head ask-head"),
    Story("requests.send", "primary", _send),
    _at("download files"),
    _at("handed_in handed-in"),
    _at("withdraw withdraw"),
    Story("requests.reply", "primary", _reply),
    Story("requests.decide", "primary", _decide),
    Story("requests.answer", "primary", _answer),
)
