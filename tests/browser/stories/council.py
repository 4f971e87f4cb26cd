"""The local authority: a request that came from a school, one that is held, and one by letter."""

from __future__ import annotations

from datetime import date, timedelta

from exchange.domain.access import Role
from exchange.domain.feeder import Who
from exchange.errors import ScannerUnavailable
from exchange.ports import Actor
from exchange.services.cases import (
    Case,
    CaseState,
    ClockException,
    Decision,
    Source,
    case,
    cases,
    record_decision,
    record_exception,
)
from exchange.services.cases.again import Reassessment
from exchange.services.cases.by_hand import HandRequest, enter_request
from exchange.services.cases.issuing import record_issued
from exchange.services.cases.placing import place
from exchange.services.cases.reassessing import ask, decide
from exchange.services.people.account import Account
from schemas.base import load_bytes
from schemas.statement import FileRole, Statement
from tests.browser.days import today
from tests.browser.kit import LiveNode
from tests.browser.stories.requesting import sent_to_council
from tests.browser.stories.stage import Stage, Story, actor, until
from tests.exchange.web.cases.council import Council
from tests.exchange.web.site import Site


def caseworker(stage: Stage) -> Actor:
    """Return who works the cases of the stories."""
    return actor(stage.someone("council", Role.LA_CASEWORKER), Role.LA_CASEWORKER)


def arrived_case(here: LiveNode, bundle_id: str, state: CaseState) -> Case:
    """Return the case that the worker makes of a pack, once it is there."""

    def look() -> Case | None:
        with here.node.inside.store.reading(here.org_id) as unit:
            found = [one for one in cases(unit) if one.transfer_id == bundle_id]
        return found[0] if found and found[0].state is state else None

    return until("a case of a pack", look)


def placed(stage: Stage) -> Case:
    """Return the case of a request that a school sent: the child is named, it is assessed."""

    def make() -> str:
        here, node = stage.live["council"], stage.live["council"].node
        _, bundle_id = sent_to_council(stage, "Hesper")
        held = arrived_case(here, bundle_id, CaseState.OPEN)
        who = caseworker(stage)

        def take_in() -> Case | None:
            try:
                return place(
                    node.inside, None, node.inspector, here.org_id, held.case_id, None, who
                )
            except ScannerUnavailable:
                return None

        taken = until("its papers", take_in)
        now = today()
        yes = Decision("assess", True, now, "More than the school can give.", now)
        record_decision(node.inside, here.org_id, taken.case_id, yes, who)
        return taken.case_id

    case_id = stage.once("a case", make)
    here = stage.live["council"]
    with here.node.inside.store.reading(here.org_id) as unit:
        return case(unit, case_id)


def _by_letter(stage: Stage, forename: str, days: int) -> Case:
    here = stage.live["council"]
    who = Who("Hollowhand", forename, date(2015, 2, 1 + days % 28))
    order = HandRequest(
        Source.PARENT, who, today() - timedelta(days=days), "5", "", "A letter came to the office."
    )
    return enter_request(here.node.inside, here.org_id, order, caseworker(stage))


def late(stage: Stage) -> str:
    """Return the id of a case that came by letter, whose clock stands still with a reason."""

    def make() -> str:
        here, made = stage.live["council"], _by_letter(stage, "Bo", 50)
        why = ClockException(
            "decide-assess", "school-closed", "Closed for the summer.", "Term dates.", "", today()
        )
        record_exception(here.node.inside, here.org_id, made.case_id, why, caseworker(stage))
        return made.case_id

    return stage.once("a case by letter", make)


def _untold(stage: Stage) -> str:
    """Return the id of a case in which the family was not told of the decision yet."""

    def make() -> str:
        here, made = stage.live["council"], _by_letter(stage, "Fay", 30)
        on = today() - timedelta(days=2)
        decision = Decision("assess", False, on, "It is working.", None)
        record_decision(here.node.inside, here.org_id, made.case_id, decision, caseworker(stage))
        return made.case_id

    return stage.once("a case nobody was told of", make)


