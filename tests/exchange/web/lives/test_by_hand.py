"""A place to which nothing can be sent, on the pages: seen, copied, printed, written down."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
import pytest

from exchange.domain.access import Role
from exchange.domain.protection import Why
from exchange.ports import Actor
from exchange.services.approve import approvals, decide
from exchange.services.protect import protect
from tests.exchange.services.desk import DSL
from tests.exchange.web.pupils.helping import errors_of, pupil_at, senco, submit
from tests.exchange.web.site import Place, Site, made_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with made_site(tmp_path_factory.mktemp("by-hand"), "primary", "secondary") as made:
        yield made


@pytest.fixture
def place(site: Site) -> Place:
    return site["primary"]


def going(place: Place, forename: str = "Elsa", *, confirmed: bool = True) -> str:
    pupil_id = pupil_at(place, forename)
    where = f"/pupils/{pupil_id}/destination"
    answer = submit(senco(place), where, kind="alternative-provider", name=f"{forename} Barn")
    assert answer.status_code == 302, errors_of(answer.text)
    head = place.person(Role.HEAD)
    with place.node.inside.store.reading(place.org_id) as unit:
        waiting = [one.approval_id for one in approvals(unit, "waiting")]
    for one in waiting if confirmed else ():
        decider = Actor(head.name, "head")
        decide(place.node.inside, place.org_id, one, head.account_id, decider, yes=True)
    return pupil_id


def row(place: Place, name: str) -> str:
    """Return the row of the leavers' board in which a name stands."""
    page = senco(place).get("/leavers").text
    return next(one for one in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if name in one)


def test_a_guest_copy_is_made_given_and_stands_on_page_and_board(place: Place) -> None:
    pupil_id, client = going(place), senco(place)
    page = client.get(f"/pupils/{pupil_id}").text
    assert f"/pupils/{pupil_id}/by-hand" in page
    preview = client.get(f"/pupils/{pupil_id}/preview").text
    assert "Elsa Barn" in preview
    assert "By hand: nothing can be sent to this place" in preview
    assert f"/pupils/{pupil_id}/send" not in preview
    assert (
        client.get(f"/pupils/{pupil_id}/send")
        .headers["Location"]
        .split("?")[0]
        .endswith("/by-hand")
    )
    made = submit(client, f"/pupils/{pupil_id}/guest-copy", name="Mr Hay")
    assert made.status_code == 200, errors_of(made.text)
    (where,) = re.findall(rf'href="(/pupils/{pupil_id}/by-hand/[^"]+)"', made.text)
    assert "Not given yet" in client.get(f"/pupils/{pupil_id}").text
    ahead = submit(client, where, day=["1", "1", "2099"])
    assert errors_of(ahead.text) == ["Give a day that has come."]
    assert submit(client, where).status_code == 302
    page = client.get(f"/pupils/{pupil_id}").text
    assert "Given by hand" in page
    assert "For Mr Hay, SENCO, Elsa Barn" in page
    assert "Given by hand" in row(place, "Bel Oakenshaw")
    history = client.get(f"/pupils/{pupil_id}/history").text
    assert "A copy was given by hand: Mr Hay, SENCO, Elsa Barn" in history


def test_the_summary_is_printed_once_nothing_waits(place: Place) -> None:
    pupil_id, client = going(place, "Piet"), senco(place)
    where = f"/pupils/{pupil_id}/by-hand"
    missing = submit(client, where)
    assert errors_of(missing.text)
    answer = submit(client, where, name="Mr Hay")
    assert answer.mimetype == "application/pdf"
    assert "Piet" not in answer.headers["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) >= 1
    assert "Printed summary" in client.get(where).text


def test_it_waits_for_the_second_person(place: Place) -> None:
    pupil_id = going(place, "Wim", confirmed=False)
    page = senco(place).get(f"/pupils/{pupil_id}/by-hand").text
    assert "A second person confirms" in page
    answer = submit(senco(place), f"/pupils/{pupil_id}/by-hand", name="Mr Hay")
    assert errors_of(answer.text) == ["A second person confirms this school first."]


def test_others_and_protected_moves_have_no_such_page(place: Place) -> None:
    pupil_id = going(place, "Noor")
    where = f"/pupils/{pupil_id}/by-hand"
    assert place.client(Role.SEN_ADMINISTRATOR).get(where).status_code == 403
    protect(place.node.inside, place.org_id, pupil_id, Why.WITNESS, ("someone", "somebody"), DSL)
    for path in (where, f"/pupils/{pupil_id}/guest-copy"):
        assert "Noor Barn" not in senco(place).get(path).text
    assert "Noor Barn" not in senco(place).get(f"/pupils/{pupil_id}").text
