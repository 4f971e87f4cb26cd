"""What old spreadsheets leave behind: days counted from 1904, and tables that are no workbooks."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from tests.adapters.mis.lists import HEADS, NO_UPN, look, one, register

BORN, SINCE = date(2015, 3, 9), date(2022, 9, 1)


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
@pytest.mark.parametrize("bare", [True, False])
def test_days_count_from_when_the_workbook_says(epoch: object, bare: bool) -> None:
    made = Workbook()
    made.epoch = epoch  # type: ignore[assignment]
    sheet = made.active
    assert sheet is not None
    sheet.append([*HEADS, "Pupil ID", "SEN status", "SEN start date"])
    days = [int(to_excel(one, epoch)) for one in (BORN, SINCE)] if bare else [BORN, SINCE]
    sheet.append(["Oak", "Ann", days[0], "F", 40001, "K", days[1]])
    out = io.BytesIO()
    made.save(out)
    row = one(out.getvalue(), plan=NO_UPN)
    assert row.pupil.date_of_birth == BORN
    assert register(row).provision_starts == SINCE
    assert look(out.getvalue()).sheets[0].columns[4].samples == ("40001",)
