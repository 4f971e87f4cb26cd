"""What the pick-up page says of a pack, from every record that there is."""

from __future__ import annotations

import io
import re

import pytest
from pdfminer.high_level import extract_text

from adapters.readable import TypstRenderer
from exchange.services.keep_pupil import keep_record
from exchange.services.links.shares import SUMMARY
from schemas.strict_json import dumps
from tests.exchange.services.links.world import World, waiting
from tests.exchange.services.test_record_view import values
from tests.exchange.services.town import PDF, PRIMARY, SENCO
from tests.schemas import record_examples as examples
from tests.schemas.test_records import MAKERS

WORDS = (examples.register, examples.plan, examples.profile, examples.transition)
RECORDS = [name for name in MAKERS if name not in ("sen.pupil/1.0", "sen.message/1.0")]


@pytest.fixture
def world(world: World) -> World:
    world.renderer = TypstRenderer()
    return world


def test_every_record_that_goes_is_told_and_makes_a_pdf(world: World) -> None:
    pupil_id = world.leaver(nc_year="6")
    for name in RECORDS:
        value = {**MAKERS[name](), "subject": pupil_id}
        keep_record(world.inside, PRIMARY, pupil_id, dumps(value), SENCO)
    made = waiting(world.send(pupil_id, leave_undecided=True))
    visit = world.come_in(made.address, made.link)
    view = world.view(visit)
    headings = [one["heading"] for one in view["sections"]]  # type: ignore[index, union-attr, call-overload]
    for wanted in (
        "Who is this child",
        "Needs",
        "What helps",
        "What to avoid",
        "What is in place",
        "What is coming up",
    ):
        assert wanted in headings
    assert view["pdf"] is True


def test_a_bare_pack_is_told_without_empty_sections(world: World) -> None:
    pupil_id = world.leaver()
    made = waiting(world.send(pupil_id))
    view = world.view(world.come_in(made.address, made.link))
    assert view["name"] == "Anna Oak"
    assert all(len(one) > 1 for one in view["sections"])  # type: ignore[arg-type, union-attr]
    assert view["documents"] == []


def test_a_clock_of_the_sending_school_is_not_the_readers(world: World) -> None:
    pupil_id = world.leaver(nc_year="6")
    value = {**MAKERS["sen.sen-register/1.0"](provision="E"), "subject": pupil_id}
    keep_record(world.inside, PRIMARY, pupil_id, dumps(value), SENCO)
    made = waiting(world.send(pupil_id, leave_undecided=True))
    told = str(world.view(world.come_in(made.address, made.link))["sections"])
    assert "The EHC plan names the next school" in told
    assert "law sets the council" in told
    assert "Hold the review meeting" not in told
    assert "Send the educational record" not in told


def test_who_has_nothing_to_read_records_with_reads_them_whole(world: World) -> None:
    pupil_id = world.leaver(nc_year="6")
    texts = []
    for maker in WORDS:
        value = {**maker(), "subject": pupil_id}
        keep_record(world.inside, PRIMARY, pupil_id, dumps(value), SENCO)
        texts += [one for one in values(value) if one.strip()]
    made = waiting(world.send(pupil_id, leave_undecided=True))
    visit = world.come_in(made.address, made.link)
    view = world.view(visit)
    names = [one["name"] for one in view["records"]]  # type: ignore[index, union-attr, call-overload]
    assert "Name, birthday and contact details" in names
    assert "SEN support plan" in names
    told = flat(view["records"])
    assert [one for one in texts if one not in told] == []
    with world.door.share(visit) as share:
        pdf = b"".join(share.read(SUMMARY))
    paper = bare(extract_text(io.BytesIO(pdf)))
    assert "Infull:SENsupportplan" in paper
    assert [one for one in texts if bare(one) not in paper] == []


def flat(rows: object) -> list[str]:
    """Return every text that stands in the rows of records."""
    if isinstance(rows, list):
        return [each for one in rows for each in flat(one)]
    if isinstance(rows, dict):
        return [each for one in rows.values() for each in flat(one)]
    return [str(rows)]


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_an_update_says_what_is_new_to_who_has_read_the_pack_before(world: World) -> None:
    pupil_id = world.leaver(nc_year="6")
    world.town.attach(pupil_id)
    first = waiting(world.send(pupil_id))
    visit = world.come_in(first.address, first.link)
    assert "new" not in world.view(visit)
    world.door.answer(visit, "opened", {"payload_sha256": world.view(visit)["payload_sha256"]})  # type: ignore[dict-item]
    world.take()
    world.town.attach(pupil_id, PDF + b"% newer\n", "slt-report")
    value = {**examples.profile(), "subject": pupil_id}
    keep_record(world.inside, PRIMARY, pupil_id, dumps(value), SENCO)
    second = waiting(world.send(pupil_id, update=True))
    view = world.view(world.come_in(second.address, second.link))
    assert view["new"] == ["One-page profile", "Speech and language therapy report"]


def test_an_update_of_a_pack_that_nobody_opened_is_new_as_a_whole(world: World) -> None:
    pupil_id = world.leaver(nc_year="6")
    world.send(pupil_id)
    world.town.attach(pupil_id)
    second = waiting(world.send(pupil_id, update=True))
    assert "new" not in world.view(world.come_in(second.address, second.link))
