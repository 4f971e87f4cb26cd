"""Pages of advice: a school asks by link and by pack; files; a service answers on its own pages."""

from __future__ import annotations

import io
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from exchange.domain.access import Role
from exchange.faces.share import create_app
from exchange.ports import Actor
from exchange.services.advice.reports import Step, waiting_reports
from exchange.services.advice.standing import all_advice
from exchange.services.advice.tasks import all_tasks
from exchange.services.advice.working import AdviceWorker
from exchange.services.keep_pupil import add_pupil
from exchange.services.letters import KIND as LETTER
from exchange.services.links.answers import take
from exchange.services.links.door import Door
from exchange.services.links.model import ANSWER
from exchange.services.links.pick_up import Means
from exchange.services.tray.advance import TrayChecker
from exchange.services.tray.file_upload import Filing, file_upload
from exchange.services.tray.receive import NewUpload, receive
from exchange.services.tray.upload import in_tray, of_batch
from exchange.services.trust import organisation, recipient_keys
from exchange.store.sql import SqlStore
from keys.age import parse_recipient
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import PDF
from tests.exchange.services.tray.papers import noted, pdf_saying, scan
from tests.exchange.web.site import Client, Place, Site, made_site

SHARE = "https://share.example"
SENCO = Actor("Jo", "senco")
REPORT = noted(pdf_saying("Speech report", "Zenobia Quillfeather", "born 9 March 2015"))


@dataclass
class Asking:
    """A school with a pupil, and a service that has joined."""

    site: Site
    pupil: str
    paper: str
    marked: str

    @property
    def school(self) -> Place:
        return self.site["primary"]

    @property
    def service(self) -> Place:
        return self.site["agency"]

    def work(self) -> None:
        self.site.settle()
        for place in (self.school, self.service):
            worker = AdviceWorker(place.node.inside, Means(SHARE))
            checker = TrayChecker(place.node.inside, place.node.inspector, None, place.node.cleaner)
            until = time.monotonic() + 30
            while self._busy(place) and time.monotonic() < until:
                take(place.node.inside)
                worker.round()
                for one in checker.due(place.org_id):
                    checker.advance(place.org_id, one)
                time.sleep(0.05)  # the node's own worker may be at one of them
        self.site.settle()

    def _busy(self, place: Place) -> bool:
        with place.node.inside.store.reading(place.org_id) as unit:
            answers = any(True for _ in unit.items.all(ANSWER))
            uploads = any(one.waits for one in in_tray(unit))
            reports = any(one.step is not Step.WAITING for one in waiting_reports(unit))
            tasks = [each for one in all_tasks(unit) for each in of_batch(unit, one.task_id)]
            return answers or uploads or reports or any(one.waits for one in tasks)

    def ask(self, client: Client, **changes: object) -> Any:
        client.get(f"/pupils/{self.pupil}/advice/new")
        return client.post(f"/pupils/{self.pupil}/advice/new", asked(**changes))

    def newest(self) -> Any:
        with self.school.node.inside.store.reading(self.school.org_id) as unit:
            return all_advice(unit)[0]


def asked(**changes: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": "health",
        "name": "Speech therapy",
        "person": "Sam Reed",
        "role": "therapist",
        "mail": "sam@therapy.example",
        "channel": "read-out",
        "phone": "01632 960555",
        "confirmed": "Rang them",
        "purpose": "referral",
        "wanted": "slt-report",
        "question": "What helps?",
        "given_by": "Pat Quillfeather, mother",
        "how": "signed-form",
        **day("given", date(2026, 6, 1)),
    }
    return told | changes


