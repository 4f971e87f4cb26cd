"""What is marked after it was shared is taken back from behind links that are open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from exchange.errors import NotFound, StorageFull
from exchange.services.advice.narrowing import LOOKS, narrow
from exchange.services.advice.working import AdviceWorker
from exchange.services.record_disclosure import mark
from tests.exchange.services.advice.consulting import Consulting
from tests.exchange.services.town import PDF, PRIMARY, SENCO


def test_what_is_marked_after_it_was_shared_is_behind_no_link(consulting: Consulting) -> None:
    pupil_id = consulting.town.leaver()
    attach = consulting.town.attach
    first = attach(pupil_id, PDF + b"% first\n").document.document_id
    second = attach(pupil_id, PDF + b"% second\n", "sen-support-plan").document.document_id
    asked = consulting.ask(pupil_id, shared=(first, second))
    worker = AdviceWorker(consulting.inside, consulting.means)
    worker.round()
    visit = consulting.visit(asked)
    consulting.add(visit)  # not sent yet: it stays
    mark(consulting.inside, PRIMARY, first, "health", SENCO)
    consulting.town.clock.pass_(seconds=LOOKS.total_seconds())
    before = set(consulting.town.primary.blob_names())
    worker.round()
    after = set(consulting.town.primary.blob_names())
    assert len(before - after) == len(after - before) == 2  # page and papers, in place of the old
    again = consulting.visit(asked)
    listed: Any = consulting.view(again)["documents"]
    assert [one["number"] for one in listed] == ["2"]
    with consulting.door.papers(again) as share:
        assert b"".join(share.read("2")) == PDF + b"% second\n"
        with pytest.raises(NotFound):
            share.about("1")
    everything = consulting.plain_of(again) + json.dumps(consulting.view(again)).encode()
    assert b"% first" not in everything
    assert [one.name for one in consulting.desk.files(again)] == ["report.pdf"]
    consulting.town.clock.pass_(seconds=LOOKS.total_seconds())
    worker.round()
    assert set(consulting.town.primary.blob_names()) == after  # nothing more to take back
    report = consulting.sends(again, PDF + b"% more\n")
    assert len(report.files) == 2
    assert consulting.view(consulting.visit(asked))["documents"] == listed


class FullUnit:
    """A unit of work that cannot be made durable."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit, name)

    def commit(self) -> None:
        raise StorageFull


class FullStore:
    """A store on a disk that is full."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def unit(self, org_id: str) -> Iterator[FullUnit]:
        with self._store.unit(org_id) as unit:
            yield FullUnit(unit)


def test_on_a_full_disk_the_link_opens_what_it_did(consulting: Consulting) -> None:
    asked = consulting.asked()
    request = consulting.request(asked.request.request_id)
    mark(consulting.inside, PRIMARY, request.shared[0], "health", SENCO)
    visit, before = consulting.visit(asked), set(consulting.town.primary.blob_names())
    full: Any = FullStore(consulting.inside.store)
    assert narrow(replace(consulting.inside, store=full), PRIMARY) == 0
    assert set(consulting.town.primary.blob_names()) == before
    with consulting.door.papers(visit) as share:
        assert b"".join(share.read("1")) == PDF
    assert narrow(consulting.inside, PRIMARY) == 1  # once there is room
