"""A pack is read, asked about, accepted with exceptions, sent back; each look is in the book."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import replace
from typing import Any

import pytest
from pdfminer.high_level import extract_text

from exchange.domain.access import Role
from exchange.domain.transfer import State
from exchange.ports import Arrival
from exchange.services.keep_pupil import add_pupil
from exchange.services.mark_used import told_used
from exchange.services.messages import thread_of
from exchange.services.query import answer_question, open_questions
from schemas.base import load_bytes
from schemas.identifiers import Upn, upn_check_letter
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import PDF, SENCO, pupil_record
from tests.exchange.web.arrivals.conftest import School, full
from tests.exchange.web.site import Client, Place
from tests.schemas import record_examples as examples

NAMES = ("Anna", "Annie", "Annb", "Annc", "Annd", "Anne", "Annf", "Oak", "Chidi", "Okafor")


def arrival(place: Place, bundle_id: str) -> Arrival:
    with place.node.inside.store.reading(place.org_id) as unit:
        return unit.arrivals.by_bundle(bundle_id)


def said(place: Place, action: str) -> list[Any]:
    with place.node.inside.store.reading(place.org_id) as unit:
        return [one for one in unit.audit.entries() if one.action == action]


def document_of(page: str) -> str:
    found = re.search(r"/documents/([0-9a-f-]{36})", page)
    assert found is not None
    return found.group(1)


def body(client: Client, path: str) -> str:
    """Return a page without its form tokens, which tell the time."""
    return re.sub(r'name="csrf_token"[^>]*>', "", str(client.get(path).text))


def ok(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    if answer.mimetype == "text/html":
        title = re.search(r"<title>(.*?)</title>", answer.text, re.S)
        assert title is not None
        assert not any(name in title.group(1) for name in NAMES), "no name in a title"
    return answer.text if answer.mimetype == "text/html" else ""


def unbroken(text: str) -> str:
    """Return a text without its spaces: paper breaks a line where it is full."""
    return re.sub(r"\s+", "", text)


def test_a_pack_is_readable_in_two_minutes(schools: School) -> None:
    bundle = schools.arrived(0, *full())
    client = schools.secondary.client(Role.SENCO)
    board = ok(client, "/arrivals")
    assert "Annie Oak" in board
    assert "Elm Grove Primary School" in board
    page = ok(client, f"/arrivals/{bundle}")
    for text in (
        "Annie Oak",
        "What helps",
        "What to avoid",
        "In place now",
        "Coming up",
        "Speech, language and communication needs",
        "Noticed by staff, not assessed",
        "Covers his ears in the hall",
    ):
        assert text in page, text
    assert page.index("What helps") < page.index("Documents</h2>"), "the summary comes first"
    full_part = page[page.index("Records in full") :]
    assert "SEN support plan" in full_part
    assert examples.plan()["cycles"][0]["assess"] in full_part, "every cycle can be read"
    assert said(schools.secondary, "arrival.viewed")
    printed = ok(client, f"/arrivals/{bundle}/print")
    assert "What helps" in printed
    pdf = client.get(f"/arrivals/{bundle}/summary.pdf")
    assert pdf.status_code == 200
    assert pdf.data.startswith(b"%PDF")
    assert "transfer-pack.pdf" in pdf.headers["Content-Disposition"]


def test_the_dates_of_the_council_stand_on_page_and_paper(schools: School) -> None:
    report = examples.report()
    del report["document"], report["replaces"]  # its file is not sent
    records = examples.register(provision="E"), report
    upn = Upn.parse(f"{upn_check_letter('801200001777')}801200001777")
    who = {"subject": str(uuid.uuid4()), "names": Names(surname="Oak", forename="Anni"), "upn": upn}
    bundle = schools.arrived(7, *records, nc_year="6", **who)
    client = schools.secondary.client(Role.SENCO)
    pdf = client.get(f"/arrivals/{bundle}/summary.pdf").data
    told = extract_text(io.BytesIO(pdf))
    pages = [ok(client, f"/arrivals/{bundle}"), ok(client, f"/arrivals/{bundle}/print"), told]
    for text in map(unbroken, pages):
        assert unbroken("The EHC plan names the next school") in text
        assert unbroken("SEND Regulations 2014, reg 18(1)(b)") in text
        summary = unbroken(examples.report()["summary"])
        assert summary in text, "a report in short is on the paper, too"
        assert unbroken("Hold the review meeting") not in text, "a duty of the school that sent it"


def test_a_pack_without_records_says_so(schools: School) -> None:
    bundle = schools.arrived(1)
    page = ok(schools.secondary.client(Role.SENCO), f"/arrivals/{bundle}")
    assert "Not in this pack" in page
    assert "One-page profile" in page


def test_a_document_is_shown_under_a_sandbox_and_counts_as_used(schools: School) -> None:
    bundle = schools.arrived(2)
    client = schools.secondary.client(Role.SENCO)
    document = document_of(ok(client, f"/arrivals/{bundle}"))
    page = ok(client, f"/arrivals/{bundle}/documents/{document}")
    assert "<iframe" in page
    answer = client.get(f"/arrivals/{bundle}/documents/{document}/file")
    assert answer.status_code == 200
    assert answer.data == PDF
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    opened = said(schools.secondary, "document.opened")
    assert [one.detail["document"] for one in opened] == [document]
    assert opened[0].role == "senco"
    assert "Read " in ok(client, f"/arrivals/{bundle}")


def test_what_was_written_here_stays_until_somebody_takes_the_packs(schools: School) -> None:
    """The page of the pack says so, shows both, and takes the pack's where a person ticks it."""
    place, digits = schools.secondary, "801200015099"
    upn = Upn.parse(f"{upn_check_letter(digits)}{digits}")
    fay = Names(surname="Oak", forename="Annf", known_as="Fay")
    nan = replace(fay, known_as="Nan")
    own = pupil_record(7, subject=str(uuid.uuid4()), names=nan, upn=upn)
    here = add_pupil(place.node.inside, place.org_id, own, SENCO)
    sent = str(uuid.uuid4())
    bundle = schools.arrived(7, subject=sent, names=fay, upn=upn)
    client = place.client(Role.SENCO)
    ok(client, f"/arrivals/{bundle}/accept")
    page = client.follow(client.post(f"/arrivals/{bundle}/accept", {})).text
    assert "Your own records say something else than this pack" in page

    def called() -> str | None:
        with place.node.inside.store.reading(place.org_id) as unit:
            return load_bytes(Pupil, unit.pupils.get(here).record).names.known_as

    assert called() == "Nan"
    both = ok(client, f"/arrivals/{bundle}/exceptions")
    assert ">Nan<" in both
    assert ">Fay<" in both
    page = client.follow(client.post(f"/arrivals/{bundle}/exceptions", {"theirs": "pupil"})).text
    assert "Your own records say something else" not in page
    assert called() == "Fay"