def day(name: str, when: date) -> dict[str, str]:
    return {name: [str(when.day), str(when.month), str(when.year)]}  # type: ignore[dict-item]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    folder: Path = tmp_path_factory.mktemp("agencies")
    with made_site(folder, "primary", "agency") as site:
        place = site["primary"]
        record = Pupil(
            subject=str(uuid.uuid4()),
            names=Names(surname="Quillfeather", forename="Zenobia"),
            date_of_birth=date(2015, 3, 9),
            sex="F",
            upn_unknown="UN1",
        )
        pupil = add_pupil(place.node.inside, place.org_id, record, SENCO)
        paper = filed(place, pupil, PDF, "sen-support-plan")
        marked = filed(place, pupil, PDF + b"% no", "other")
        place.app.extensions["senx-parts"].more["share_url"] = SHARE
        yield Asking(site, pupil, paper, marked)


def filed(place: Place, pupil: str, content: bytes, type_: str) -> str:
    inside = place.node.inside
    made = receive(inside, place.org_id, io.BytesIO(content), NewUpload("a.pdf"), SENCO).upload
    checker = TrayChecker(inside, place.node.inspector, None, place.node.cleaner)
    checker.advance(place.org_id, made.upload_id)
    filing = Filing(pupil, type_)
    return file_upload(inside, place.org_id, made.upload_id, filing, SENCO).document.document_id


