"""No exception carries a value: not in its text, its parts, its causes, nor its traceback.

A value that nobody could mistake is put into every place from which an error is raised: what a
person types, what a file says, what a stranger sends. Each must be refused by a typed error, and
the value must be nowhere in what could be printed or logged of it, the causes that Python keeps
behind it included.
"""

from __future__ import annotations

import io
import json
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from adapters.formats.pupils_ctf import CtfPupils
from adapters.inspector import ContentInspector
from exchange.bundle.outer import read_outer
from exchange.errors import ExchangeError
from exchange.ports import SignedReceipt
from exchange.services.accept import accept, destroy, reject
from exchange.services.attach import NewDocument, attach
from exchange.services.choose_destination import choose_destination
from exchange.services.find_pupil import find_pupil
from exchange.services.judge_receipt import apply_receipt
from exchange.services.keep_pupil import add_pupil, import_pupils, keep_record, subject_of
from exchange.services.load_pack import load_pack
from exchange.services.recall import recall
from keys.errors import KeysError
from schemas.errors import SchemaError
from schemas.pupil import Names
from tests.adapters.ctf_cases import ctf, pupil
from tests.exchange.services.town import (
    PDF,
    PRIMARY,
    PROFILES,
    SECONDARY,
    SENCO,
    Town,
    deliver,
    pupil_record,
)

VALUE = "Quizzle" + "77"
UPN = "A80120001500" + "9"
BIRTHDAY = "2015-13-" + "41"
VALUES = (VALUE, VALUE.upper(), VALUE.lower(), UPN, BIRTHDAY)

Step = Callable[[Town, Path], object]
STEPS: dict[str, Step] = {}


def step(name: str) -> Callable[[Step], Step]:
    def keep(what: Step) -> Step:
        STEPS[name] = what
        return what

    return keep


def _choose(town: Town, to: str, confirm: str) -> object:
    return choose_destination(town.primary.inside, PRIMARY, town.leaver(), to, confirm, SENCO)


@step("a destination that nobody knows")
def _(town: Town, place: Path) -> object:
    return _choose(town, VALUE, VALUE)


@step("a confirmation that is none")
def _(town: Town, place: Path) -> object:
    return _choose(town, "999002", VALUE)


@step("an identifier with a scheme")
def _(town: Town, place: Path) -> object:
    return _choose(town, f"urn:{VALUE}", VALUE)


@step("a pupil who is not here")
def _(town: Town, place: Path) -> object:
    with town.primary.store.reading(PRIMARY) as unit:
        return find_pupil(unit, VALUE)


@step("a UPN with a wrong letter")
def _(town: Town, place: Path) -> object:
    with town.primary.store.reading(PRIMARY) as unit:
        return find_pupil(unit, UPN)


def _record(name: str, content: bytes) -> None:
    def keep(town: Town, place: Path) -> object:
        return keep_record(town.primary.inside, PRIMARY, town.leaver(), content, SENCO)

    STEPS[f"a record that is {name}"] = keep
    STEPS[f"the subject of a record that is {name}"] = lambda town, place: subject_of(content)


_PROFILE = {"schema": "sen.one-page-profile/1.0", "known_as": VALUE, "written": BIRTHDAY}
_record("no JSON", VALUE.encode())
_record("a list", json.dumps([VALUE]).encode())
_record("not UTF-8", b"\xff" + VALUE.encode())
_record("of another world", json.dumps({"schema": f"sen.{VALUE}/1.0"}).encode())
_record("without a date", json.dumps({**_PROFILE, "subject": VALUE}).encode())
_record("with a wrong date", json.dumps({**_PROFILE, "subject": pupil_record().subject}).encode())
_record("twice the same key", f'{{"{VALUE}":1,"{VALUE}":2}}'.encode())
_record("critical", json.dumps({**_PROFILE, "critical": [VALUE]}).encode())

