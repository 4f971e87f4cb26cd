"""Emergency access: a reason, a line in the book for each look, and the SENCO is shown it."""

from __future__ import annotations

import pytest

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.errors import NotFound, Refused, UsageError
from exchange.ports import Actor
from exchange.services.emergency import emergencies, look, mark_seen, open_access, unseen
from exchange.services.people.account import Post, add_account, new_account
from tests.exchange.services.town import HEAD, PRIMARY, SENCO, Town

WHY = "The ambulance crew asks for the healthcare plan."


def opened(town: Town) -> str:
    pupil_id = town.leaver()
    open_access(town.primary.inside, PRIMARY, pupil_id, WHY, "ada", HEAD)
    return pupil_id


@pytest.mark.parametrize("role", ["senco", "dsl", "teacher", "sen-administrator", "machine"])
def test_the_head_alone_opens_it(town: Town, role: str) -> None:
    with pytest.raises(Refused, match="not-for-this-role"):
        open_access(town.primary.inside, PRIMARY, town.leaver(), WHY, "jo", Actor("jo", role))


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "reason-missing"), ("x " * 5, "reason-missing"), ("x" * 501, "reason-too-long")],
)
def test_it_wants_a_reason(town: Town, reason: str, code: str) -> None:
    with pytest.raises(UsageError, match=code):
        open_access(town.primary.inside, PRIMARY, town.leaver(), reason, "ada", HEAD)


def test_it_wants_a_child(town: Town) -> None:
    with pytest.raises(NotFound):
        open_access(town.primary.inside, PRIMARY, PRIMARY, WHY, "ada", HEAD)


def test_every_look_is_a_line_and_it_ends_by_itself(town: Town) -> None:
    pupil_id = opened(town)
    inside = town.primary.inside
    for _ in range(2):
        assert look(inside, PRIMARY, pupil_id, "ada", HEAD) is not None
    assert look(inside, PRIMARY, pupil_id, "somebody", HEAD) is None
    assert len(town.primary.said("emergency.viewed")) == 2
    town.clock.pass_(hours=2)
    assert look(inside, PRIMARY, pupil_id, "ada", HEAD) is None
    assert len(town.primary.said("emergency.viewed")) == 2


def test_the_senco_is_shown_it_until_they_say_so(town: Town) -> None:
    opened(town)
    with town.primary.store.reading(PRIMARY) as unit:
        (found,) = emergencies(unit)
        assert (unseen(unit), found.reason, found.name) == (1, WHY, HEAD.name)
    inside = town.primary.inside
    with pytest.raises(Refused, match="not-for-this-role"):
        mark_seen(inside, PRIMARY, found.emergency_id, HEAD)
    assert mark_seen(inside, PRIMARY, found.emergency_id, SENCO).seen_by == SENCO.name
    assert mark_seen(inside, PRIMARY, found.emergency_id, SENCO).seen_by == SENCO.name
    with town.primary.store.reading(PRIMARY) as unit:
        assert (unseen(unit), len(emergencies(unit))) == (0, 1)
    assert len(town.primary.said("emergency.seen")) == 1


def test_the_clear_book_does_not_hold_the_reason(town: Town) -> None:
    opened(town)
    assert WHY not in str(town.primary.book())


def test_the_senco_is_written_to_and_the_letter_names_nobody(town: Town) -> None:
    inside = town.primary.inside
    account = new_account("Jo", "jo@elm.example", (Post(PRIMARY, Role.SENCO),), "active")
    with inside.store.unit(NODE) as unit:
        add_account(inside, unit, account)
        unit.audit.record(HEAD, "account.made", "account", account.account_id)
        unit.commit()
    opened(town)
    with town.primary.store.reading(PRIMARY) as unit:
        (letter,) = list(unit.items.all("letter"))
    assert letter.content is not None
    assert letter.content["to"] == "jo@elm.example"
    assert "Oak" not in str(letter.content)
