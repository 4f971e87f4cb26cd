"""Records that a second file or a pack tells of again: each thing once, each number its owner's."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from adapters.formats.pupils_ctf import CtfPupils
from exchange.services.accept import accept
from exchange.services.keep_pupil import Kept, add_pupil, import_pupils
from exchange.services.load_pack import load_pack
from schemas.contact import Contact
from schemas.people import Phone
from tests.adapters.ctf_cases import OTHER_UPN, ctf, pupil
from tests.exchange.services.town import PRIMARY, SECONDARY, SENCO, House, Town, pupil_record

OURS = "77777777-5555-4555-8555-555555555555"
FIRST, SECOND = "01632 960001", "01632 960002"
ELM = {
    "UPN": f"<UPN>{OTHER_UPN}</UPN>",
    "Surname": "<Surname>Elm</Surname>",
    "DOB": "<DOB>2015-05-09</DOB>",
}


def read(town: Town, *pupils: str) -> list[Kept]:
    source = io.BytesIO(ctf(*pupils))
    inside = town.primary.inside
    return list(import_pupils(inside, CtfPupils(), PRIMARY, source, "ctf", SENCO))


def parents(father: str, mother: str) -> str:
    """Return two contacts of one name, without forenames."""
    told = ""
    for order, (title, number) in enumerate((("Mr", father), ("Mrs", mother)), 1):
        phones = f"<Phones><Phone><PhoneNo>{number}</PhoneNo></Phone></Phones>" if number else ""
        told += f"<Contact><Order>{order}</Order><Title>{title}</Title><Surname>Oak</Surname>"
        told += f"{phones}</Contact>"
    return f"<Contacts>{told}</Contacts>"


def reached(house: House, surname: str = "Oak") -> list[tuple[str, list[str]]]:
    """Return a pupil's contacts and their numbers, as they are stored."""
    records: list[dict[str, Any]] = [json.loads(one.record) for one in house.pupils()]
    (found,) = [one for one in records if one["names"]["surname"] == surname]
    return [
        (one["title"], [each["number"] for each in one.get("phones", [])])
        for one in found["contacts"]
    ]


BOTH = [("Mr", [FIRST]), ("Mrs", [SECOND])]


@pytest.mark.parametrize("before", [(FIRST, ""), ("", SECOND)])
def test_of_two_contacts_of_one_name_each_gets_their_own_number(
    town: Town, before: tuple[str, str]
) -> None:
    read(town, pupil(parents(*before)))
    more = pupil(parents(FIRST, SECOND))
    kept = read(town, more, pupil(**ELM))
    assert [one.outcome for one in kept] == ["updated", "added"]
    assert kept[0].left == ()
    assert reached(town.primary) == BOTH
    assert [one.outcome for one in read(town, more)] == ["unchanged"]


@pytest.mark.parametrize("before", [(FIRST, ""), ("", SECOND)])
def test_a_pack_brings_each_contact_of_one_name_their_own_number(
    town: Town, before: tuple[str, str]
) -> None:
    def contacts(*numbers: str) -> tuple[Contact, ...]:
        return tuple(
            Contact(
                order=order,
                surname="Oak",
                title=title,
                phones=(Phone(number=number),) if number else (),
            )
            for order, (title, number) in enumerate(zip(("Mr", "Mrs"), numbers, strict=True), 1)
        )

    here = pupil_record(subject=OURS, contacts=contacts(*before))
    add_pupil(town.secondary.inside, SECONDARY, here, SENCO)
    pupil_id = town.leaver(contacts=contacts(FIRST, SECOND))
    town.attach(pupil_id)
    town.choose(pupil_id)
    bundle_id = town.send(pupil_id).transfer.bundle_id
    town.settle()
    accept(town.secondary.inside, SECONDARY, bundle_id, SENCO)
    assert load_pack(town.secondary.inside, SECONDARY, bundle_id, {}, SENCO) == OURS
    assert reached(town.secondary) == BOTH


def needs_of(town: Town) -> list[tuple[str, str | None, str | None]]:
    (one,) = town.primary.pupils()
    with town.primary.store.reading(PRIMARY) as unit:
        (found,) = [
            json.loads(each.record)
            for each in unit.records.of_pupil(one.pupil_id)
            if each.slot == "sen-register"
        ]
    return [(each["type"], each.get("starts"), each.get("ends")) for each in found["needs"]]


def sen(*needs: str) -> str:
    told = "".join(f"<SENneed>{one}</SENneed>" for one in needs)
    history = "<SEN><StartDate>2019-09-01</StartDate><SENprovision>K</SENprovision></SEN>"
    return pupil(f"<SENhistory>{history}<SENneeds>{told}</SENneeds></SENhistory>")


def test_a_need_gets_its_first_day_and_no_last_one_unasked(town: Town) -> None:
    read(town, sen("<SENtype>ASD</SENtype>"))
    starts = "<NeedStartDate>2019-09-01</NeedStartDate>"
    read(town, sen(f"{starts}<SENtype>ASD</SENtype>"))
    assert needs_of(town) == [("ASD", "2019-09-01", None)]
    ended = sen(f"{starts}<NeedEndDate>2023-07-01</NeedEndDate><SENtype>ASD</SENtype>")
    (kept,) = read(town, ended)
    assert (kept.outcome, kept.left) == ("unchanged", ("sen-register/needs/ends",))
    assert needs_of(town) == [("ASD", "2019-09-01", None)]


def test_an_address_that_is_another_does_not_stop_the_pupil(town: Town) -> None:
    """A contact with an address of their own, and a file by which they live with the pupil."""

    def bo(address: str) -> str:
        contact = f"<Surname>Oak</Surname><Forename>Bo</Forename><Address>{address}</Address>"
        return f"<Contacts><Contact><Order>1</Order>{contact}</Contact></Contacts>"

    read(town, pupil(bo("<PostCode>ZZ1 1ZZ</PostCode>")))
    more = pupil(bo("<AddressAsPupil>true</AddressAsPupil>") + "<Email>a@example.org</Email>")
    (kept,) = read(town, more)
    assert (kept.outcome, kept.left) == ("updated", ("pupil/contacts/address_as_pupil",))