FIELDS: dict[str, dict[str, object]] = {
    "surname": {"names": Names(surname=f"{VALUE}\n", forename="Ann")},
    "forename": {"names": Names(surname="Oak", forename=VALUE * 20)},
    "sex": {"sex": VALUE},
    "reason": {"upn": None, "upn_unknown": VALUE},
    "year": {"nc_year": VALUE},
    "ethnicity": {"ethnicity": VALUE},
    "subject": {"subject": VALUE},
    "birthday": {"date_of_birth": VALUE},
}
for _name, _changes in FIELDS.items():
    STEPS[f"a pupil by hand: {_name}"] = lambda town, place, changes=_changes: add_pupil(  # type: ignore[misc]
        town.primary.inside, PRIMARY, pupil_record(**changes), SENCO
    )

ROWS = {
    "UPN": f"<UPN>{UPN}</UPN>",
    "DOB": f"<DOB>{BIRTHDAY}</DOB>",
    "Sex": f"<Sex>{VALUE}</Sex>",
    "Surname": f"<Surname>{VALUE * 30}</Surname>",
}


def _read(town: Town, data: bytes) -> None:
    """Read a CTF; the errors of a row are raised, as a listing would show them."""
    inside = town.primary.inside
    for kept in import_pupils(inside, CtfPupils(), PRIMARY, io.BytesIO(data), "ctf", SENCO):
        for error in kept.errors:
            raise error


for _name, _xml in ROWS.items():
    STEPS[f"a CTF row: {_name}"] = lambda town, place, name=_name, xml=_xml: _read(  # type: ignore[misc]
        town, ctf(pupil(**{name: xml}))
    )

FILES = {
    "not XML": VALUE.encode(),
    "a DOCTYPE": f'<!DOCTYPE x [<!ENTITY y "{VALUE}">]><CTfile/>'.encode(),
    "a tag of its own": f"<{VALUE}/>".encode(),
    "an attribute without end": f'<CTfile a="{VALUE}'.encode(),
    "an entity that nobody defined": f"<CTfile>&{VALUE};</CTfile>".encode(),
    "a namespace that nobody bound": f"<{VALUE}:x/>".encode(),
    "an encoding that nobody knows": f'<?xml version="1.0" encoding="{VALUE}"?><x/>'.encode(),
    "a version that is none": ctf(pupil()).replace(b"25.0", VALUE.encode()),
    "a school that is none": ctf(pupil()).replace(b"<LEA>801", f"<LEA>{VALUE}".encode()),
}
for _name, _data in FILES.items():
    STEPS[f"a CTF with {_name}"] = lambda town, place, data=_data: _read(town, data)  # type: ignore[misc]


def _attach(town: Town, path: Path, type_: str = "ep-report") -> object:
    new = NewDocument(path, type_, VALUE, date(2026, 5, 1), VALUE)
    inside = town.primary.inside
    return attach(inside, ContentInspector(), PRIMARY, town.leaver(), new, SENCO)


@step("a document that is not there")
def _(town: Town, place: Path) -> object:
    return _attach(town, place / f"{VALUE}.pdf")


@step("a document in a folder that is none")
def _(town: Town, place: Path) -> object:
    (place / VALUE).write_text(VALUE)
    return _attach(town, place / VALUE / "x.pdf")


CONTENTS = {
    "PDF": b"%PDF-1.7\n" + VALUE.encode(),
    "Word file": b"PK\x03\x04" + VALUE.encode(),
    "picture": b"\x89PNG\r\n\x1a\n" + VALUE.encode(),
    "photograph": b"\xff\xd8\xff\xe0" + VALUE.encode(),
    "rich text": rb"{\rtf1 {\object " + VALUE.encode(),
    "text": b"\x00\xff" + VALUE.encode(),
    "old Word file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + VALUE.encode(),
}


def _broken(content: bytes) -> Step:
    def put(town: Town, place: Path) -> object:
        path = place / f"{VALUE}.pdf"
        path.write_bytes(content)
        return _attach(town, path)

    return put


STEPS |= {f"a {name} that is none": _broken(content) for name, content in CONTENTS.items()}


@step("a document of a type that nobody knows")
def _(town: Town, place: Path) -> object:
    path = place / "x.pdf"
    path.write_bytes(PDF)
    return _attach(town, path, VALUE)


