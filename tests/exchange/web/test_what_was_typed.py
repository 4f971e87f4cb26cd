"""On every page: what is typed or chosen, in any field, is there again as the page said it is.

No page is named here. A field that a template draws by hand tomorrow is looked at as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml.html import FormElement

from exchange.domain.access import Role
from exchange.web import drafts
from exchange.web.reach import TABLE, Row, Whose
from tests.exchange.web.filling_in import MARK, Filled, fields_of, filled_in, posting, told_of
from tests.exchange.web.lapsing import HERE_AGAIN
from tests.exchange.web.site import BASE, Client, Place, csrf, made_site
from tests.exchange.web.tenants import filled

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
PEOPLE = (
    frozenset({Role.SENCO, Role.HEAD, Role.ORGANISATION_ADMINISTRATOR}),
    frozenset({Role.SEN_ADMINISTRATOR}),
    frozenset({Role.LA_CASEWORKER}),
    frozenset({Role.PRACTITIONER}),
    frozenset({Role.TEACHER, Role.DESIGNATED_TEACHER}),
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, str]]]:
    with made_site(tmp_path_factory.mktemp("typed"), "primary", "secondary") as site:
        yield site["primary"], filled(site["primary"])


def pages(place: Place, ids: dict[str, str]) -> Iterator[tuple[str, Client, str]]:
    """Yield each page that keeps drafts: its name, somebody who may use it, and its path."""
    clients = {roles: place.client(*roles) for roles in PEOPLE}
    for endpoint, row in TABLE.items():
        client = next((one for roles, one in clients.items() if roles & row.roles), None)
        named = PARAMETER.findall(row.path)
        if not keeps(endpoint, row) or client is None or any(one not in ids for one in named):
            continue
        yield endpoint, client, PARAMETER.sub(lambda match: ids[match[1]], row.path)


def keeps(endpoint: str, row: Row) -> bool:
    return row.whose is Whose.ORGANISATION and drafts._keeps(endpoint, row)


def keep(client: Client, path: str, one: Filled) -> bool:
    """Send what is typed, as the page's script does; return whether it was kept."""
    data = {**one.told, "csrf_token": csrf(client.last)}
    ours = {"base_url": BASE, "headers": {"Referer": f"{BASE}/"}}
    answer = client.raw.post(f"/drafts{path}", data=data, **ours)
    return answer.json == {"saved": True}


def amiss(client: Client, path: str, page: str) -> Iterator[str]:
    """Yield what does not come back of the forms of a page."""
    for one in filled_in(page):
        if not one.typed or one.goes_to not in ("", path):
            continue
        if not keep(client, path, one):
            yield f"{one.mark}: not kept"
            continue
        again = client.get(path).text
        forms = [told_of(each) for each in posting(again)]
        (now,) = [each for each in forms if one.mark in each.get(MARK, ())] or [{}]
        for name in sorted({*one.told, *now}):
            if one.told.get(name) != now.get(name) and not drafts._is_secret(name):
                yield f"{one.mark}: {name} was {one.told.get(name)}, is {now.get(name)}"
        if HERE_AGAIN not in again:
            yield f"{one.mark}: nobody is told"
        client.post(f"/drafts-drop{path}")


def test_all_that_was_typed_is_there_again(here: tuple[Place, dict[str, str]]) -> None:
    place, ids = here
    wrong, looked = [], 0
    for endpoint, client, path in pages(place, ids):
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        looked += 1
        wrong += [f"{endpoint} {one}" for one in amiss(client, path, answer.text)]
    assert not wrong, "\n".join(wrong)
    assert looked > 45


def test_no_form_with_something_to_fill_in_is_forgotten(
    here: tuple[Place, dict[str, str]],
) -> None:
    """A form that is sent to its own page carries a name, and another than the next form's."""
    place, ids = here
    wrong = []
    for endpoint, client, path in pages(place, ids):
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        forms = [
            told_of(one).get(MARK)
            for one in posting(answer.text)
            if (one.action or path) == path and list(fields_of(one)) and not searches(one)
        ]
        names = [str(one) for one in forms]
        if None in forms or len(names) != len(set(names)):
            wrong.append(f"{endpoint}: {names}")
    assert not wrong, "\n".join(wrong)


def searches(form: FormElement) -> bool:
    """Return whether a form asks for a name, which stands in no address, and changes nothing."""
    return form.get("role") == "search" or [one.get("name") for one in fields_of(form)] == ["name"]
