"""A case leaves as a folder: facts, SEN2 rows, documents; streamed, and without a child's name."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from exchange.domain.access import Role
from exchange.domain.clocks import rule
from exchange.ports import Actor
from exchange.services.attach import NewDocument, attach
from exchange.services.cases import Case, CaseState, Decision, Source
from exchange.services.cases.keeping import add_case
from exchange.services.casework.active_plan import active_plan
from exchange.services.casework.sen2 import CaseFacts, rows_of, tables_of
from exchange.services.casework.sen2_columns import TABLES
from exchange.services.keep_pupil import add_pupil, keep_record
from exchange.services.reviews.model import Outcome
from exchange.services.reviews.received import Received
from schemas.annual_review import Recommendation, ReviewKind
from schemas.base import dump_bytes
from schemas.sen import SenRegister
from schemas.sen.register import Need
from tests.exchange.services.cases.asked import request_record
from tests.exchange.services.town import PDF, pupil_record
from tests.exchange.web.site import Site, made_site

WHO = Actor("Lee Case", "la-caseworker")
CASE = "c0000000000000000000000000000001"
REFUSED = Decision("assess", yes=False, decided=date(2026, 6, 1), reasons="Help works.")
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("casework")
    with made_site(folder, "council") as made:
        council = made["council"]
        inside, org_id = council.node.inside, council.org_id
        pupil_id = add_pupil(inside, org_id, pupil_record(0), WHO)
        needs = (Need(rank=1, type="SLCN"), Need(rank=2, type="NSA"), Need(rank=3, type="ASD"))
        register = SenRegister(subject=pupil_id, provision="K", needs=needs)
        keep_record(inside, org_id, pupil_id, dump_bytes(register), WHO)
        paper = folder / "a.pdf"
        paper.write_bytes(PDF)
        new = NewDocument(paper, "ep-report", FORMULA, date(2026, 5, 1), title=FORMULA)
        attach(inside, council.node.inspector, org_id, pupil_id, new, WHO)
        with inside.store.unit(org_id) as unit:
            add_case(unit, held(pupil_id, inside.clock.now().date()))
            unit.audit.record(WHO, "case.made", "case", CASE)
            unit.commit()
        yield made


def held(pupil_id: str | None, today: date, **more: object) -> Case:
    now = datetime.combine(today, datetime.min.time(), UTC)
    yes = Decision("assess", yes=True, decided=today, reasons="It may be necessary.")
    told: dict[str, object] = {
        "case_id": CASE,
        "state": CaseState.FINAL,
        "source": Source.SCHOOL,
        "reference": "C-7QK2M",
        "reached": today - timedelta(days=140),
        "reached_at": now,
        "created_at": now,
        "updated_at": now,
        "pupil_id": pupil_id,
        "decisions": (yes, replace(yes, what="plan", told=today)),
        "events": {"final-issued": today},
    }
    return Case(**(told | more))  # type: ignore[arg-type]


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        assert made.testzip() is None
        return {name: made.read(name) for name in made.namelist()}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_folder_holds_facts_rows_and_documents(site: Site) -> None:
    client = site["council"].client(Role.LA_CASEWORKER)
    page = client.get(f"/cases/{CASE}/folder").text
    assert "1 document" in page
    answer = client.post(f"/cases/{CASE}/folder")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="case-C-7QK2M.zip"'
    files = opened(answer.data)
    assert files["documents/001-ep-report.pdf"] == PDF
    assert "Oak" not in " ".join(files)
    (paper,) = table(files["documents.csv"])
    assert paper["Title"] == f"'{FORMULA}", "a title must not run in a spreadsheet"
    (request,) = table(files["sen2/requests.csv"])
    assert (request["requestsource"], request["requestoutcome"]) == ("2", "Y")
    assert [one["sentype"] for one in table(files["sen2/senneed.csv"])] == ["SLCN", "ASD"]


def test_the_book_says_who_took_a_case(site: Site) -> None:
    council = site["council"]
    with council.node.inside.store.reading(council.org_id) as unit:
        taken = [one for one in unit.audit.entries() if one.action == "case.exported"]
    assert taken
    assert "Oak" not in repr(taken)


def test_all_cases_leave_as_tables_that_join(site: Site) -> None:
    client = site["council"].client(Role.LA_CASEWORKER)
    assert "SEN2" in client.get("/cases/sen2").text
    files = opened(client.post("/cases/sen2").data)
    assert set(files) == {f"sen2/{name}.csv" for name in TABLES}
    (person,) = table(files["sen2/person.csv"])
    (request,) = table(files["sen2/requests.csv"])
    assert person["persontableid"] == request["persontableid"]
    assert list(person) == list(TABLES["person"])


@pytest.mark.parametrize("role", [Role.PANEL_MEMBER, Role.NODE_ADMINISTRATOR, Role.SENCO])
def test_nobody_else_takes_a_case(site: Site, role: Role) -> None:
    client = site["council"].client(role)
    assert client.get(f"/cases/{CASE}/folder").status_code in (403, 404)
    assert client.get("/cases/sen2").status_code in (403, 404)


def test_a_case_that_is_not_ours_is_no_request_of_ours() -> None:
    today = date(2026, 7, 1)
    assert rows_of(CaseFacts(held(None, today, state=CaseState.NOT_OURS))) == {}


@pytest.mark.parametrize(
    "more",
    [
        {"is_none": True, "state": CaseState.CLOSED, "decisions": ()},
        {"state": CaseState.HELD, "decisions": ()},
    ],
)
def test_what_is_no_request_of_its_own_is_not_counted(more: dict[str, object]) -> None:
    assert rows_of(CaseFacts(held(None, date(2026, 7, 1), **more))) == {}


def report(meeting: date, **more: object) -> Received:
    told: dict[str, object] = {
        "report_id": "r",
        "sender": "s",
        "bundle_id": "b",
        "child": "Anna",
        "surname": "Oak",
        "kind": ReviewKind.ANNUAL,
        "meeting": meeting,
        "came": meeting,
        "recommendation": Recommendation.AMEND,
    }
    return Received(**(told | more))  # type: ignore[arg-type]


def test_what_school_and_reviews_said_is_not_typed_again() -> None:
    case = held("p" * 8, date(2026, 7, 1))
    asked = request_record("p" * 8, youth_accommodation=False)
    rows = rows_of(CaseFacts(case, asked=asked, reviews=[report(date(2027, 6, 3))]))
    assert rows["requests"][0]["rya"] == "0"
    (plan,) = rows["activeplans"]
    assert (plan["reviewmeeting"], plan["lastreview"]) == ("2027-06-03", "2027-06-03")
    assert (plan["reviewoutcome"], plan["phasetransferduedate"]) == ("", "")
    assert rows_of(CaseFacts(case))["requests"][0]["rya"] == ""


@pytest.mark.parametrize(
    ("outcome", "code"), [(Outcome.AMEND, "A"), (Outcome.END, "C"), (Outcome.KEEP, "M")]
)
def test_what_was_decided_after_a_review_is_not_typed_again(outcome: Outcome, code: str) -> None:
    row = active_plan("c", None, [report(date(2027, 6, 3), outcome=outcome)])
    assert row["reviewoutcome"] == code


@pytest.mark.parametrize(
    ("nc_year", "meeting", "due"),
    [
        ("6", date(2026, 11, 10), "2027-02-15"),
        ("6", date(2027, 1, 8), "2027-02-15"),
        ("2", date(2026, 11, 10), "2027-02-15"),
        ("11", date(2027, 1, 8), "2027-03-31"),
        ("13", date(2027, 1, 8), ""),
    ],
)
def test_a_change_of_phase_has_the_day_of_the_law(nc_year: str, meeting: date, due: str) -> None:
    phase = report(meeting, kind=ReviewKind.PHASE_TRANSFER, nc_year=nc_year, final=date(2027, 2, 1))
    row = active_plan("c", None, [phase])
    assert (row["phasetransferduedate"], row["phasetransferfinaldate"]) == (due, "2027-02-01")
    early = report(date(2027, 6, 3))
    assert active_plan("c", None, [early, phase])["phasetransferduedate"] == due
    later = report(date(2028, 6, 3))  # of another school year: that change is over
    assert active_plan("c", None, [later, phase])["phasetransferduedate"] == ""


def test_where_the_rule_changes_the_day_of_the_return_does(monkeypatch: pytest.MonkeyPatch) -> None:
    now = rule("phase-transfer")
    later = replace(now, counts=(replace(now.counts[0], before=(2, 20)),))
    monkeypatch.setattr("exchange.domain.clocks.counting.rule_of", lambda code, on: later)
    phase = report(date(2026, 11, 10), kind=ReviewKind.PHASE_TRANSFER, nc_year="6")
    assert active_plan("c", None, [phase])["phasetransferduedate"] == "2027-02-20"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"decisions": (), "state": CaseState.OPEN}, "A"),
        ({"decisions": (), "state": CaseState.CLOSED}, "W"),
        (
            {"decisions": (Decision("assess", yes=False, decided=date(2026, 6, 1), reasons="-"),)},
            "N",
        ),
    ],
)
def test_where_a_request_stands(more: dict[str, object], outcome: str) -> None:
    rows = rows_of(CaseFacts(held(None, date(2026, 7, 1), **more)))
    assert rows["requests"][0]["requestoutcome"] == outcome
    assert "assessment" not in rows


def test_a_child_with_two_cases_is_named_once() -> None:
    today = date(2026, 7, 1)
    both = [CaseFacts(held("p" * 8, today)), CaseFacts(held("p" * 8, today, case_id="d" * 32))]
    made = tables_of(both)
    assert len(made["person"]) == 1
    assert len(made["requests"]) == 2
