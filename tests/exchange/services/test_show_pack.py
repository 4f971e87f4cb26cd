"""A pack as its reader sees it, checked again each time it is opened."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from exchange.errors import BundleError, NotFound, Wrapped
from exchange.services.accept import destroy
from exchange.services.open_pack import open_pack
from exchange.services.show_pack import view_pack
from keys.directory import FileDirectory
from tests.exchange.services.town import PDF, PRIMARY, SECONDARY, SENCO, Town


def test_whom_it_is_about_and_what_is_in_it(town: Town) -> None:
    bundle_id = town.accepted()
    seen = view_pack(town.secondary.inside, SECONDARY, town.secondary.arrival(bundle_id), SENCO)
    assert (seen.name, seen.kind, seen.sender) == ("Anna Oak", "transfer", PRIMARY)
    assert seen.sender_name == "Elm Grove Primary School"
    assert [one.type for one in seen.files] == ["sen.pupil/1.0", "ep-report"]
    assert not any(one.new for one in seen.files), "a first pack: nothing is marked as news"
    told = seen.as_json()
    assert json.loads(json.dumps(told)) == told
    assert told["purpose"] == "phase-transfer"


def test_an_update_marks_what_is_new_and_nothing_else(town: Town) -> None:
    bundle_id = town.accepted()
    pupil_id = town.primary.transfer(bundle_id).pupil_id
    assert pupil_id is not None
    town.clock.pass_(seconds=1)
    town.attach(pupil_id, PDF + b"% more\n", "ot-report")
    update = town.send(pupil_id, update=True).transfer.bundle_id
    town.settle()
    seen = view_pack(town.secondary.inside, SECONDARY, town.secondary.arrival(update), SENCO)
    assert seen.supersedes == bundle_id
    assert {one.type: one.new for one in seen.files} == {
        "sen.pupil/1.0": False,
        "ep-report": False,
        "ot-report": True,
    }


def test_one_document_by_its_id(town: Town) -> None:
    bundle_id = town.accepted()
    with open_pack(town.secondary.inside, SECONDARY, town.secondary.arrival(bundle_id)) as opened:
        ((document_id, entry),) = opened.documents.items()
        assert opened.open_document(document_id).read() == PDF
        assert entry.author == "Dr A. Invented"


def test_destroyed_is_gone(town: Town) -> None:
    bundle_id = town.accepted()
    destroy(town.secondary.inside, SECONDARY, PRIMARY, bundle_id, SENCO)
    with pytest.raises(NotFound) as error:
        view_pack(town.secondary.inside, SECONDARY, town.secondary.arrival(bundle_id), SENCO)
    assert (error.value.code, error.value.path) == ("contents-gone", "/bundle")
    assert "receipts remain" in error.value.hint


def test_rot_is_noticed_when_it_is_shown_and_nothing_is_shown(town: Town) -> None:
    bundle_id = town.accepted()
    arrival = town.secondary.arrival(bundle_id)
    with town.secondary.blobs.open(SECONDARY, arrival.blob) as blob:
        content = bytearray(blob.read())
    content[content.index(b"age-encryption.org") + 2500] ^= 1
    with town.secondary.blobs.create(SECONDARY, arrival.blob) as writer:
        writer.file.write(bytes(content))
        writer.commit()
    with pytest.raises(BundleError):
        view_pack(town.secondary.inside, SECONDARY, arrival, SENCO)


def test_in_thirty_years_it_still_opens_by_the_entry_that_judged_it(town: Town) -> None:
    """The sender has left the directory; the entry was kept with its pack."""
    bundle_id = town.accepted()
    town.editor = type(town.editor)()
    town.enrol(SECONDARY)
    arrival = town.secondary.arrival(bundle_id)
    with open_pack(town.secondary.inside, SECONDARY, arrival) as opened:
        opened.verify_contents()
    assert view_pack(town.secondary.inside, SECONDARY, arrival, SENCO).name == "Anna Oak"


def test_with_a_directory_that_has_run_out_what_was_accepted_still_opens(town: Town) -> None:
    bundle_id = town.accepted()
    arrival = town.secondary.arrival(bundle_id)

    def expired() -> FileDirectory:
        raise Wrapped("directory-expired", "/expires")

    inside = replace(town.secondary.inside, directory=expired)
    assert view_pack(inside, SECONDARY, arrival, SENCO).sender_name == "Elm Grove Primary School"
