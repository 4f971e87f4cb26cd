"""Draws the cohort: the cast of thirty first, then as many more as were asked for."""

from __future__ import annotations

import random
import tomllib
import uuid
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from demo.material.attendance import draw_attendance
from demo.material.people import Address, Contact, Need, Pupil
from demo.material.places import BY_KEY, LA_CODE, PRIMARY
from demo.material.texts import need_text
from schemas.identifiers import Upn

RECEPTION = date(2019, 9, 4)
LARGEST = 900
TEACHERS = ("Miss Rhiannon Ellery", "Mr Joseph Tillotson")
KEY_ADULTS = ("Mrs Pauline Cropper", "Mr Desmond Achebe", "Miss Leanne Starkey", "Mrs Gosia Rybak")


@cache
def _read(name: str) -> dict[str, Any]:
    file = resources.files("demo.material").joinpath(name)
    return tomllib.loads(file.read_text(encoding="utf-8"))


def cast(count: int, rng: random.Random) -> list[dict[str, Any]]:
    """Return ``count`` parts to play: the written cast, then drawn ones."""
    written, names = _read("cast.toml")["pupil"], _read("names.toml")
    parts = list(written[:count])
    codes = ["SLCN", "ASD", "SPLD", "SEMH", "MLD", "HI", "VI", "PD", "OTH"]
    for extra in range(count - len(parts)):
        sex = rng.choice("MF")
        parts.append(
            {
                "forename": rng.choice(names["girls" if sex == "F" else "boys"]),
                "surname": names["surnames"][extra % len(names["surnames"])],
                "sex": sex,
                "needs": rng.sample(codes, rng.choice((1, 1, 2))),
                "provision": rng.choice("KKKE"),
                "to": rng.choice(("quillbridge", "saltmere")),
                "interest": rng.choice(("football", "drawing", "cooking", "space", "dogs")),
            }
        )
    return parts


def draw_cohort(seed: int, count: int) -> list[Pupil]:
    """Draw ``count`` pupils; the same seed and count give the same pupils everywhere.

    Twins (same ``twin`` word in the cast) share birthday, address and contacts and, as their names
    stand next to each other in the school's list, have consecutive UPNs.

    :raises ValueError: ``count`` is not between 1 and :data:`LARGEST` (serials have 3 digits).
    """
    if not 1 <= count <= LARGEST:
        raise ValueError(f"a cohort has 1 to {LARGEST} pupils")
    rng = random.Random(f"cohort:{seed}")  # noqa: S311 - invented data, repeatable on purpose
    pupils: list[Pupil] = []
    households: dict[str, Pupil] = {}
    for number, part in enumerate(cast(count, rng), start=1):
        pupil = _draw(number, part, random.Random(f"{seed}:{number}"), seed)  # noqa: S311
        elder = households.get(part.get("twin", ""))
        if elder is not None:
            pupil = replace(
                pupil,
                birth=elder.birth,
                address=elder.address,
                contacts=elder.contacts,
                phone=elder.phone,
            )
        elif part.get("twin"):
            households[part["twin"]] = pupil
        pupils.append(pupil)
    return pupils


def _draw(number: int, part: dict[str, Any], rng: random.Random, seed: int) -> Pupil:
    birth = date(2014, 9, 1) + timedelta(days=rng.randrange(365))
    joined = part.get("joined", RECEPTION)
    needs = _needs(part["needs"], joined, rng)
    estab = str(part.get("previous_estab", PRIMARY.estab))
    upn = None if part.get("no_upn") else _upn(estab, 20 + number)
    phone = _mobile(rng)
    previous = (part["previous"], part.get("previous_estab")) if "previous" in part else None
    return Pupil(
        number=number,
        pupil_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        seed=seed,
        upn=upn,
        no_upn_reason=part.get("no_upn"),
        forename=part["forename"],
        surname=part["surname"],
        known_as=part.get("known_as", part["forename"]),
        preferred_surname=part.get("preferred_surname", part["surname"]),
        middle=part.get("middle", ""),
        sex=part["sex"],
        birth=birth,
        ethnicity=part.get("ethnicity", "WBRI"),
        languages=tuple(part.get("languages", ["ENG"])),
        address=Address(
            str(rng.randrange(1, 90)),
            rng.choice(_read("names.toml")["streets"]),
            "Larkfield-under-Wold",
            f"ZZ1 {rng.randrange(1, 9)}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRSTU')}",
        ),
        contacts=_contacts(part, rng, phone),
        phone=phone,
        needs=needs,
        provision=_provision(part["provision"], needs, joined, rng),
        attendance=draw_attendance(part["needs"], joined, rng),
        joined=joined,
        previous=previous,
        destination=BY_KEY[part["to"]],
        by_folder=part.get("folder", False),
        interest=part["interest"],
        teacher=TEACHERS[number % 2],
        key_adult=KEY_ADULTS[number % 4],
        condition=part.get("condition"),
        suspected=part.get("suspected"),
        looked_after=part.get("looked_after", False),
        service_child=part.get("service_child", False),
        twin=part.get("twin"),
        scores=_scores(part["needs"], rng),
    )


