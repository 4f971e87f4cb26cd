"""Advice of specialists: asked by a link and by a pack, answered, filed; and what came by mail."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date

from exchange.ports import Limits
from exchange.services.advice.asking import asked_by_link
from exchange.services.advice.model import AdviceOrder, Body, ConsentGiven
from exchange.services.advice.reports import Step, waiting_reports
from exchange.services.advice.tasks import all_tasks
from exchange.services.links.agency_about import About
from exchange.services.links.agency_desk import AgencyDesk
from exchange.services.links.codes import codes_to_read
from exchange.services.links.door import Door
from exchange.services.links.model import Inviter
from exchange.services.links.pick_up import Means
from exchange.services.people.account import Account
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import Stage as UploadStage
from exchange.services.tray.upload import get_upload
from exchange.services.trust import organisation, recipient_keys
from exchange.store.sql import SqlStore
from keys.age import parse_recipient
from keys.interfaces import Recipient
from schemas.advice import ConsentHow
from tests.browser.furnish import SENCO
from tests.browser.kit import LiveNode
from tests.browser.stories.council import caseworker, placed
from tests.browser.stories.stage import Stage, Story, until
from tests.exchange.services.tray.papers import pdf_saying

SHARE = "https://share.example"
THERAPIST = Body(
    kind="health",
    name="Marlshire Speech Therapy",
    person="Sam Reed",
    role="speech and language therapist",
    mail="sam@therapy.example",
    phone="01632 960555",
    confirmed="Rang the service",
)
Tell = Callable[[Stage, Account], str]


def _asked(stage: Stage, where: str, forename: str, body: Body) -> tuple[str, str]:
    """Ask about a child; return the request's id, and the link's address where there is one.

    At a council the child is that of the case, whatever the forename.
    """
    here = stage.live[where]
    order = AdviceOrder(
        pupil_id=stage.child(forename) if where == "primary" else str(placed(stage).pupil_id),
        body=body,
        question="What helps in class?",
        wanted_type="slt-report",
        consent=ConsentGiven("Kit Hollow, father", date(2026, 6, 1), ConsentHow.FORM),
    )
    made = asked_by_link(
        here.node.inside,
        here.org_id,
        order,
        SENCO if where == "primary" else caseworker(stage),
        means=Means(SHARE),
        inviter=Inviter("Bridget Norcott", "SENCO"),
    )
    return made.request.request_id, made.address


def _request(where: str) -> Tell:
    """A therapist was asked by a link."""
    return lambda stage, _: f"/advice/{_asked(stage, where, 'Imogen', THERAPIST)[0]}"


def _ask(stage: Stage, _: Account) -> str:
    """A child of a case, about whom anybody may be asked."""
    return f"/pupils/{placed(stage).pupil_id}/advice/new"


def _cancel(where: str) -> Tell:
    """Another one was, too."""
    return lambda stage, _: f"/advice/{_asked(stage, where, 'Jasper', THERAPIST)[0]}/cancel"


def _report(where: str, after: str = "") -> Tell:
    """A therapist came in by the link and sent a report; the worker looked at it."""

    def tell(stage: Stage, _: Account) -> str:
        here = stage.live[where]
        request_id, address = _asked(stage, where, "Linnet", THERAPIST)
        _send(here, address)
        found = until("a report to be looked at", lambda: _ready(here, request_id))
        return f"/advice/reports/{found}{after}"

    return tell


def _ready(node: LiveNode, request_id: str) -> str | None:
    with node.node.inside.store.reading(node.org_id) as unit:
        found = [one for one in waiting_reports(unit) if one.request_id == request_id]
    return found[0].report_id if found and found[0].step is Step.WAITING else None


def _send(node: LiveNode, address: str) -> None:
    """Do what the page behind the link does."""
    inside = node.node.inside

    def keys(org_id: str) -> Sequence[Recipient]:
        now = inside.clock.now()
        found = recipient_keys(organisation(inside.directory(), org_id, now), "general", now)
        return [parse_recipient(one.recipient) for one in found]

    door = Door(SqlStore(node.node.engine, None, inside.clock), inside.blobs, inside.clock, keys)
    token = address.rpartition("/")[2]
    door.ask(token)
    with inside.store.reading(node.org_id) as unit:
        links = list(unit.items.all("link"))
    link_id = next(one.item_id for one in reversed(links) if one.clear.get("asked") == 1)
    visit = door.enter(token, codes_to_read(inside, node.org_id, link_id)[-1].code)
    desk = AgencyDesk(door, Limits())
    with desk.receiving(visit) as taking:
        taking.write(pdf_saying("Report about Linnet Hollowlinnet"))
        taking.finish("report.pdf")
    about = About("slt-report", "Sam Reed", "therapist", date(2026, 6, 2))
    desk.send(visit, about)


def _came(where: str) -> Tell:
    """A report came by mail and was put into the tray."""

    def tell(stage: Stage, _: Account) -> str:
        inside, org_id = stage.live[where].node.inside, stage.live[where].org_id
        content = io.BytesIO(pdf_saying("A letter of a paediatrician", "by mail"))
        made = receive(inside, org_id, content, NewUpload("letter.pdf"), SENCO).upload

        def checked() -> str | None:
            with inside.store.reading(org_id) as unit:
                ready = get_upload(unit, made.upload_id).stage is UploadStage.READY
            return made.upload_id if ready else None

        return f"/documents/{until('a letter to be looked at', checked)}/report"

    return tell


def asked_of_agency(stage: Stage) -> str:
    """A service that has joined was asked."""
    agency = stage.live["agency"]
    inside, org_id = agency.node.inside, agency.org_id

    def there() -> str | None:
        with inside.store.reading(org_id) as unit:
            found = all_tasks(unit)
        return found[0].task_id if found else None

    if there() is None:
        _asked(stage, "primary", "Imogen", Body(kind="health", name="", org_id=org_id))
    return f"/asked-of-us/{until('what was asked', there)}"


def _at(page: str) -> Story:
    """Return the story of a further page of what was asked."""

    def tell(stage: Stage, _: Account) -> str:
        return f"{asked_of_agency(stage)}/{page}"

    return Story(f"agencies.task_{page}", "agency", tell)


STORIES: tuple[Story, ...] = (
    *(
        Story(f"agencies.{page}", where, tell(where))
        for where in ("primary", "council")
        for page, tell in (
            ("request", _request),
            ("cancel", _cancel),
            ("report", _report),
            ("aside", lambda where: _report(where, "/set-aside")),
            ("came", _came),
        )
    ),
    Story("agencies.ask", "council", _ask),
    Story("agencies.task", "agency", lambda stage, _: asked_of_agency(stage)),
    _at("files"),
    _at("send"),
    _at("decline"),
)