def test_a_school_asks_by_link_and_files_what_comes(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    page = client.get(f"/pupils/{asking.pupil}/advice/new").text
    assert asking.paper in page
    assert asking.marked not in page  # of no type yet: it goes to nobody
    assert "What cannot be chosen, and why" in page
    wrong = asking.ask(client, question="", given_by="")
    assert wrong.status_code == 422
    assert "What do you want to know" in wrong.text
    refused = asking.ask(client, shared=[asking.marked])
    assert "may not go to this body" in refused.text
    page = client.follow(asking.ask(client, shared=[asking.paper])).text
    assert "The request is on its way" in page
    assert "sam@therapy.example" in page
    request = asking.newest()
    outside = Outside(asking)
    outside.come_in(client, request)
    outside.sends()
    asking.work()
    assert "To be filed" in client.get("/advice").text
    where = re.search(r"/advice/reports/[0-9a-f-]+", client.last)
    assert where is not None
    page = client.get(where[0]).text
    assert "It names the child in full" in page
    assert "It holds notes that a print does not show" in page
    look = re.search(r'href="(/advice/reports/[^"]+/files/[^"?]+)"', page)
    assert look is not None
    assert client.raw.get(look[1], base_url="https://pages.example").data == REPORT
    client.get(where[0])
    assert client.post(where[0], {"pupil": asking.pupil}).status_code == 422
    done = client.follow(client.post(where[0], {"pupil": asking.pupil, "looked": "yes"}))
    assert "The report is filed" in done.text
    assert "Speech and language therapy report" in done.text
    assert client.get(f"/advice/{request.request_id}").text.count("Filed") >= 1


def test_a_version_that_a_newer_one_follows_is_nowhere_ready(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    asking.ask(client)
    request, outside = asking.newest(), Outside(asking)
    outside.come_in(client, request)
    outside.sends()
    outside.sends(REPORT + b"\n% corrected\n")
    asking.work()
    page = client.get(f"/advice/{request.request_id}").text
    assert page.count("A newer one came") == 1
    assert page.count("Ready") == 1
    assert "version 2" in page


def test_a_number_of_nobody_is_said_at_its_field(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    refused = asking.ask(client, number="RZZ11")
    assert refused.status_code == 422
    assert "Nobody with this number has joined" in refused.text
    other = asking.ask(client, number="RXX99")  # a number of somebody else than who is named
    assert "The number is that of Larkshire Therapies" in other.text


def test_a_service_that_joined_answers_on_its_own_pages(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    where = f"/pupils/{asking.pupil}/advice/new"
    none = client.get(f"{where}?find=Somebody+else").text
    assert "Nobody with this name or number has joined" in none
    found = re.search(r'href="([^"]+)">Larkshire Therapies<', client.get(f"{where}?find=lark").text)
    assert found is not None
    where = found[1].replace("&amp;", "&")
    page = client.get(where).text
    assert "They have joined" in page
    assert "How do they get the code?" not in page
    told = {name: asked()[name] for name in ("purpose", "wanted", "question", "given_by", "how")}
    told |= {"shared": [asking.paper], **day("given", date(2026, 6, 1))}
    told |= {"purpose": "ehc-assessment"}
    page = client.follow(client.post(where, told)).text
    assert "The request is on its way" in page
    request = asking.newest()
    assert (request.body.org_id, request.body.kind) == (asking.service.org_id, "agency")
    asking.work()
    theirs = asking.service.client(Role.PRACTITIONER)
    inbox = theirs.get("/asked-of-us").text
    assert "Zenobia Quillfeather" in inbox
    task = re.search(r"/asked-of-us/[0-9a-f-]+", inbox)
    assert task is not None
    page = theirs.get(task[0]).text
    assert "What helps?" in page
    assert "six weeks after it came" in page
    document = re.search(r'href="(/asked-of-us/[^"]+/documents/[^"]+)"', page)
    assert document is not None
    assert theirs.raw.get(document[1], base_url="https://pages.example").data == PDF
    theirs.get(f"{task[0]}/files")
    added = theirs.post(
        f"{task[0]}/files",
        {"files": [(io.BytesIO(REPORT), "report.pdf")]},
        content_type="multipart/form-data",
    )
    assert added.status_code == 303
    early = {
        "type": "ep-report",
        "author": "Lee",
        "role": "psychologist",
        "readers": "usual",
        **day("written", date(2026, 6, 2)),
    }
    theirs.get(f"{task[0]}/send")
    assert "Wait until every file was checked" in theirs.post(f"{task[0]}/send", early).text
    asking.work()
    theirs.get(f"{task[0]}/send")
    sent = theirs.follow(theirs.post(f"{task[0]}/send", early))
    assert "The report is on its way" in sent.text
    asking.work()
    assert "Lee" in client.get("/advice").text
    assert "Where it is" in theirs.get(task[0]).text


def test_reminders_stop_and_cancel(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    client.follow(asking.ask(client))
    where = f"/advice/{asking.newest().request_id}"
    for path, data, said in (
        ("remind", {}, "A reminder is on its way"),
        ("remind", {}, "A reminder went today"),
        ("reminders", {"on": "no"}, "No more reminders"),
        ("link", {}, "A new link is on its way"),
    ):
        client.get(where)
        page = client.follow(client.post(f"{where}/{path}", data)).text
        assert said in page, path
    client.get(f"{where}/cancel")
    page = client.follow(client.post(f"{where}/cancel", {"why": "Moved"})).text
    assert "The request is cancelled" in page
    assert "Show the code" not in page


def test_what_came_by_mail_is_filed_with_its_author(asking: Asking) -> None:
    client = asking.school.client(Role.SENCO)
    inside, here = asking.school.node.inside, asking.school.org_id
    made = receive(inside, here, io.BytesIO(REPORT + b"%m"), NewUpload("mail.pdf"), SENCO).upload
    asking.work()
    assert f"/documents/{made.upload_id}/report" in client.get(f"/tray/files/{made.upload_id}").text
    page = client.get(f"/documents/{made.upload_id}/report").text
    assert "Zenobia Quillfeather" in page
    assert "It gives the child&#39;s day of birth" in page
    told = by_mail(asking, readers="not", whom=["parents"])
    unseen = client.post(f"/documents/{made.upload_id}/report", told)
    assert (unseen.status_code, "then say that it is theirs" in unseen.text) == (422, True)
    told |= {"looked": "yes"}
    done = client.follow(client.post(f"/documents/{made.upload_id}/report", told))
    assert "The report is filed" in done.text
    with inside.store.reading(here) as unit:
        found = next(
            one for one in unit.documents.of_pupil(asking.pupil) if one.type == "ot-report"
        )
    assert [one.not_for for one in found.said.marks] == ["family"]
    assert "filed already" in client.follow(client.get(f"/documents/{made.upload_id}/report")).text


def test_a_scan_that_came_by_mail_is_known_by_two_things(asking: Asking) -> None:
    """Nothing in it can be searched: whose it is, a person says, and by what."""
    client = asking.school.client(Role.SENCO)
    inside, here = asking.school.node.inside, asking.school.org_id
    made = receive(inside, here, io.BytesIO(scan()), NewUpload("scan.pdf"), SENCO).upload
    asking.work()
    where = f"/documents/{made.upload_id}/report"
    assert "By what in the document" not in client.get(where).text  # nobody is chosen yet
    told = by_mail(asking, looked="yes")
    page = client.post(where, told)
    assert (page.status_code, "One thing alone is not enough" in page.text) == (422, True)
    assert "could not be searched" in page.text
    told |= {"matched": asking.pupil}
    thin = client.post(where, told | {"compared": ["name"]})
    assert (thin.status_code, "Tick by what you know" in thin.text) == (422, True)
    other = client.post(where, told | {"compared": ["name", "born"], "matched": "another"})
    assert other.status_code == 422  # ticked of a child of whom the page did not tell
    done = client.follow(client.post(where, told | {"compared": ["name", "born"]}))
    assert "The report is filed" in done.text


def by_mail(asking: Asking, **changes: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "how": "parent",
        "pupil": asking.pupil,
        "type": "ot-report",
        "author": "Kim Vale",
        "role": "occupational therapist",
        "readers": "usual",
        **day("written", date(2026, 5, 4)),
    }
    return told | changes


def test_another_schools_requests_are_unknown(asking: Asking) -> None:
    theirs = asking.newest().request_id
    client = asking.service.client(Role.SENCO, Role.PRACTITIONER)
    for path in (f"/advice/{theirs}", f"/advice/{theirs}/cancel", f"/asked-of-us/{theirs}"):
        assert client.get(path).status_code == 404


class Outside:
    """The speech therapist, in a browser."""

    def __init__(self, asking: Asking) -> None:
        node = asking.school.node
        inside = node.inside
        store = SqlStore(node.engine, None, inside.clock)

        def keys(org_id: str) -> Any:
            now = inside.clock.now()
            found = recipient_keys(organisation(inside.directory(), org_id, now), "general", now)
            return [parse_recipient(one.recipient) for one in found]

        door = Door(store, inside.blobs, inside.clock, keys)
        self.raw: FlaskClient = create_app(door, share_url=SHARE, floor_seconds=0.0).test_client()
        self.asking = asking

    def come_in(self, client: Client, request: Any) -> None:
        place = self.asking.school
        with place.node.inside.store.reading(place.org_id) as unit:
            links = [
                one.content["facts"]["link"]  # type: ignore[index, call-overload]
                for one in unit.items.all(LETTER)
                if one.clear["template"] == "link-agency"
            ]
        path = "/" + str(links[-1]).split("/", 3)[3]
        self.raw.post(path, base_url=SHARE)
        where = f"/advice/{request.request_id}"
        client.get(where)
        page = client.post(f"{where}/links/{request.links[-1]}/code").text
        code = re.search(r'class="sx-code">([0-9 ]+)<', page)
        assert code is not None
        entered = self.raw.post(f"{path}/code", data={"code": code[1]}, base_url=SHARE)
        assert entered.headers["Location"] == "/report"

    def sends(self, content: bytes = REPORT) -> None:
        page = self.raw.get("/report/files", base_url=SHARE).text
        token = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
        assert token is not None
        told = {"form_token": token[1]}
        files = {**told, "files": [(io.BytesIO(content), "report.pdf")]}
        self.raw.post(
            "/report/files", data=files, content_type="multipart/form-data", base_url=SHARE
        )
        about = told | {
            "type": "slt-report",
            "author": "Sam Reed",
            "role": "therapist",
            "written_day": "1",
            "written_month": "6",
            "written_year": "2026",
            "readers": "usual",
            "then": "on",
        }
        assert self.raw.post("/report/about", data=about, base_url=SHARE).status_code == 303
        assert self.raw.post("/report/send", data=told, base_url=SHARE).status_code == 303
