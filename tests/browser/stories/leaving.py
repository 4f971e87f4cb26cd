"""The sending school: a round of sending, a folder, twins, a question."""

from __future__ import annotations

import hashlib
import io

from exchange.domain.access import Role
from exchange.services.people.account import Account
from exchange.services.query import ask_question, open_questions
from exchange.services.queue_bundle import Order
from exchange.services.send_many import begin_round, run_round
from exchange.services.tray.batch import Expected, announce
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import Stage as Looked
from exchange.services.tray.upload import of_batch
from tests.browser.furnish import SENCO
from tests.browser.stories.stage import SURNAME, Stage, Story, actor
from tests.exchange.services.tray.papers import pdf_saying
from tests.journeys.machine import wait_for


def _sending(stage: Stage, _: Account) -> str:
    """Two packs were to be sent: one went, the other could not."""
    primary, inside = stage.live["primary"], stage.live["primary"].node.inside
    pupils = [stage.child("Imogen"), stage.child("Silas", going=False)]
    order = Order(purpose="phase-transfer", lawful_basis="public-task")
    round_id = begin_round(inside, primary.org_id, pupils, order, SENCO, leave_undecided=True)
    run_round(inside, primary.org_id, round_id, SENCO)
    return f"/leavers/send/{round_id}"


def _folder(stage: Stage, _: Account) -> str:
    """A folder came with a child's document in it, and one that may be anybody's."""
    primary = stage.live["primary"]
    stage.child("Rowena")
    files = {
        f"{SURNAME} Rowena/plan.pdf": pdf_saying("SEN support plan", f"Rowena {SURNAME}"),
        "notes.pdf": pdf_saying("Notes of a meeting"),
    }
    expected = [
        Expected(path, len(content), hashlib.sha256(content).hexdigest())
        for path, content in files.items()
    ]
    inside = primary.node.inside
    folder, _missing = announce(inside, primary.org_id, "Story folder", expected, SENCO)
    for path, content in files.items():
        new = NewUpload(path.rpartition("/")[2], path=path, batch_id=folder.batch_id)
        receive(inside, primary.org_id, io.BytesIO(content), new, SENCO)

    def ready() -> bool:
        with inside.store.reading(primary.org_id) as unit:
            found = of_batch(unit, folder.batch_id)
        return len(found) == len(files) and all(one.stage is Looked.READY for one in found)

    wait_for("the folder to be looked at", ready)
    return f"/tray/folder/{folder.batch_id}"


def _folder_child(stage: Stage, account: Account) -> str:
    story = next(one for one in STORIES if one.endpoint == "tray.batch")
    return f"{stage.path(story, account)}/pupils/{stage.child('Rowena')}"


def _twins(stage: Stage, _: Account) -> str:
    """Two children of one surname and birthday: whose the report is has to be confirmed."""
    stage.child("Silas", going=False)
    return f"/pupils/{stage.child('Rowena')}/twins"


def _question(stage: Stage, _: Account) -> str:
    """The other school asked something about a pack."""
    primary, secondary = stage.live["primary"], stage.live["secondary"]
    bundle = stage.made.sent[0]
    with secondary.node.inside.store.reading(secondary.org_id) as unit:
        arrival = next(one for one in unit.arrivals.all() if one.bundle_id == bundle)
    asker = actor(stage.someone("secondary", Role.SENCO), Role.SENCO)
    text = "Which hospital was that?"
    ask_question(secondary.node.inside, secondary.org_id, arrival, text, (), asker)

    def came() -> bool:
        with primary.node.inside.store.reading(primary.org_id) as unit:
            return any(one.about == bundle for one in open_questions(unit))

    wait_for("a question to come", came)
    return f"/transfers/{bundle}/questions"


STORIES = (
    Story("leavers.sending", "primary", _sending),
    Story("tray.batch", "primary", _folder),
    Story("tray.batch_child", "primary", _folder_child),
    Story("tray.twins", "primary", _twins),
    Story("transfers.answer", "primary", _question),
)
