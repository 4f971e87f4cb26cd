"""Whom a name or text points to: by all the names that a child has, and never by a weak sign."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.folder_match import Matcher
from exchange.domain.roster import (
    ENOUGH,
    WEIGHT,
    Child,
    Roster,
    Sign,
    days_in,
    signs_in_name,
    signs_in_text,
    upns_in,
    weigh,
)
from exchange.domain.twins import Doubt, doubts_in

BORN = date(2015, 3, 9)
ANN = Child.of("ann", "Annie Oak", ["Annabel", "Annie"], ["Oak"], BORN, "X820200112001")
BEN = Child.of("ben", "Ben Oak", ["Ben"], ["Oak"], BORN, "Y820200112002")
ZOE = Child.of("zoe", "Zoë", ["Zoë"], ["van der Berg"], date(2014, 12, 1))
MEI = Child.of("mei", "Mei-Ling", ["Mei-Ling"], ["O'Brien-Łuk"], date(2015, 1, 31))
ROSTER = Roster.of([ANN, BEN, ZOE, MEI])


@pytest.mark.parametrize(
    ("name", "pupil_id"),
    [
        ("OAK Annabel", "ann"),
        ("Oak, Annie", "ann"),
        ("annie_oak_EP", "ann"),
        ("AnnieOak2026", "ann"),
        ("zoe van-der-berg", "zoe"),
        ("Vanderberg Zoe", "zoe"),
        ("MeiLing OBrien Luk", "mei"),
        ("Mei Ling O\u2019Brien-Łuk", "mei"),
        ("X820200112001", "ann"),
        ("Oak 09.03.2015 Ann X8202-0011-2001", "ann"),
    ],
)
def test_names_in_all_their_shapes(name: str, pupil_id: str) -> None:
    found = signs_in_name(name, ROSTER)
    best = max(found, key=lambda who: weigh(found[who]))
    assert best == pupil_id
    assert weigh(found[best]) >= ENOUGH


@pytest.mark.parametrize("name", ["Oak", "Annie", "A Oak", "Berg", "9 March 2015", "Oaks Annies"])
def test_weak_names(name: str) -> None:
    assert all(weigh(signs) < ENOUGH for signs in signs_in_name(name, ROSTER).values())


def test_no_single_weak_sign_is_ever_enough() -> None:
    strong = {Sign.UPN, Sign.FULL_NAME}
    assert {sign for sign in Sign if WEIGHT[sign] >= ENOUGH} == strong


@pytest.mark.parametrize(
    "text",
    [
        "9/3/2015",
        "09.03.15",
        "2015-03-09",
        "9 March 2015",
        "9th of March, 2015",
        "March 9th 2015",
        "09032015",
        "9 Mar 15",
        "9-Mar-2015",
        "20150309",
    ],
)
def test_days_in_all_their_shapes(text: str) -> None:
    assert BORN in days_in(f"DOB {text}.")


@pytest.mark.parametrize("text", ["31/02/2015", "1234567890123", "9/3", "99/99/9999"])
def test_what_is_no_day(text: str) -> None:
    assert days_in(text) == set()


def test_upns() -> None:
    assert list(upns_in("UPN: x820200112001, Y8202 0011 2002; AX8202001120019")) == [
        "X820200112001",
        "Y820200112002",
    ]


def test_texts_name_children_in_full_or_not_at_all() -> None:
    found = signs_in_text("Ben James Oak (born 9/3/15). Annie plays. Van der Berg, Zoë.", ROSTER)
    assert Sign.FULL_NAME in found["ben"]
    assert Sign.FULL_NAME in found["zoe"]
    assert Sign.FULL_NAME not in found["ann"]


def test_a_text_alone_names_nobody_but_by_upn() -> None:
    matcher = Matcher(ROSTER)
    said = {"ann": {Sign.FULL_NAME, Sign.BORN}}
    assert matcher.match("L/x.pdf", said).pupil_id is None
    assert matcher.match("L/x.pdf", {"ann": {Sign.UPN}}).pupil_id == "ann"


def test_a_text_tips_the_scales_between_twins() -> None:
    matcher = Matcher(ROSTER)
    assert matcher.match("L/Oak 9.3.2015/x.pdf", {}).pupil_id is None
    assert matcher.match("L/Oak 9.3.2015/x.pdf", {"ben": {Sign.FULL_NAME}}).pupil_id == "ben"


def test_a_long_text_is_searched_in_time() -> None:
    import time

    many = Roster.of(
        Child.of(str(n), "x", [f"Fore{n}"], [f"Sur{n % 400}"], date(2010 + n % 8, 1 + n % 12, 1))
        for n in range(5000)
    )
    text = "the child went to school and Fore17 Sur17 was there on 1 May 2013. " * 6000
    began = time.process_time()
    found = doubts_in(text, "1", many, whole=True)
    assert time.process_time() - began < 8
    assert Doubt.NAMED in found["17"]
