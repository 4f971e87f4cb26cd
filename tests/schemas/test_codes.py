"""The code sets: the files are whole, the loader tells dates and history apart."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from schemas.codes import code_set, code_set_names
from schemas.errors import CodeSetError

TODAY = date(2025, 10, 1)


@pytest.mark.parametrize("name", code_set_names())
def test_every_file_is_whole(name: str) -> None:
    found = code_set(name)
    assert found.name == name
    assert len(found.title) > 2
    assert len(found.source) > 20
    assert date.fromisoformat(found.version) <= date(2030, 1, 1)
    assert found.current(TODAY), "nothing could be chosen"
    for entry in found:
        assert entry.code.strip() == entry.code != ""
        assert entry.label.strip() == entry.label != ""
        assert entry.since is None or entry.until is None or entry.since <= entry.until
        assert found.lookup(entry.code, importing=True).code == entry.code
    periods = [(e.code, e.since) for e in found]
    assert len(periods) == len(set(periods))


def test_sen_provision_knows_history_from_now() -> None:
    provision = code_set("sen-provision")
    assert [c.code for c in provision.current(TODAY)] == ["N", "K", "E"]
    assert provision.lookup("K", TODAY).label == "SEN support"
    assert provision.lookup("A", TODAY, importing=True).import_only
    for historic in "APS":
        with pytest.raises(CodeSetError) as caught:
            provision.lookup(historic, date(2010, 1, 1), path="/sen/0/provision")
        assert (caught.value.code, caught.value.path) == ("code-import-only", "/sen/0/provision")
    with pytest.raises(CodeSetError) as caught:
        provision.lookup("K", date(2014, 8, 31))
    assert caught.value.code == "code-not-yet"


def test_a_code_ends_on_its_last_day() -> None:
    la = code_set("la")
    assert la.lookup("928", date(2021, 3, 31)).label == "Northamptonshire"
    with pytest.raises(CodeSetError) as caught:
        la.lookup("928", date(2021, 4, 1))
    assert caught.value.code == "code-expired"
    assert la.lookup("940", date(2021, 4, 1)).label == "North Northamptonshire"
    assert la.lookup("928").until == date(2021, 3, 31)


def test_unknown_codes_and_sets_are_refused_without_repeating_them() -> None:
    with pytest.raises(CodeSetError) as caught:
        code_set("sen-type").lookup("Anna Smith", path="/needs/0/type")
    assert caught.value.code == "code-unknown"
    assert "Anna" not in f"{caught.value} {caught.value.hint}"
    for name in ("nothing", "../codes/data/sex", "", "sex.json"):
        with pytest.raises(CodeSetError) as caught:
            code_set(name)
        assert caught.value.code == "code-set-unknown"


def test_what_a_document_type_says_of_itself() -> None:
    types = code_set("document-type")
    report = types.lookup("ep-report", TODAY)
    assert report.attributes["shelf_life_months"] == 24
    assert report.attributes["may_receive"] == ["senco", "la", "family"]
    in_cp = [t.code for t in types if t.attributes["compartment"] == "cp"]
    assert in_cp == ["cp-file"]
    assert "isp" not in {t.code for t in types.current(TODAY)}
    for entry in types:
        assert set(entry.attributes) >= {
            "written_by",
            "may_receive",
            "shelf_life_months",
            "compartment",
        }


def test_every_need_with_an_area_names_a_real_one() -> None:
    areas = code_set("area-of-need")
    for need in code_set("sen-type"):
        area = need.attributes.get("area_of_need")
        assert area is None or str(area) in areas


@pytest.mark.corpus
def test_sets_hold_what_public_lists_hold(corpora: Path) -> None:
    census = json.loads((corpora / "codes/school_census_codesets_from_liia.json").read_text())
    for listed, name in [
        ("language", "language"),
        ("nc_year", "nc-year"),
        ("sen_provision_incl_historic", "sen-provision"),
        ("enrol_status", "enrol-status"),
        ("ethnicity", "ethnicity"),
        ("service_child", "service-child"),
    ]:
        assert {c.code for c in code_set(name)} == set(census[listed]), name
    las = {code for code in census["la_codes_incl_wales_and_XXX_MMM_NAA"] if code.isdigit()}
    assert {c.code for c in code_set("la")} == las
    sen = json.loads((corpora / "codes/sen_codes.json").read_text())
    needs = {c.code for c in code_set("sen-type") if not c.import_only}
    assert needs == set(sen["SENtype"])
    assert {c.code for c in code_set("contact-relationship")} == set(sen["contact_relationship"])
    for name, listed in [
        ("leaving-reason", "leaving_reason"),
        ("telephone-type", "telephone_type"),
        ("language-type", "language_type"),
    ]:
        assert {c.code for c in code_set(name)} == set(sen[listed]), name
    assert {c.code for c in code_set("disability")} >= set(sen["disability_ctf"][1:])
    simple = json.loads((corpora / "codes/cin_2026_xsd_simpletypes.json").read_text())
    assert {c.code for c in code_set("upn-unknown-reason")} == set(simple["unknownupntype"]["enum"])
    assert {c.code for c in code_set("sex")} == set(simple["sextype"]["enum"])
