"""What old spreadsheets leave behind: days counted from 1904, and tables that are no workbooks."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from exchange.errors import FormatError
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(
    "told",
    [
        "<html><body><table><tr><td>Surname</td></tr></table></body></html>",
        "<!DOCTYPE html>\n<html></html>",
        "\n<TABLE border=1><tr><th>Surname</th></tr></TABLE>",
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
    ],
)
def test_a_table_in_markup_is_no_transfer_file(told: str, encoding: str) -> None:
    with pytest.raises(FormatError) as caught:
        look(("\ufeff" * (encoding == "utf-16-be") + told).encode(encoding))
    assert caught.value.code == "list-old-workbook"
    assert "CSV" in caught.value.hint
