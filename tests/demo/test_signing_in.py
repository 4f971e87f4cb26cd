"""Who can sign in to the demonstration: somebody in every role, and everybody by name."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import cast

import pytest

from demo.material.places import COUNCIL, PLACES, PRIMARY, THERAPIES, Place
from demo.signing_in import make_accounts, show, sign_ins
from demo.town import Citizen, Town
from demo.visitor import CODE
from exchange.domain.access import Role
from exchange.services.letters import text_of
from tests.exchange.web.site import made_site


def test_every_role_is_somebodys() -> None:
    assert {one.role for place in PLACES for one in sign_ins(place)} == set(Role)


@pytest.mark.parametrize(
    ("place", "role"),
    [
        (PRIMARY, Role.SENCO),
        (COUNCIL, Role.LA_CASEWORKER),
        (COUNCIL, Role.PANEL_MEMBER),
        (THERAPIES, Role.PRACTITIONER),
    ],
)
def test_each_kind_of_place_has_the_roles_of_its_work(place: Place, role: Role) -> None:
    roles = [one.role for one in sign_ins(place)]
    assert role in roles
    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize("place", PLACES, ids=lambda one: str(one.key))
def test_nobody_has_two_accounts_at_a_place(place: Place) -> None:
    people = list(sign_ins(place))
    for told in ({one.login for one in people}, {one.name for one in people}):
        assert len(told) == len(people)


def test_what_is_printed_signs_every_role_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with made_site(tmp_path, "primary") as site:
        school = site["primary"]
        citizen = Citizen(PRIMARY, school.node.home.root, 0, 8443, 0)
        make_accounts(cast(Town, SimpleNamespace(citizens=[citizen])))
        show([citizen])
        printed = capsys.readouterr().out
        password = re.search(r"^Password of all: (.+)$", printed, re.MULTILINE)
        code = re.search(r"\(now: (\d{6})\)", printed)
        assert password is not None
        assert code is not None
        logins = set(re.findall(r"\S+@\S+", printed))
        assert len(logins) == len(list(sign_ins(PRIMARY))) == 9
        for login in sorted(logins):
            client = school.client()
            client.get("/sign-in")
            assert client.post("/sign-in", {"login": login, "password": password[1]}).location
            client.get("/sign-in/code")
            client.follow(client.post("/sign-in/code", {"code": code[1]}))
            assert "Sign out" in client.last, login


def test_the_code_is_read_from_its_letter_as_it_is_sent() -> None:
    _, body = text_of("link-code")
    letter = Template(body).substitute(organisation="A council", code="1234 5678")
    found = CODE.search(letter)
    assert found is not None
    assert found[1] == "1234 5678"
