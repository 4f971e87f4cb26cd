"""Kept elements: another value is a difference, layout is none, a filled field needs no other."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.formats.ctf.layout import PUPIL
from adapters.formats.ctf.nodes import DfeNumber, Group, Leaf, Many, Node, tags_of
from exchange.domain.comparing import Difference, differences, merged
from exchange.domain.kept_elements import STANDS_FOR

Records = dict[str, Any]


def element(xml: str, within: str = "") -> Records:
    return {"within": within, "xml": xml}


def pupil(*some: Records, **more: Any) -> Records:
    return {"pupil": {"extras": list(some), **more}}


def news(ours: Records, theirs: Records) -> list[Difference]:
    return [one for one in differences(ours, theirs) if one.adds]


def after(ours: Records, theirs: Records) -> Records:
    made: Records = merged(ours, news(ours, theirs))[0]["pupil"]
    return made


def test_another_value_of_an_element_is_a_difference_to_choose() -> None:
    ours, theirs = (
        pupil(element("<ShoeSize>3</ShoeSize>")),
        pupil(element("<ShoeSize>4</ShoeSize>")),
    )
    (one,) = differences(ours, theirs)
    assert (one.field, one.adds) == ("pupil/extras/xml", False)
    made, _ = merged(ours, [one])
    assert made["pupil"]["extras"] == [element("<ShoeSize>4</ShoeSize>")]
    elsewhere = pupil(element("<ShoeSize>4</ShoeSize>", "BasicDetails"))
    assert len(after(ours, elsewhere)["extras"]) == 2


def test_layout_is_no_difference() -> None:
    ours = pupil(element("<SuppInfo><A>1</A><B>a b</B></SuppInfo>"))
    theirs = pupil(element("<SuppInfo>\n <A>1</A>\n <B>a\n b</B>\n</SuppInfo>\n"))
    assert differences(ours, theirs) == ()


def test_white_space_costs_no_more_than_it_weighs() -> None:
    """Squared, it would take minutes."""
    wide = " " * 90_000
    ours, theirs = (pupil(element(f"<A>x{wide}{one}</A>")) for one in "yz")
    assert [one.field for one in differences(ours, theirs)] == ["pupil/extras/xml"]


def test_elements_of_one_name_are_known_in_turn() -> None:
    one, two = element("<Club>chess</Club>"), element("<Club>judo</Club>")
    assert differences(pupil(one, two), pupil(two, one)) == ()
    (new,) = differences(pupil(one), pupil(two, one))
    assert (new.theirs, new.adds) == (two, True)


WRONG = element("<UniqueLearnerNumber>1000000042</UniqueLearnerNumber>")


def test_an_element_goes_where_its_field_is_filled() -> None:
    made = after(pupil(WRONG, element("<Shoe/>")), pupil(uln="1000000043"))
    assert made == {"uln": "1000000043", "extras": [element("<Shoe/>")]}
    assert "extras" not in after(pupil(WRONG), pupil(uln="1000000043"))


def test_an_element_for_a_field_that_is_filled_here_is_not_taken() -> None:
    assert differences(pupil(uln="1000000043"), pupil(WRONG)) == ()
    second = pupil(element("<Email>b@example.org</Email>"), email="a@example.org")
    assert len(news(pupil(email="a@example.org"), second)) == 1, "a file may have two addresses"


def test_a_second_element_takes_the_place_of_one_that_was_wrong() -> None:
    ours = pupil(element("<Email>nonsense</Email>"))
    theirs = pupil(element("<Email>b@example.org</Email>"), email="a@example.org")
    made = {"pupil": after(ours, theirs)}
    assert made == theirs
    assert news(made, theirs) == []


def contact(*some: Records, **more: Any) -> Records:
    one = {"order": 1, "surname": "Oak", "forename": "Bo", "ctf_extras": list(some), **more}
    return {"pupil": {"contacts": [one]}}


def test_elements_of_a_contact_are_known_the_same_way() -> None:
    ours = contact(element("<Email>nonsense</Email>"), element("<Shoe>3</Shoe>"))
    theirs = contact(element("<Shoe>4</Shoe>"), email="a@example.org")
    assert [(one.field, one.adds) for one in differences(ours, theirs)] == [
        ("pupil/contacts/ctf_extras/xml", False),
        ("pupil/contacts/email", True),
    ]
    assert after(ours, theirs)["contacts"][0]["ctf_extras"] == [element("<Shoe>3</Shoe>")]


@pytest.mark.parametrize("value", [[1], "x", [{"within": ""}], {"a": [1]}, [{"xml": 1}]])
def test_what_only_bears_the_name_of_kept_elements_is_one_value(value: Any) -> None:
    ours = contact(element("<Shoe/>"))
    theirs = {"pupil": {"contacts": [{**contact()["pupil"]["contacts"][0], "ctf_extras": value}]}}
    for here, there in ((ours, theirs), (theirs, ours)):
        found = differences(here, there)
        assert [one.field for one in found] == ["pupil/contacts/ctf_extras"]
        assert differences(merged(here, found)[0], there) == ()


def _fields(nodes: tuple[Node, ...], within: str) -> Records:
    """Return the field of each element below nodes, and of their lists, as the layout has them."""
    made: Records = {}
    for node in nodes:
        place = f"{within}/{node.tag}" if within else node.tag
        if isinstance(node, Group):
            made |= _fields(node.children, place)
        elif isinstance(node, Many) and node.kind is None:
            made[f"[{node.at}]"] = _fields(node.children, "")
        elif isinstance(node, DfeNumber) or (isinstance(node, Leaf) and not node.vital):
            for tag in tags_of(node):
                made[f"{within}/{tag}" if within else tag] = node.at
    return made


def test_the_fields_of_elements_are_those_of_the_layout() -> None:
    """A key stage with anything unknown in it is kept whole; a refused SEN history refuses all."""
    made: Records = {}

    def gather(path: str, found: Records) -> None:
        made[path] = {tag: at for tag, at in found.items() if isinstance(at, str)}
        for name, inner in found.items():
            if isinstance(inner, dict):
                gather(f"{path}/{name[1:-1]}", inner)

    gather("", _fields(PUPIL, ""))
    lists = {path.removeprefix("/").replace(".", "/"): one for path, one in made.items() if path}
    found = {
        path: one for path, one in lists.items() if path.split("/")[0] in ("pupil", "attendance")
    }
    own = {tag: at.removeprefix("pupil.") for tag, at in made[""].items()}
    assert {**found, "pupil": own} == STANDS_FOR
