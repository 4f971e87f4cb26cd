"""What is remembered of a list's columns is what a person said, and nothing that was found."""

from __future__ import annotations

from exchange.ports.imports import Plan, Remembered
from exchange.services.imports.mapping import remembered, settle
from exchange.services.imports.model import CHOOSING, Import
from tests.adapters.mis.lists import HEADS, READER, given, text
from tests.exchange.services.town import PRIMARY, Town

SURE = text((*HEADS, "SEN start date"), ("Oak", "Ann", "13/04/2015", "F", "01/09/2022"))
UNSURE = text((*HEADS, "SEN start date"), ("Oak", "Ann", "03/04/2015", "F", "01/09/2022"))
BOTH = {"0/2": "dmy", "0/4": "dmy"}


def known(town: Town) -> Remembered:
    with town.primary.store.reading(PRIMARY) as unit:
        return remembered(unit)


def settled_with(town: Town, name: str, data: bytes, said: Plan) -> None:
    now = town.clock.now()
    with town.primary.store.unit(PRIMARY) as unit:
        made = Import(name, CHOOSING, "account", (), "table", now, now)
        unit.items.add(made.item(), quiet=True)
        unit.commit()
    look = READER.look(given(data), said, known(town))
    assert look.asks == ()
    settle(town.primary.inside, PRIMARY, made, look, said, READER)


def test_an_order_that_the_list_told_itself_is_not_remembered(town: Town) -> None:
    settled_with(town, "first", SURE, Plan(no_upn="UN3"))
    (kept,) = known(town).values()
    assert kept.orders == {}
    assert READER.look(given(UNSURE), Plan(), known(town)).asks == ("0/2", "0/4")


def test_an_order_that_a_person_said_is_remembered_from_list_to_list(town: Town) -> None:
    settled_with(town, "first", UNSURE, Plan(orders=BOTH, no_upn="UN3"))
    settled_with(town, "second", UNSURE, Plan(no_upn="UN3"))
    (kept,) = known(town).values()
    assert kept.orders == {"2": "dmy", "4": "dmy"}
    assert READER.look(given(UNSURE), Plan(), known(town)).asks == ()