def test_accept_the_whole_pack_and_mark_only_exceptions(schools: School) -> None:
    bundle = schools.arrived(3, *full())
    client = schools.secondary.client(Role.SENCO)
    page = ok(client, f"/arrivals/{bundle}")
    document = document_of(page)
    client.get(f"/arrivals/{bundle}/documents/{document}/file")
    ok(client, f"/arrivals/{bundle}/accept")
    answer = client.post(f"/arrivals/{bundle}/accept", {f"document-{document}": "unclear"})
    page = client.follow(answer).text
    assert "was accepted" in page
    assert arrival(schools.secondary, bundle).state is State.IMPORTED
    schools.hear(bundle)
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        assert unit.transfers.get(bundle).state is State.IMPORTED
        used = told_used(unit, bundle, schools.secondary.org_id)
    assert used is not None
    assert document in used, "the sender knows which documents were read"
    sender = schools.primary.client(Role.SENCO)
    told = ok(sender, f"/transfers/{bundle}")
    assert "No word yet" not in told, "the records stood on the page that was read"
    assert "The document is unclear" in told
    ok(client, f"/arrivals/{bundle}/exceptions")
    answer = client.post(f"/arrivals/{bundle}/exceptions", {f"document-{document}": "fine"})
    assert answer.status_code == 302
    schools.hear(bundle)
    told = ok(sender, f"/transfers/{bundle}")
    assert "The document is unclear" not in told, "a later word stands"


def test_an_exception_of_another_packs_document_is_refused(schools: School) -> None:
    bundle = schools.arrived(4)
    client = schools.secondary.client(Role.SENCO)
    ok(client, f"/arrivals/{bundle}/accept")
    stranger = "document-00000000-0000-4000-8000-000000000000"
    assert client.post(f"/arrivals/{bundle}/accept", {stranger: "unclear"}).status_code == 404
    assert arrival(schools.secondary, bundle).state is State.VERIFIED


def test_sent_back_is_gone_and_expected_no_more(schools: School) -> None:
    bundle = schools.arrived(5)
    client = schools.secondary.client(Role.SENCO)
    ok(client, f"/arrivals/{bundle}/reject")
    again = client.post(f"/arrivals/{bundle}/reject", {})
    assert "Choose why" in again.text
    answer = client.post(f"/arrivals/{bundle}/reject", {"code": "not-our-pupil"})
    assert "sent back" in client.follow(answer).text
    ok(client, f"/arrivals/{bundle}", 404)
    assert "Annf" not in ok(client, "/arrivals")
    schools.hear(bundle)
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        transfer = unit.transfers.get(bundle)
    assert (transfer.state, transfer.attention) == (State.REJECTED, "not-our-pupil")


