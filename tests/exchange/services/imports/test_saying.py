"""A difference in words: whose number it is, what comes with it, and what no schema knows."""

from __future__ import annotations

from typing import Any

from exchange.domain.comparing import differences
from exchange.services.imports.difference import mark_of
from exchange.services.imports.saying import Said, said

Records = dict[str, Any]


def told(ours: Records, theirs: Records) -> list[Said]:
    return [said(one) for one in differences(ours, theirs)]


def contact(**more: Any) -> Records:
    return {"pupil": {"contacts": [{"order": 1, "surname": "Oak", "title": "Mrs", **more}]}}


def test_a_telephone_number_names_its_contact() -> None:
    phones = [{"number": "01632 960002"}]
    (one,) = told(contact(), contact(phones=phones))
    assert one.what == "Contact Mrs Oak, Telephone"
    assert "01632 960002" in one.theirs
    (one,) = told(contact(phones=phones), contact(phones=[*phones, {"number": "2024-09-01"}]))
    assert one.what.startswith("Contact Mrs Oak, Telephone ")


def test_a_provision_tells_what_comes_with_it() -> None:
    ours = {"sen-register": {"provision": "K"}}
    history = [{"provision": "E", "starts": "2024-09-01"}]
    theirs: Records = {
        "sen-register": {
            "provision": "E",
            "provision_starts": "2024-09-01",
            "provision_history": history,
        }
    }
    (one,) = told(ours, theirs)
    assert (one.what, one.ours) == ("Provision", "SEN support")
    assert "1 September 2024" in one.theirs
    assert one.theirs.count("Education, health and care plan") == 2


def test_a_yes_counts_for_what_was_shown_and_nothing_else() -> None:
    ours = {"sen-register": {"provision": "K"}}
    marks = {
        mark_of(differences(ours, {"sen-register": {"provision": "E", "provision_starts": day}}))
        for day in ("2024-09-01", "2023-09-01")
    }
    assert len(marks) == 2


def element(tag: str, text: str) -> Records:
    return {"within": "", "xml": f"<{tag}>{text}</{tag}>"}


def test_what_this_service_does_not_know_is_told_as_it_came() -> None:
    ours, theirs = ({"pupil": {"extras": [element("Shoe", one)]}} for one in "34")
    (one,) = told(ours, theirs)
    assert one.what == "Part of the file that this service does not know: Shoe"
    assert (one.ours, one.theirs) == ("<Shoe>3</Shoe>", "<Shoe>4</Shoe>")
    (one,) = told({"pupil": {}}, {"pupil": {"extras": [element("Shoe", "3")]}})
    assert one.theirs == "<Shoe>3</Shoe>"


def test_a_contacts_own_unknown_parts_are_told_as_well() -> None:
    ours, theirs = (contact(ctf_extras=[element("Shoe", one)]) for one in "34")
    (one,) = told(ours, theirs)
    assert one.what == ("Contact Mrs Oak, Part of the file that this service does not know: Shoe")
    (one,) = told(contact(nobody_knows={"a": [1, None]}), contact(nobody_knows={"a": [2]}))
    assert (one.what, one.theirs) == ("Contact Mrs Oak, Nobody knows, A", "2")
