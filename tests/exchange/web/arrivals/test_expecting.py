"""The admissions list, packs given to children, requests for records: as a person does it."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest

from exchange.domain.access import Role
from exchange.domain.clocks import london_day, transfer_year
from exchange.services.ask import requests_to_us
from exchange.services.expected import expected_children
from exchange.web.arrivals import admissions
from exchange.web.arrivals import board as board_page
from tests.exchange.services.town import UPNS
from tests.exchange.web.arrivals.conftest import School
from tests.exchange.web.arrivals.test_packs import body, ok

HEAD = "forename,surname,dob,upn,current school,start date,tutor group\n"


def starts() -> str:
    """Return the first day of the children whom this school year's lists are of."""
    return f"2/9/{transfer_year(london_day(datetime.now(UTC)))}"


def listed(schools: School) -> dict[str, str]:
    place = schools.secondary
    with place.node.inside.store.reading(place.org_id) as unit:
        return {one.name: one.expected_id for one in expected_children(unit)}


def test_a_list_is_pasted_checked_and_taken(schools: School) -> None:
    client = schools.secondary.client(Role.SEN_ADMINISTRATOR)
    ok(client, "/admissions")
    text = HEAD + f"Anna,Oak,9/3/2015,{UPNS[0]},8202001,{starts()},7A\n,Ash,9/3/2015,,,,\n"
    answer = client.post("/admissions", {"list": text})
    assert answer.status_code == 302
    page = client.follow(answer).text
    assert "Anna Oak" in page
    assert "Row 3" in page
    assert "The name is missing" in page
    assert "1 child is new" in page
    assert listed(schools) == {}, "nothing is half-written"
    answer = client.post(answer.headers["Location"], {})
    board = client.follow(answer).text
    assert "1 added" in board
    assert "Anna Oak" in board
    assert "Expected" in board


def test_a_long_list_is_turned_and_a_search_says_how_many_fit(
    schools: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admissions, "SIZE", 2)
    monkeypatch.setattr(board_page, "SIZE", 2)
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    row = "Turned{},Elder,{}/4/2015,,Elsewhere,{},\n"
    rows = "".join(row.format("abc"[at], at + 1, starts()) for at in range(3))
    answer = client.post("/admissions", {"list": HEAD + rows})
    where, page = answer.headers["Location"], client.follow(answer).text
    assert "1 to 2 of 3" in page
    assert "Turnedc Elder" not in page
    whole = {"whole": "y"} if 'name="whole"' in page else {}
    turned = client.post(where, {**whole, "page": "2"}).text
    assert "Turnedc Elder" in turned
    assert "Turneda Elder" not in turned
    assert ("checked" in turned) is bool(whole)
    assert not any(name.startswith("Turned") for name in listed(schools)), "nothing is taken"
    client.post(where, {})
    ok(client, "/arrivals")
    found = client.post("/arrivals", {"q": "turned"}).text
    assert "3 children fit. You see 1 to 2." in found
    rest = client.post("/arrivals", {"q": "turned", "page": "2"}).text
    assert len({one for one in ("Turneda", "Turnedb", "Turnedc") if one in found + rest}) == 3
    assert "You see 3 to 3." in rest


def test_nobody_is_taken_off_while_a_row_cannot_be_read(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    one, two = "Quita,Birch,9/3/2015,,Elsewhere,{},\n", "Rosa,Birch,9/4/2015,,Elsewhere,{},\n"
    text = HEAD + one.format(starts()) + two.format(starts())
    answer = client.post("/admissions", {"list": text})
    client.follow(answer)
    client.post(answer.headers["Location"], {})
    ok(client, "/admissions")
    text = HEAD + one.format(starts()) + two.format("Sept 27")
    answer = client.post("/admissions", {"list": text})
    page = client.follow(answer).text
    assert re.search(r"listed here now (is|are) in no row that can be read", page)
    assert "mend the rows that cannot be read first" in page
    assert 'name="whole"' not in page
    refused = client.post(answer.headers["Location"], {"whole": "y"})
    assert "their children would be taken off" in refused.text
    assert {"Quita Birch", "Rosa Birch"} <= set(listed(schools))


def test_a_file_from_excel_is_read(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    rows = f"{HEAD}Zoë,Núñez,1/4/2015,,Elsewhere School,{starts()},\n"
    for kind in ("utf-8-sig", "utf-16", "cp1252"):
        ok(client, "/admissions")
        sent = (io.BytesIO(rows.encode(kind)), "list.csv", "text/csv")
        answer = client.post("/admissions", {"file": sent, "list": ""})
        page = client.follow(answer).text
        assert "Zoë Núñez" in page, kind


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "Paste the list"), ("a\nb", "headings"), ("=1,2\n", "headings")],
)
def test_what_is_no_list_is_refused_at_the_field(schools: School, text: str, problem: str) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    answer = client.post("/admissions", {"list": text})
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert problem in answer.text