def _upn(estab: str, serial: int) -> str:
    return str(Upn.compose(la=LA_CODE, establishment=estab, year=2019, serial=f"{serial:03d}"))


def _school_day(day: date) -> date:
    """Return the day itself, or the Monday after a weekend; August becomes September."""
    if day.month == 8:
        day = date(day.year, 9, 8)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _needs(codes: list[str], joined: date, rng: random.Random) -> tuple[Need, ...]:
    earliest = max(joined, RECEPTION) + timedelta(days=7)
    latest = date(2025, 10, 1)
    found = []
    for rank, code in enumerate(codes, start=1):
        span = max((latest - earliest).days // 2, 0)
        since = earliest + timedelta(days=rng.randrange(span + 1))
        found.append(Need(code, rank, _school_day(since)))
    return tuple(found)


def _provision(
    status: str, needs: tuple[Need, ...], joined: date, rng: random.Random
) -> tuple[tuple[date, str], ...]:
    history = [(joined, "N")]
    if status in "KE":
        first = min(need.since for need in needs)
        history.append((first, "K"))
    if status == "E":
        plan = history[-1][0] + timedelta(days=rng.randrange(200, 420))
        history.append((_school_day(plan), "E"))
    return tuple(history)


def _contacts(part: dict[str, Any], rng: random.Random, phone: str) -> tuple[Contact, ...]:
    if part.get("looked_after"):
        return _carers(rng, phone)
    surname, names = part["surname"], _read("names.toml")
    drawn = (rng.choice(names["mothers"]), rng.choice(names["fathers"]))
    mother, father = names["parents"].get(surname, drawn)
    email = f"family{rng.randrange(1000, 9999)}@post.example"
    kind = rng.choice(("both", "both", "apart", "grandmother"))
    together = kind != "apart"
    first = Contact(1, "Mrs", mother, surname, "PAM", True, phone, email)
    second = Contact(2, "Mr", father, surname, "PAF", True, _mobile(rng), "", at_home=together)
    if kind == "grandmother":
        gran = Contact(3, "Mrs", "Jean", surname, "REL", False, _mobile(rng), "", at_home=False)
        return (first, second, gran)
    return (first, second)


def _carers(rng: random.Random, phone: str) -> tuple[Contact, ...]:
    """Return the foster carers, without parental responsibility, and the social worker."""
    email, office = "s.hollis@post.example", "01632 960014"
    work = "ingrid.falk@marlshire.example"
    return (
        Contact(1, "Mrs", "Sandra", "Hollis", "FOM", False, phone, email),
        Contact(2, "Mr", "Graham", "Hollis", "FOF", False, _mobile(rng), ""),
        Contact(3, "Ms", "Ingrid", "Falk", "SWR", True, office, work, at_home=False),
    )


def _mobile(rng: random.Random) -> str:
    return f"07700 900{rng.randrange(1000):03d}"


def _scores(codes: list[str], rng: random.Random) -> dict[str, int]:
    """Draw a standard score (mean 100, sd 15) for each test that the needs' texts name."""
    found: dict[str, int] = {}
    for code in codes or ["NONE"]:
        for specialist in need_text(code)["specialists"]:
            for name, low, high in specialist.get("tests", []):
                found.setdefault(name, rng.randint(low, high))
    return found