def _reassessed(stage: Stage) -> str:
    """Return the id of a case whose plan will be reassessed, though nobody told the family yet."""

    def make() -> str:
        here, made = stage.live["council"], _by_letter(stage, "Gil", 90)
        node, who = (here.node.inside, here.org_id, made.case_id), caseworker(stage)
        on = today() - timedelta(days=5)
        for what in ("assess", "plan"):
            record_decision(*node, Decision(what, True, on, "", on), who)
        record_issued(*node, on, who)
        ask(*node, Source.PARENT, on, who)
        decide(*node, Reassessment(yes=True, decided=on), who)
        return made.case_id

    return stage.once("a plan that is reassessed", make)


def _held(stage: Stage) -> str:
    """Return the id of a case whose pack could not be read."""

    def make() -> str:
        places = {name: stage.live[name].place for name in ("primary", "council")}
        bundle_id = Council(Site(places)).send(7, broken=True)
        return arrived_case(stage.live["council"], bundle_id, CaseState.HELD).case_id

    return stage.once("a held case", make)


def _document(stage: Stage) -> str:
    """Return the path of a document in the pack as it came."""
    here, held = stage.live["council"], placed(stage)
    with here.node.inside.store.reading(here.org_id) as unit:
        arrival = unit.arrivals.by_bundle(str(held.transfer_id))
    files = load_bytes(Statement, arrival.statement).files
    document = next(one.id for one in files if one.role is FileRole.DOCUMENT)
    return f"/cases/{held.case_id}/packs/{arrival.bundle_id}/documents/{document}"


def paper_of(stage: Stage) -> str:
    """Return the id of a paper that was taken in for the child of the case."""
    here, held = stage.live["council"], placed(stage)
    with here.node.inside.store.reading(here.org_id) as unit:
        return unit.documents.of_pupil(str(held.pupil_id))[0].document_id


def _of_placed(endpoint: str, path: str = "") -> Story:
    def tell(stage: Stage, _: Account) -> str:
        return f"/cases/{placed(stage).case_id}{path}"

    return Story(endpoint, "council", tell)


def _paper(stage: Stage, _: Account) -> str:
    return f"/cases/{placed(stage).case_id}/documents/{paper_of(stage)}"


STORIES: tuple[Story, ...] = (
    _of_placed("cases.page"),
    _of_placed("cases.decide", "/decide/plan"),
    _of_placed("cases.word", "/advice/psychology"),
    _of_placed("cases.ask", "/advice/psychology/ask"),
    Story("cases.document", "council", lambda stage, _: _document(stage)),
    Story("cases.paper", "council", _paper),
    Story("cases.child", "council", lambda stage, _: f"/cases/{late(stage)}/child"),
    Story("cases.describe", "council", lambda stage, _: f"/cases/{late(stage)}/child/details"),
    Story("cases.not_ours", "council", lambda stage, _: f"/cases/{late(stage)}/not-ours"),
    Story("cases.take_back", "council", lambda stage, _: f"/cases/{late(stage)}/mistakes"),
    Story("tray.twins", "council", lambda stage, _: f"/pupils/{placed(stage).pupil_id}/twins"),
    Story("cases.told", "council", lambda stage, _: f"/cases/{_untold(stage)}/decide/assess/told"),
    Story(
        "cases.reassess", "council", lambda stage, _: f"/cases/{_reassessed(stage)}/reassessment"
    ),
    Story(
        "cases.stop_reassessing",
        "council",
        lambda stage, _: f"/cases/{_reassessed(stage)}/reassessment/stop",
    ),
    Story("cases.held", "council", lambda stage, _: f"/cases/{_held(stage)}/held"),
    Story("cases.join", "council", lambda stage, _: f"/cases/{_held(stage)}/join"),
)
