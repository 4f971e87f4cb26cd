"""What is marked "not for" a body, or withheld, is in no byte that it gets, by link or by pack."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.errors import DisclosureRefused, NotFound
from exchange.services.advice.contents import offered, purpose_of, recipient_of
from exchange.services.advice.model import Body
from exchange.services.explain import explain_any
from exchange.services.open_pack import open_pack
from exchange.services.record_disclosure import Ruling, judge, mark
from schemas.advice import AdvicePurpose
from schemas.base import dump_bytes
from tests.exchange.services.advice.consulting import COUNCIL_BODY, THERAPIST, Consulting
from tests.exchange.services.town import COUNCIL, PDF, PRIMARY, SENCO, Town

TYPES = (
    *("ep-report", "slt-report", "camhs-report", "attainment", "sen-support-plan", "parent-views"),
    *("social-care-advice", "safeguarding-flag", "provision-map-costed", "diagnosis-letter"),
)
MARKS = (
    *("none", "family", "senco", "health", "slt", "la", "ep", COUNCIL, "everybody"),
    *("serious-harm", "about-somebody-else"),
)
NOBODY = frozenset({"everybody", "serious-harm", "about-somebody-else"})
PAPERS = st.lists(st.tuples(st.sampled_from(TYPES), st.sampled_from(MARKS)), min_size=1, max_size=7)
quickly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Told:
    """A document with all by which it could be told in plain bytes."""

    ref: str
    marked: str
    traces: tuple[bytes, ...]


def lived(consulting: Consulting, papers: list[tuple[str, str]]) -> tuple[str, list[Told]]:
    """Attach the papers and let people say of them what they say."""
    pupil_id, found = consulting.town.leaver(), []
    for number, (type_, said) in enumerate(papers):
        secret, title = f"marker-{number}-x", f"title-{number}-y"
        content = PDF + f"% {secret}\n".encode()
        paper = consulting.town.attach(pupil_id, content, type_).document
        with consulting.inside.store.unit(PRIMARY) as unit:
            unit.documents.update(replace(paper, title=title, file_name=f"{title}.pdf"))
            unit.audit.record(SENCO, "test.titled", "document", paper.document_id)
            unit.commit()
        ref = paper.document_id
        if said in ("serious-harm", "about-somebody-else"):
            ruling = Ruling(said, "Ann Other", True, registration="PYL1")
            judge(consulting.inside, PRIMARY, ref, ruling, SENCO)
        elif said != "none":
            mark(consulting.inside, PRIMARY, ref, said, SENCO)
        found.append(Told(ref, said, (secret.encode(), title.encode(), ref.encode())))
    return pupil_id, found


def chosen(consulting: Consulting, pupil_id: str, body: Body, wanted: str) -> tuple[str, ...]:
    """Return all that a person could choose for a body."""
    with consulting.inside.store.reading(PRIMARY) as unit:
        recipient = recipient_of(consulting.inside, unit, pupil_id, body, "request", wanted)
        purpose = purpose_of(AdvicePurpose.REFERRAL)
        listed = offered(consulting.inside, unit, pupil_id, recipient, purpose)
    return tuple(one.document.document_id for one in listed if one.may)


def holds(
    consulting: Consulting,
    papers: list[tuple[str, str]],
    body: Body,
    wanted: str,
    never: frozenset[str],
    sent: Callable[[str, tuple[str, ...]], bytes],
) -> None:
    """Share all that may be shared; demand that nothing else left, and nothing else can."""
    pupil_id, there = lived(consulting, papers)
    may = chosen(consulting, pupil_id, body, wanted)
    for one in there:
        if one.marked in never:
            assert one.ref not in may
            with pytest.raises(DisclosureRefused):
                sent(pupil_id, (one.ref,))
    plain = sent(pupil_id, may)
    for one in there:
        if one.ref in may:
            assert one.traces[0] in plain
        else:
            assert not [trace for trace in one.traces if trace in plain]


@quickly
@given(papers=PAPERS)
def test_what_a_body_reads_behind_its_link(town_keys: Path, papers: list[tuple[str, str]]) -> None:
    consulting = Consulting(Town(town_keys))

    def sent(pupil_id: str, shared: tuple[str, ...]) -> bytes:
        visit = consulting.visit(consulting.ask(pupil_id, shared=shared))
        view = consulting.view(visit)
        plain = consulting.plain_of(visit) + json.dumps(view).encode()
        with consulting.door.papers(visit) as there:
            for one in view["documents"]:  # type: ignore[attr-defined]
                plain += b"".join(there.read(one["number"]))
        return plain

    holds(consulting, papers, THERAPIST, "slt-report", NOBODY | {"health", "slt"}, sent)


@quickly
@given(papers=PAPERS)
def test_what_a_body_that_joined_gets_in_its_pack(
    town_keys: Path, papers: list[tuple[str, str]]
) -> None:
    consulting = Consulting(Town(town_keys))
    house = consulting.town.house(COUNCIL)

    def sent(pupil_id: str, shared: tuple[str, ...]) -> bytes:
        asked = {"body": COUNCIL_BODY, "wanted_type": "ep-report", "shared": shared}
        made = consulting.ask(pupil_id, **asked)
        consulting.town.settle()
        consulting.work()
        bundle_id = consulting.request(made.request.request_id).bundle_id
        with open_pack(house.inside, COUNCIL, house.arrival(bundle_id)) as opened:
            files = [opened.open_file(one).readall() for one in opened.statement.files]
            return b"".join(files) + dump_bytes(opened.statement)

    never = NOBODY | {"la", "ep", COUNCIL}
    holds(consulting, papers, COUNCIL_BODY, "ep-report", never, sent)


@pytest.mark.parametrize("body", [THERAPIST, COUNCIL_BODY], ids=["link", "pack"])
def test_why_each_paper_was_shared_is_told_afterwards(consulting: Consulting, body: Body) -> None:
    pupil_id = consulting.town.leaver()
    paper = consulting.town.attach(pupil_id, PDF, "attainment").document.document_id
    bare = consulting.ask(pupil_id, body=body).request
    made = consulting.ask(pupil_id, body=body, shared=(paper,)).request
    mark(consulting.inside, PRIMARY, paper, "everybody", SENCO)
    told = explain_any(consulting.inside, PRIMARY, made.request_id)
    assert [one.ref for one in told.disclosed] == [paper]
    assert told.went == {paper}
    assert told.recipient == (body.org_id or body.name)
    assert (told.purpose, told.lawful_basis) == ("specialist-advice", "public-task")
    with pytest.raises(NotFound, match="not-explained"):
        explain_any(consulting.inside, PRIMARY, bare.request_id)
