"""A report that may be another child's goes to no service until a person says whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.texts import DocumentTexts
from exchange.errors import Refused
from exchange.services.advice.asking import ask_again
from exchange.services.advice.standing import all_advice
from exchange.services.twins import confirm, unconfirmed
from schemas.pupil import Names
from tests.exchange.services.advice.consulting import COUNCIL_BODY, Consulting
from tests.exchange.services.links.world import INVITER
from tests.exchange.services.town import PRIMARY, SENCO

ELM, ASH = Names(surname="Elm", forename="Ann"), Names(surname="Ash", forename="Ben")


@pytest.fixture
def reading(consulting: Consulting) -> Consulting:
    """A school whose documents are read."""
    primary = consulting.town.primary
    primary.inside = replace(primary.inside, texts=DocumentTexts())
    return consulting


def paper(consulting: Consulting, pupil_id: str) -> str:
    return consulting.town.attach(
        pupil_id, b"Ben Ash likes maps.", "strategies"
    ).document.document_id


def looked(consulting: Consulting, pupil_id: str) -> None:
    with consulting.inside.store.reading(PRIMARY) as unit:
        found = unconfirmed(consulting.inside, unit, pupil_id)
    for one in found:
        confirm(consulting.inside, PRIMARY, pupil_id, one.document_id, one.others, SENCO)


@pytest.mark.parametrize("body", [None, COUNCIL_BODY], ids=["by link", "by pack"])
def test_what_names_another_child_is_not_shared_until_somebody_looked(
    reading: Consulting, body: object
) -> None:
    ann = reading.town.leaver(0, names=ELM)
    reading.town.leaver(1, names=ASH)
    shared = {"shared": (paper(reading, ann),), **({"body": body} if body else {})}
    with pytest.raises(Refused) as refused:
        reading.ask(ann, **shared)
    assert refused.value.code == "twin-check-open"
    with reading.inside.store.reading(PRIMARY) as unit:
        assert not all_advice(unit)
    looked(reading, ann)
    assert reading.ask(ann, **shared).request.shared == shared["shared"]


def test_a_doubtful_paper_that_is_not_shared_stops_nothing(reading: Consulting) -> None:
    ann = reading.town.leaver(0, names=ELM)
    reading.town.leaver(1, names=ASH)
    paper(reading, ann)
    assert reading.ask(ann).request.shared == ()


def test_a_child_who_joined_since_is_asked_about_before_a_new_link(reading: Consulting) -> None:
    ann = reading.town.leaver(0, names=ELM)
    asked = reading.ask(ann, shared=(paper(reading, ann),))
    reading.town.leaver(1, names=ASH)
    again = (reading.inside, PRIMARY, asked.request.request_id, SENCO)
    with pytest.raises(Refused) as refused:
        ask_again(*again, means=reading.means, inviter=INVITER)
    assert refused.value.code == "twin-check-open"
    looked(reading, ann)
    assert len(ask_again(*again, means=reading.means, inviter=INVITER).request.links) == 2
