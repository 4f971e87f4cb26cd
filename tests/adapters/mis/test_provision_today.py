"""Which SEN provision a child has on the day on which a list or a transfer file is read."""

from __future__ import annotations

import io
from datetime import date
from functools import partial

import pytest

from adapters.formats.mis.pupil_lists import PupilLists
from adapters.formats.provision_today import held_on
from adapters.formats.pupils_ctf import CtfPupils
from exchange.ports import ReadPupil, UnreadPupil
from exchange.ports.imports import Plan, settled
from schemas.sen import SenRegister
from tests.adapters.ctf_cases import ctf, pupil
from tests.adapters.mis.lists import HEADS, NO_UPN, OAK, given, text

TODAY = date(2026, 7, 1)
SEN = ("SEN status", "SEN start date", "SEN end date", "Need")
READER = PupilLists(partial(CtfPupils, today=lambda: TODAY), today=lambda: TODAY)


def read(
    *periods: tuple[str, str, str], plan: Plan = NO_UPN
) -> tuple[ReadPupil | UnreadPupil, SenRegister | None]:
    files = given(text((*HEADS, *SEN), *((*OAK, *one, "ASD") for one in periods)))
    (row,) = READER.read(files, settled(READER.look(files, plan, {}), plan))
    entry = next((one for one in getattr(row, "records", ())), None)
    return row, entry


def now(*periods: tuple[str, str, str]) -> tuple[str, date | None]:
    _, entry = read(*periods)
    assert isinstance(entry, SenRegister)
    return entry.provision, entry.provision_starts


def test_who_left_the_register_has_no_sen_today_and_the_page_says_so() -> None:
    row, entry = read(("K", "2019-09-01", "2020-08-31"))
    assert isinstance(row, ReadPupil)
    assert isinstance(entry, SenRegister)
    assert (entry.provision, entry.provision_starts) == ("N", date(2020, 9, 1))
    assert [(p.provision, p.ends) for p in entry.provision_history] == [("K", date(2020, 8, 31))]
    assert row.remarks == (("provision-ended", "/1/2/G"),)


@pytest.mark.parametrize(
    ("periods", "held"),
    [
        ([("K", "2019-09-01", "2026-07-01")], ("K", date(2019, 9, 1))),
        ([("K", "2019-09-01", "2026-06-30")], ("N", date(2026, 7, 1))),
        ([("N", "2018-09-01", ""), ("K", "2020-09-01", "2027-08-31")], ("K", date(2020, 9, 1))),
        ([("K", "2018-09-01", ""), ("E", "2031-09-01", "")], ("K", date(2018, 9, 1))),
        ([("K", "2019-09-01", "2020-08-31"), ("E", "2031-09-01", "")], ("N", date(2020, 9, 1))),
        ([("P", "2009-09-01", "2014-08-31")], ("N", date(2014, 9, 1))),
        ([("E", "", ""), ("K", "2019-09-01", "2020-08-31")], ("E", None)),
        ([("K", "2019-09-01", "2026-07-01"), ("E", "2026-07-01", "")], ("E", date(2026, 7, 1))),
        ([("K", "2026-09-01", "")], ("K", date(2026, 9, 1))),
        ([("E", "2027-01-04", ""), ("K", "2026-09-01", "2027-01-03")], ("K", date(2026, 9, 1))),
        ([("K", "2027-07-02", "")], ("K", date(2027, 7, 2))),
    ],
)
def test_what_holds_today_by_first_and_last_day(
    periods: list[tuple[str, str, str]], held: tuple[str, date | None]
) -> None:
    assert now(*periods) == held


def test_who_is_on_the_register_from_next_term_is_so_whatever_holds_for_those_untold() -> None:
    row, entry = read(("K", "2026-09-01", ""), plan=Plan(no_upn="UN3", no_provision="N"))
    assert isinstance(row, ReadPupil)
    assert isinstance(entry, SenRegister)
    assert (entry.provision, entry.provision_starts) == ("K", date(2026, 9, 1))
    assert [(one.provision, one.starts) for one in entry.provision_history] == [
        ("K", date(2026, 9, 1))
    ]
    assert row.remarks == ()


@pytest.mark.parametrize("starts", ["2031-09-01", "2027-07-03"])
def test_what_begins_too_late_to_be_believed_waits_for_a_persons_word(starts: str) -> None:
    row, _ = read(("E", starts, ""))
    assert isinstance(row, UnreadPupil)
    assert [(one.code, one.path) for one in row.errors] == [("provision-later", "/1/2/F")]
    _, entry = read(("E", starts, ""), plan=Plan(no_upn="UN3", no_provision="K"))
    assert isinstance(entry, SenRegister)
    assert (entry.provision, entry.provision_starts) == ("K", None)
    assert [one.provision for one in entry.provision_history] == ["E"]


def _of_ctf(*periods: tuple[str, str]) -> ReadPupil | UnreadPupil:
    told = "".join(
        f"<SEN><StartDate>{starts}</StartDate><SENprovision>{code}</SENprovision></SEN>"
        for code, starts in periods
    )
    data = ctf(pupil(f"<SENhistory>{told}</SENhistory>"))
    (row,) = CtfPupils(today=lambda: TODAY).read(io.BytesIO(data))
    return row


def test_a_transfer_file_too_may_hold_what_begins_later() -> None:
    row = _of_ctf(("K", "2020-01-06"), ("E", "2031-09-01"))
    assert isinstance(row, ReadPupil)
    (entry,) = row.records
    assert isinstance(entry, SenRegister)
    assert (entry.provision, entry.provision_starts) == ("K", date(2020, 1, 6))
    assert [one.provision for one in entry.provision_history] == ["K", "E"]
    soon = _of_ctf(("E", "2026-09-01"))
    assert isinstance(soon, ReadPupil)
    (entry,) = soon.records
    assert isinstance(entry, SenRegister)
    assert (entry.provision, entry.provision_starts) == ("E", date(2026, 9, 1))
    later = _of_ctf(("E", "2031-09-01"))
    assert isinstance(later, UnreadPupil)
    assert [one.code for one in later.errors] == ["provision-later"]


def test_nothing_holds_before_the_first_day() -> None:
    history = [{"provision": "K", "starts": "2026-07-02"}]
    assert held_on(TODAY, history) is None
    assert held_on(date(2026, 7, 2), history) is not None
