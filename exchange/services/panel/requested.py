"""The request itself as the first paper of a pack: what the school wrote, set readable.

It is taken from the case's own packs, the newest first, so that another request of the same child
is never shown for it. A mark keeps out what it names: the whole request, or the chapters that
retell a record which is not for the panel. Papers that are not in the pack are not named, and where
the family lives and how to reach people is no question of the panel's.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from exchange.errors import BundleError, NotFound
from exchange.ports.papers import Front, Paper
from exchange.ports.render import Renderer
from exchange.services.cases import Case
from exchange.services.cases.placing import read_on
from exchange.services.ehc_request.papers import signed_words
from exchange.services.ehc_request.told import REQUESTERS, as_sections, chapters, label, on
from exchange.services.inside import Inside
from exchange.services.open_pack import open_pack
from exchange.services.panel.choosing import Candidate
from keys.errors import KeysError
from schemas.ehc_request import EhcRequest, Professional, RequestStatus, Voice
from schemas.records import RECORDS

REQUEST = "ehc-request"
"""The slot of a request; in a pack's lines it stands where a document's id does."""
TITLE = "The request"
_ABOUT = ("Reference", "Date of birth", "Year group", "School")
_FAMILY, _CHILD = (Voice.PARENT, Voice.CARER), (Voice.CHILD, Voice.YOUNG_PERSON)
_POINTS = {
    "attainment": {"attainment"},
    "attendance": {"needs"},
    "sen-register": {"needs"},
    "sen-support-plan": {"action", "progress"},
}
_VOICES = {"sen-support-plan": {*_FAMILY, *_CHILD}, "one-page-profile": {*_CHILD}}
RETOLD = (*_POINTS, "one-page-profile")
"""Records that a request is filled in from: one that is not for the panel takes its chapters
with it (exchange.services.ehc_request.filling)."""

SUMMED_UP = ("sen-register",)
"""Records that the summary tells of."""
TOLD_OF = (REQUEST, *RETOLD)
"""Records that a pack with a request tells of."""


def request_of(inside: Inside, org_id: str, held: Case) -> EhcRequest | None:
    """Return the newest edition of a case's request that can be read; None: it came by letter."""
    with inside.store.reading(org_id) as unit:
        found = read_on(held, unit)
    for arrival, _ in reversed(found):
        try:
            with open_pack(inside, org_id, arrival) as opened:
                records = [one for _, one in opened.records(RECORDS)]
        except (BundleError, KeysError, NotFound):
            continue
        for one in records:
            if isinstance(one, EhcRequest) and one.status is not RequestStatus.WITHDRAWN:
                return one
    return None


def for_panel(
    request: EhcRequest, papers: Sequence[Candidate], refused: Callable[[str], bool]
) -> EhcRequest:
    """Return a request without what is not for the panel.

    :param papers: those that go in: what stands in others is not named.
    :param refused: says of a record's slot that it was marked, and so may not go to the panel.
    """
    away = [slot for slot in RETOLD if refused(slot)]
    points = {point for slot in away for point in _POINTS.get(slot, ())}
    voices = {voice for slot in away for voice in _VOICES.get(slot, ())}
    no_plan = "sen-support-plan" in away
    named = {(one.document.title, one.document.authored) for one in papers}
    return replace(
        request,
        evidence=tuple(one for one in request.evidence if one.point not in points),
        advice=tuple(
            one
            for one in request.advice
            if one.document is None or (one.title, one.authored) in named
        ),
        cycles=() if no_plan else request.cycles,
        costs=None if no_plan else request.costs,
        views=tuple(one for one in request.views if one.voice not in voices),
        professionals=() if no_plan else tuple(_unreached(one) for one in request.professionals),
    )


def _unreached(one: Professional) -> Professional:
    return replace(one, person=replace(one.person, phone=None, email=None))


def request_paper(held: Case, record: EhcRequest, about: Front, renderer: Renderer) -> Paper:
    """Return the request as the first paper; it is set when its turn comes.

    :param about: what stands before the papers: whom it names, the pages of the request name.
    """

    def made() -> BinaryIO:
        return io.BytesIO(_set(held, record, about, renderer))

    return Paper(
        title=TITLE,
        kind=label("document-type", REQUEST),
        author=", ".join(one for one in (record.declared.by.name, held.school_name) if one),
        authored=on(record.declared.on),
        media_type="application/pdf",
        open=made,
        code=REQUEST,
    )


def _set(held: Case, record: EhcRequest, about: Front, renderer: Renderer) -> bytes:
    return renderer.render(
        "ehc-request",
        {
            "school": held.school_name,
            "made": on(record.declared.on),
            "name": about.name,
            "about": [[name, text] for name, text in _facts(held, record, about)],
            "sections": as_sections(chapters(record)),
            "declared": signed_words(record),
        },
    )


def _facts(held: Case, record: EhcRequest, about: Front) -> Iterator[tuple[str, str]]:
    yield from ((name, text) for name, text in about.facts if name in _ABOUT and text)
    yield "Requested by", REQUESTERS[record.requested_by]
    yield "Sent", on(record.submitted)
    yield "Reached us", on(held.reached)
    if record.edition > 1:
        yield "Edition", f"{record.edition}: adds to what came before"