for _name, _verb in {
    "accepted": lambda town: accept(town.secondary.inside, SECONDARY, VALUE, SENCO),
    "rejected": lambda town: reject(town.secondary.inside, SECONDARY, VALUE, "not-wanted", SENCO),
    "rejected by a code": lambda town: reject(town.secondary.inside, SECONDARY, "x", VALUE, SENCO),
    "destroyed": lambda town: destroy(town.secondary.inside, SECONDARY, VALUE, VALUE, SENCO),
    "recalled": lambda town: recall(town.primary.inside, PRIMARY, VALUE, SENCO),
    "loaded": lambda town: load_pack(town.secondary.inside, SECONDARY, VALUE, {}, SENCO),
    "loaded with": lambda town: load_pack(
        town.secondary.inside, SECONDARY, town.accepted(), {VALUE: "unclear"}, SENCO
    ),
    "loaded with a code": lambda town: load_pack(
        town.secondary.inside, SECONDARY, VALUE, {"x": VALUE}, SENCO
    ),
    "sent": lambda town: town.send(VALUE),
    "queried": lambda town: town.secondary.desk.receipts(VALUE, SECONDARY, VALUE, 0),
    "begun": lambda town: town.secondary.desk.begin(VALUE, SECONDARY, VALUE, VALUE),
    "hosted": lambda town: town.secondary.store.unit(VALUE),
}.items():
    STEPS[f"a reference that is {_name}"] = lambda town, place, verb=_verb: verb(town)  # type: ignore[misc]


RECEIPTS = {
    "no JSON": VALUE.encode(),
    "of a wrong kind": json.dumps({"schema": "sen.receipt/1.0", "kind": VALUE}).encode(),
    "of another schema": json.dumps({"schema": VALUE}).encode(),
}


def _receipt(content: bytes, signature: bytes) -> Step:
    def hear(town: Town, place: Path) -> object:
        signed = SignedReceipt(content, signature)
        return apply_receipt(town.primary.inside, PRIMARY, town.sent(), signed, SENCO)

    return hear


STEPS |= {f"a receipt {name}": _receipt(content, b"") for name, content in RECEIPTS.items()}


def _announce(envelope: bytes | None, signature: bytes | None) -> Step:
    def say(town: Town, place: Path) -> object:
        _, content = town.packed()
        outer = read_outer(io.BytesIO(content))
        return town.secondary.desk.announce(
            PRIMARY,
            SECONDARY,
            outer.envelope_bytes if envelope is None else envelope,
            outer.signature if signature is None else signature,
            len(content),
        )

    return say


STEPS |= {
    "an envelope that is no JSON": _announce(VALUE.encode(), None),
    "an envelope of another world": _announce(
        json.dumps({"schema": f"sen.envelope/{VALUE}"}).encode(), None
    ),
    "an envelope with a wrong field": _announce(
        json.dumps({"schema": "sen.envelope/1.0", "id": VALUE, VALUE: VALUE}).encode(), None
    ),
    "a signature that is none": _announce(None, VALUE.encode()),
    "a pack that is no ZIP": lambda town, place: deliver(town.secondary, VALUE.encode() * 99),
}


@pytest.mark.parametrize("name", STEPS)
def test_nothing_that_could_be_printed_holds_the_value(
    town: Town, tmp_path: Path, name: str
) -> None:
    with pytest.raises((ExchangeError, KeysError, SchemaError)) as raised:
        STEPS[name](town, tmp_path)
    error = raised.value
    assert error.code
    assert error.hint
    shown = [error.code, error.path, error.hint, str(error), repr(error), repr(error.args)]
    shown += traceback.format_exception(error)
    shown += [repr(vars(error))]
    behind: BaseException | None = error.__cause__
    while behind is not None:
        shown += [str(behind), repr(behind)]
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
    for value in VALUES:
        assert value not in "\n".join(shown)
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__, "raise it `from None`"


def test_nor_does_the_book_of_any_house(town: Town, tmp_path: Path) -> None:
    """Refusals are entries too; they hold codes."""
    for what in STEPS.values():
        try:
            what(town, tmp_path)
        except (ExchangeError, KeysError, SchemaError, OSError):
            continue
    told = "".join(repr(house.book()) for house in town.houses.values())
    for value in (*VALUES, *(one.name for one in PROFILES.values())):
        assert value not in told
