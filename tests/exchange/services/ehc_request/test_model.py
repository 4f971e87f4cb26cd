"""A request as it is kept: everything comes back, whatever was done with it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.services.ehc_request.model import (
    NOBODY_YET,
    Approval,
    Edition,
    FileState,
    HandedIn,
    RequestFile,
    item_of,
    read,
)
from schemas.base import load
from schemas.ehc_request import EhcRequest
from tests.schemas.generated import of_record
from tests.schemas.record_examples import ehc_request

moments = st.integers(1_600_000_000, 2_200_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
ids = st.uuids().map(str)
approvals = st.builds(
    Approval,
    state=st.sampled_from(["waiting", "approved", "declined"]),
    asked_by=words,
    asked_at=moments,
    words=words,
    by=words,
    role=words,
    at=st.none() | moments,
    note=words,
)
editions = st.builds(
    Edition,
    number=st.integers(1, 9),
    status=st.sampled_from(["made", "updated", "withdrawn"]),
    at=moments,
    by=words,
    role=words,
    bundle_id=st.just("") | ids,
    documents=st.lists(ids, max_size=3).map(tuple),
    mark=words,
)
handed = st.builds(HandedIn, on=st.dates(date(2014, 9, 1)), how=words, reference=words, by=words)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    of_record(EhcRequest),
    st.sampled_from(FileState),
    st.none() | approvals,
    st.lists(editions, max_size=3).map(tuple),
    st.none() | handed,
    st.frozensets(words, max_size=3),
    moments,
)
def test_a_request_comes_back_as_it_was_kept(
    value: dict[str, object],
    state: FileState,
    approval: Approval | None,
    went: tuple[Edition, ...],
    handed_in: HandedIn | None,
    done: frozenset[str],
    at: datetime,
) -> None:
    record = replace(load(EhcRequest, value), declared=NOBODY_YET)  # type: ignore[arg-type]
    file = RequestFile(
        request_id=record.request,
        pupil_id=record.subject,
        state=state,
        record=record,
        done=done,
        approval=approval,
        editions=went,
        handed_in=handed_in,
        created_at=at,
        updated_at=at,
    )
    item = item_of(file)
    kept = replace(item, content=json.loads(json.dumps(item.content)))
    assert read(kept) == file


def test_nothing_of_a_request_is_kept_in_the_clear() -> None:
    item = item_of(
        RequestFile(
            request_id="0" * 32,
            pupil_id="x",
            state=FileState.PREPARING,
            record=_record(),
            created_at=datetime(2026, 7, 1, tzinfo=UTC),
            updated_at=datetime(2026, 7, 1, tzinfo=UTC),
        )
    )
    assert item.clear == {}
    assert item.lookup is None


def _record() -> EhcRequest:
    return load(EhcRequest, ehc_request())
