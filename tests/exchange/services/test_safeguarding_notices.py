"""The receiving lead and SENCO are told that a child-protection file came, and nothing else."""

from __future__ import annotations

from exchange.audit import NODE
from exchange.domain.access import Role
from exchange.services.people.account import Post, add_account, new_account
from exchange.services.queue_bundle import Order
from exchange.services.send import send
from schemas.statement import BundleKind
from tests.exchange.services.desk import DSL
from tests.exchange.services.town import DSL_PASSPHRASE, PRIMARY, SECONDARY, SENCO, Town


def people(town: Town) -> None:
    inside = town.secondary.inside
    with inside.store.unit(NODE) as unit:
        for name, role in (("dee", Role.DSL), ("jo", Role.SENCO), ("tea", Role.TEACHER)):
            posts = (Post(SECONDARY, role),)
            account = new_account(name, f"{name}@river.example", posts, "active")
            add_account(inside, unit, account)
        unit.audit.record(SENCO, "account.made", "account", "several")
        unit.commit()


def letters(town: Town) -> dict[str, str]:
    with town.secondary.store.reading(SECONDARY) as unit:
        found = list(unit.items.all("letter"))
    assert "Oak" not in repr([one.content for one in found])
    return {
        str((one.content or {})["to"]).partition("@")[0]: str(one.clear["template"])
        for one in found
    }


def test_lead_and_senco_are_told_once_that_there_is_a_file(town: Town) -> None:
    people(town)
    pupil_id = town.ready()
    town.vault.unlock_cp(PRIMARY, DSL_PASSPHRASE)
    town.attach(pupil_id, b"Notes of a conference.", "cp-file")
    order = Order(kind=BundleKind.CP_FILE, purpose="safeguarding")
    send(town.primary.inside, PRIMARY, pupil_id, order, DSL)
    town.settle()
    assert letters(town) == {"dee": "safeguarding-arrived", "jo": "safeguarding-exists"}
    with town.secondary.store.reading(SECONDARY) as unit:
        assert unit.items.count("letter") == 2


def test_of_an_ordinary_pack_nobody_is_written_to_here(town: Town) -> None:
    people(town)
    town.sent()
    town.settle()
    assert letters(town) == {}
