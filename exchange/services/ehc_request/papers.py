"""The papers of a request: the form, what stands before it, and the documents under numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from exchange.bundle.contents import Source
from exchange.domain.evidence import Age, age_of, months_between
from exchange.ports import StoredDocument
from exchange.ports.papers import Front, Paper
from exchange.ports.render import Renderer
from exchange.services.ehc_request.outlook import Outlook
from exchange.services.ehc_request.told import (
    REQUESTERS,
    as_sections,
    chapters,
    grid_rows,
    label,
    on,
    reach,
)
from schemas.codes import code_set
from schemas.ehc_request import EhcRequest
from schemas.pupil import Pupil
from schemas.statement import FileRole
from schemas.strict_json import JsonValue

TITLE = "EHC needs assessment request"
_BLOCK = 1024 * 1024


def form_of(
    us: str,
    now: Outlook,
    record: EhcRequest,
    pupil: Pupil,
    renderer: Renderer,
    signed: str = "",
) -> bytes:
    """Return the request itself as a PDF.

    :param us: name of the school.
    :param signed: what stands for a declaration where nobody makes one now.
    :raises FormatError: ``document-not-rendered``.
    """
    return renderer.render(
        "ehc-request",
        {
            "school": us,
            "made": on(record.declared.on),
            "name": pupil.names.display,
            "about": [[name, text] for name, text in _facts(now, record, pupil)],
            "sections": as_sections((*reach(pupil), *chapters(record))),
            "declared": signed or signed_words(record),
        },
    )


def signed_words(record: EhcRequest) -> str:
    """Return who declared the request, and who approved it."""
    by, approved = record.declared.by, record.declared.approved_by
    told = f"{record.declared.words}\n{by.name}, {by.role}, {on(record.declared.on)}"
    if approved is not None:
        told += f"\nApproved by {approved.name}, {approved.role}, {on(record.declared.approved_on)}"
    return told


def form_paper(form: bytes, record: EhcRequest) -> Paper:
    """Return the request as the first paper."""
    return Paper(
        title="The request",
        kind=label("document-type", "ehc-request"),
        author=record.declared.by.name,
        authored=on(record.declared.on),
        media_type="application/pdf",
        open=lambda: io.BytesIO(form),
        code="ehc-request",
    )


def front_of(us: str, now: Outlook, record: EhcRequest, pupil: Pupil, today: date) -> Front:
    """Return what stands before the papers: facts, a summary, the grid."""
    # The form is the first paper, so that a document's place is one more.
    places = {one.document_id: place for place, one in enumerate(now.papers, start=1)}
    wanted = ("Why", "What the provision costs")
    sections: list[JsonValue] = [
        {
            "heading": one.heading,
            "paragraphs": [*one.paragraphs],
            "facts": [[name, text] for name, text in one.facts],
        }
        for one in chapters(record)
        if one.heading.startswith(wanted)
    ]
    return Front(
        title=TITLE,
        organisation=us,
        made=on(today),
        facts=tuple(_facts(now, record, pupil)),
        summary={
            "lead": f"{us} asks {now.council.name} for an assessment under the Children and "
            "Families Act 2014, s.36(1). The request itself is paper 1.",
            "question": signed_words(record),
            "sections": sections,
        },
        grid=grid_rows(now.coverage, places),
        reference=record.request[:8],
        name=pupil.names.display,
    )


def _facts(now: Outlook, record: EhcRequest, pupil: Pupil) -> Iterator[tuple[str, str]]:
    """Yield the person block of the SEN2 return and what else the authority's own form asks."""
    names = pupil.names
    yield "Known as", names.display
    full = " ".join(one for one in (names.forename, names.middle_names, names.surname) if one)
    yield "Full name", full
    yield "Date of birth", on(pupil.date_of_birth)
    yield "Sex", label("sex", pupil.sex)
    if pupil.upn is not None:
        yield "UPN", str(pupil.upn)
    elif pupil.upn_unknown is not None:
        yield "No UPN", label("upn-unknown-reason", pupil.upn_unknown)
    if pupil.uln is not None:
        yield "ULN", str(pupil.uln)
    if pupil.ethnicity is not None:
        yield "Ethnicity", label("ethnicity", pupil.ethnicity)
    if pupil.address is not None and pupil.address.post_code:
        yield "Postcode", pupil.address.post_code
    if pupil.nc_year is not None:
        yield "Year group", label("nc-year", pupil.nc_year)
    asked = REQUESTERS[record.requested_by]
    yield "Requested by", f"{asked} (SEN2 request source {record.source})"
    if record.youth_accommodation is not None:
        yield "In youth accommodation", "Yes" if record.youth_accommodation else "No"
    yield "Council", f"{now.council.name} ({now.council.code})"
    if record.edition > 1:
        yield "Edition", f"{record.edition}, in full: it needs none of those before"


def papers_of(now: Outlook, today: date) -> Sequence[Paper]:
    """Return the documents that go as papers; each is opened when its turn comes."""
    sources = {one.id: one for one in now.contents.sources if one.role is FileRole.DOCUMENT}
    return [_paper(one, sources[one.document_id], today) for one in now.papers]


def _paper(document: StoredDocument, source: Source, today: date) -> Paper:
    return Paper(
        title=document.title,
        kind=label("document-type", document.type),
        author=document.author,
        authored=on(document.authored),
        media_type=document.media_type,
        open=lambda: _bytes_of(source),
        code=document.type,
        age_flag=_age_flag(document, today),
    )


def _bytes_of(source: Source) -> BinaryIO:
    """Return the plain bytes, in memory alone."""
    held, opened = io.BytesIO(), source.open()
    try:
        while block := opened.read(_BLOCK):
            held.write(block)
    finally:
        opened.close()
    held.seek(0)
    return held


def _age_flag(document: StoredDocument, today: date) -> str | None:
    if age_of(document.type, document.authored, today) is not Age.OLD or not document.authored:
        return None
    kept = code_set("document-type").lookup(document.type, importing=True)
    months = months_between(document.authored, today)
    return f"{months} months old; usual limit {kept.attributes['shelf_life_months']}"
