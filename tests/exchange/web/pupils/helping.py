"""What the tests of the sender's pages share: a pupil, forms as a browser would send them."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

from lxml import html

from exchange.domain.access import Role
from exchange.services.keep_pupil import add_pupil
from schemas.pupil import Names, Pupil
from tests.exchange.services.town import SENCO
from tests.exchange.web.site import Client, Place

_numbers = iter(range(1, 10_000))


def pupil_at(place: Place, forename: str = "Annabel", **more: Any) -> str:
    """Add an invented pupil; return the id."""
    number = next(_numbers)
    told: dict[str, Any] = {
        "subject": f"{number:08x}-5555-4555-8555-{number:012x}",
        "names": Names(surname="Oakenshaw", forename=forename, known_as="Bel"),
        "date_of_birth": date(2015, 3, 9),
        "sex": "F",
        "upn_unknown": "UN3",
        "nc_year": "6",
    }
    return add_pupil(place.node.inside, place.org_id, Pupil(**(told | more)), SENCO)


def senco(place: Place) -> Client:
    return place.client(Role.SENCO)


def fields(page: str) -> dict[str, Any]:
    """Return what a browser would send of the last form of a page, its token left out."""
    main = html.fromstring(page).xpath('//main[@id="main-content"]')[0]
    forms = [one for one in main.iter("form") if one.get("method", "").lower() == "post"]
    told: dict[str, Any] = {}
    for name, value in forms[-1].form_values():
        if name in told:
            before = told[name]
            told[name] = [*before, value] if isinstance(before, list) else [before, value]
        elif name != "csrf_token":
            told[name] = value
    return told


def submit(client: Client, path: str, **answers: Any) -> Any:
    """Get a page and send its form, hidden fields included; return the answer, not followed."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    sent = {
        **fields(page.text),
        **{name.replace("__", "-"): each for name, each in answers.items()},
    }
    return client.post(path, sent)


def title_of(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert found is not None
    return unescape(found.group(1)).strip()


def errors_of(page: str) -> list[str]:
    """Return the sentences of the error summary."""
    box = re.search(r'class="govuk-error-summary.*?</ul>', page, re.DOTALL)
    return (
        [unescape(one).strip() for one in re.findall(r"<a href[^>]*>(.*?)</a>", box.group(0))]
        if box
        else []
    )