def test_a_question_and_its_answer(schools: School) -> None:
    bundle = schools.arrived(6)
    client = schools.secondary.client(Role.SENCO)
    page = ok(client, f"/arrivals/{bundle}/questions")
    document = document_of(ok(client, f"/arrivals/{bundle}"))
    ok(client, f"/arrivals/{bundle}/questions")
    assert "Your question" in page
    sent = {"text": "Does <b>she</b> use the lift?", "documents": document}
    answer = client.post(f"/arrivals/{bundle}/questions", sent)
    page = client.follow(answer).text
    assert "Does &lt;b&gt;she&lt;/b&gt; use the lift?" in page
    schools.site.settle()
    primary = schools.primary
    with primary.node.inside.store.reading(primary.org_id) as unit:
        (asked,) = [one for one in open_questions(unit) if one.thread == bundle]
        assert asked.message.documents == (document,)
    answer_question(primary.node.inside, primary.org_id, asked.message_id, "Yes", SENCO)
    schools.site.settle()
    assert "Yes" in ok(client, f"/arrivals/{bundle}")
    with primary.node.inside.store.reading(primary.org_id) as unit:
        assert len(thread_of(unit, bundle)) == 2


def test_an_update_shows_what_is_new(schools: School) -> None:
    pupil_id = schools.pupil(7)
    first = schools.send(pupil_id)
    client = schools.secondary.client(Role.SENCO)
    assert "New in this update" not in ok(client, f"/arrivals/{first}")
    schools.attach(pupil_id, PDF + b"% more\n", "ot-report")
    update = schools.send(pupil_id, update=True)
    page = ok(client, f"/arrivals/{update}")
    part = page[page.index("New in this update") : page.index("Documents</h2>")]
    assert "Occupational therapy report" in part
    assert "Educational psychologist" not in part
    board = ok(client, "/arrivals")
    assert board.count("Annh Oak") == 1, "an update is no second child"


PATHS = (
    "/arrivals/{}",
    "/arrivals/{}/print",
    "/arrivals/{}/summary.pdf",
    "/arrivals/{}/accept",
    "/arrivals/{}/exceptions",
    "/arrivals/{}/reject",
    "/arrivals/{}/delete",
    "/arrivals/{}/questions",
)


@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_there_or_anothers_is_the_same_404(schools: School, path: str) -> None:
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        sent = next(iter(unit.transfers.all())).bundle_id
    unknown = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
    client = schools.primary.client(Role.SENCO)
    bodies = {body(client, path.format(one)) for one in (sent, unknown)}
    codes = {client.get(path.format(one)).status_code for one in (sent, unknown)}
    assert codes == {404}
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "role", [Role.TEACHER, Role.DSL, Role.GOVERNOR, Role.NODE_ADMINISTRATOR, Role.PANEL_MEMBER]
)
def test_other_roles_see_no_pack(schools: School, role: Role) -> None:
    with schools.secondary.node.inside.store.reading(schools.secondary.org_id) as unit:
        bundle = next(iter(unit.arrivals.all())).bundle_id
    client = schools.secondary.client(role)
    assert client.get(f"/arrivals/{bundle}").status_code in (403, 404)
    assert client.get("/arrivals").status_code in (403, 404)


def test_a_form_without_its_token_changes_nothing(schools: School) -> None:
    with schools.secondary.node.inside.store.reading(schools.secondary.org_id) as unit:
        bundle = next(one for one in unit.arrivals.all() if one.state is State.VERIFIED).bundle_id
    client = schools.secondary.client(Role.SENCO)
    for path in ("accept", "reject", "questions"):
        client.last = ""  # no page was got, so no token comes along
        answer = client.post(f"/arrivals/{bundle}/{path}", {"code": "not-our-pupil", "text": "x"})
        assert answer.status_code == 400
    assert arrival(schools.secondary, bundle).state is State.VERIFIED


def test_the_administrator_prepares_and_decides_nothing(schools: School) -> None:
    with schools.secondary.node.inside.store.reading(schools.secondary.org_id) as unit:
        bundle = next(one for one in unit.arrivals.all() if one.state is State.VERIFIED).bundle_id
    client = schools.secondary.client(Role.SEN_ADMINISTRATOR)
    page = ok(client, f"/arrivals/{bundle}")
    assert "Accept the pack" not in page
    for path in ("accept", "reject", "questions"):
        assert client.get(f"/arrivals/{bundle}/{path}").status_code == 403


def test_the_book_names_nobody(schools: School) -> None:
    for place in (schools.primary, schools.secondary):
        with place.node.inside.store.reading(place.org_id) as unit:
            told = repr(list(unit.audit.entries()))
        assert not any(name in told for name in NAMES)
