"""Which role may see documents of which type: the whole table, written down a second time."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.access import LABELS, Role, may_know, may_see, sees_pupils
from exchange.web.reach import TABLE, Shows
from schemas.codes import code_set

DAY = date(2026, 7, 1)
TYPES = tuple(one.code for one in code_set("document-type"))
CP = frozenset({"cp-file"})
FLAG = frozenset({"safeguarding-flag"})
REST = frozenset(TYPES) - CP - FLAG

SEES = {
    Role.SENCO: REST | FLAG,
    Role.SEN_ADMINISTRATOR: REST,
    Role.HEAD: REST | FLAG,
    Role.DSL: CP | FLAG,
    Role.LA_CASEWORKER: REST,
    Role.TEACHER: {"profile", "strategies", "communication-profile", "peep"},
    Role.DESIGNATED_TEACHER: {"pep", "profile", "sen-support-plan", "ehc-plan", "strategies"},
    Role.GOVERNOR: frozenset[str](),
    Role.PANEL_MEMBER: frozenset[str](),
    Role.PRACTITIONER: frozenset[str](),
    Role.ORGANISATION_ADMINISTRATOR: frozenset[str](),
    Role.NODE_ADMINISTRATOR: frozenset[str](),
}
"""A panel's and a practitioner's papers are chosen one by one, and reach them by no record."""

MOST = {
    Role.GOVERNOR: {Shows.NOTHING, Shows.COUNTS},
    Role.ORGANISATION_ADMINISTRATOR: {Shows.NOTHING},
    Role.NODE_ADMINISTRATOR: {Shows.NOTHING},
    Role.TEACHER: {Shows.NOTHING, Shows.STAFF},
}
"""What pages may show at most to who sees less than a whole record."""


def test_the_table_names_every_role_and_every_role_has_a_name() -> None:
    assert set(SEES) == set(Role) == set(LABELS)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_these_types_and_no_other(role: Role) -> None:
    assert {one for one in TYPES if may_see(role, one, DAY)} == SEES[role]
    for strange in ("", "cp-file ", "CP-FILE", "no-such-type"):
        assert not may_see(role, strange, DAY)


@pytest.mark.parametrize("role", list(Role))
def test_that_there_is_a_file_of_child_protection_is_known_to_who_sees_the_flag(role: Role) -> None:
    more = CP if SEES[role] >= FLAG else frozenset[str]()
    assert {one for one in TYPES if may_know(role, one, DAY)} == SEES[role] | more


def test_a_paper_of_a_type_that_is_not_in_force_is_seen_all_the_same() -> None:
    early = date(2026, 7, 1)
    assert not next(one for one in code_set("document-type") if one.code == "isp").in_force(early)
    assert may_see(Role.SENCO, "isp", early)
    assert not may_see(Role.DSL, "isp", early)


@pytest.mark.parametrize("role", list(MOST))
def test_no_page_shows_a_role_more_than_it_may_see(role: Role) -> None:
    for endpoint, row in TABLE.items():
        if role in row.roles:
            assert row.shows in MOST[role], endpoint


def test_pages_about_pupils_are_for_roles_that_see_pupils() -> None:
    for endpoint, row in TABLE.items():
        if row.shows not in (Shows.NOTHING, Shows.COUNTS):
            assert row.roles, endpoint
            assert all(sees_pupils({role}) for role in row.roles), endpoint