def test_a_pack_that_may_be_a_childs_is_compared_by_a_person(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/admissions")
    text = HEAD + f"Anya,Oak,10/3/2015,,8202001,{starts()},\n"  # the pack calls her Annb
    answer = client.post("/admissions", {"list": text})
    client.follow(answer)
    client.post(answer.headers["Location"], {})
    bundle = schools.arrived(1)
    board = ok(client, "/arrivals")
    assert "Is it this child?" in board
    child = listed(schools)["Anya Oak"]
    page = ok(client, f"/admissions/children/{child}")
    assert "Compare every line" in page
    assert "Annb" in page
    answer = client.post(f"/admissions/children/{child}", {"answer": f"same:{bundle}"})
    assert "this is the child" in client.follow(answer).text
    assert "Is it this child?" not in re.sub(r"<option.*?</option>", "", ok(client, "/arrivals"))
    ok(client, f"/admissions/children/{child}")
    client.post(f"/admissions/children/{child}", {"answer": f"other:{bundle}"})
    assert "Not expected" in ok(client, "/arrivals")
    ok(client, f"/admissions/children/{child}")
    assert client.post(f"/admissions/children/{child}", {"answer": "same:x"}).status_code == 404
    ok(client, f"/admissions/children/{child}")
    client.post(f"/admissions/children/{child}", {"answer": "remove:"})
    assert "Anya Oak" not in listed(schools)
    assert client.get(f"/admissions/children/{child}").status_code == 404


def test_records_are_asked_for_and_answered(schools: School) -> None:
    schools.pupil(2)
    asks, answers = schools.secondary.client(Role.SENCO), schools.primary.client(Role.SENCO)
    ok(asks, "/requests/new")
    form = {
        "school": "8202001",
        "forename": "Annc",
        "surname": "Oak",
        "born": ["11", "3", "2015"],
        "upn": UPNS[2].lower(),
        "starts": starts().split("/"),
        "text": "She starts with us.",
    }
    answer = asks.post("/requests/new", form)
    assert answer.status_code == 302, answer.text
    assert not re.search("Ann|Oak", answer.headers["Location"]), "no name in an address"
    assert "Waiting" in asks.follow(answer).text
    schools.site.settle()
    assert "1 school asks" in ok(answers, "/arrivals")
    board = ok(answers, "/requests")
    assert "Annc Oak" in board
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        (request,) = requests_to_us(unit)
    page = ok(answers, f"/requests/{request.request_id}")
    assert "She starts with us." in page
    assert "born 11 March 2015" in page
    ok(answers, f"/requests/{request.request_id}")
    sent = answers.post(f"/requests/{request.request_id}", {"answer": "through-la", "text": "Hm"})
    assert "Through the local authority" in answers.follow(sent).text
    schools.site.settle()
    page = ok(asks, "/requests")
    assert "Through the local authority" in page
    again = answers.post(f"/requests/{request.request_id}", {"answer": "send"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"school": "8209999"}, "has joined"),
        ({"school": "8204002"}, "comes from"),
        ({"born": ["31", "2", "2015"]}, "Date"),
        ({"born": ["1", "1", "2999"]}, "Check the date of birth"),
        ({"upn": "B801200005002"}, "Check the UPN"),
        ({"surname": ""}, "Fill in the surname"),
    ],
)
def test_what_is_wrong_stands_at_the_field(
    schools: School, changes: dict[str, object], problem: str
) -> None:
    client = schools.secondary.client(Role.SENCO)
    ok(client, "/requests/new")
    form = {
        "school": "8202001",
        "forename": "Annc",
        "surname": "Oak",
        "born": ["11", "3", "2015"],
        **changes,
    }
    answer = client.post("/requests/new", form)
    assert answer.status_code == 200
    assert "There is a problem" in answer.text
    assert problem in answer.text


def test_the_form_is_filled_from_the_list_by_reference_alone(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    child = listed(schools)["Anna Oak"]
    page = ok(client, f"/requests/new?child={child}")
    assert 'value="Anna"' in page
    assert UPNS[0] in page


def test_only_the_senco_asks_and_answers(schools: School) -> None:
    administrator = schools.primary.client(Role.SEN_ADMINISTRATOR)
    assert administrator.get("/requests/new").status_code == 403
    with schools.primary.node.inside.store.reading(schools.primary.org_id) as unit:
        (request,) = requests_to_us(unit)
    page = ok(administrator, f"/requests/{request.request_id}")
    assert "Send the answer" not in page
    answer = administrator.post(f"/requests/{request.request_id}", {"answer": "send"})
    assert answer.status_code == 403


def test_a_request_of_another_school_is_not_there(schools: School) -> None:
    client = schools.secondary.client(Role.SENCO)
    unknown = "01993c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f"
    paths = [f"/requests/{unknown}", f"/admissions/children/{unknown}", f"/admissions/{unknown}"]
    assert {client.get(path).status_code for path in paths} == {404}
    assert len({body(client, path) for path in paths}) == 1
