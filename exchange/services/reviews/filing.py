"""The finished report as a document of the pupil: it goes to the authority, and on with them."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import BinaryIO

from exchange.errors import Conflict, NotFound, UsageError
from exchange.ports import Actor, Inspector, Scanner
from exchange.ports.render import Renderer
from exchange.services.attach import NewDocument, attach
from exchange.services.edit_record import current_pupil, current_record
from exchange.services.inside import Inside
from exchange.services.move_document import remove_document
from exchange.services.people.names import organisation_name
from exchange.services.reviews.keeping import change_review, review_of, today_of
from exchange.services.reviews.model import Review
from exchange.services.reviews.reporting import in_words, report_data
from schemas.annual_review import AnnualReview

TYPE = "annual-review"


@dataclass(frozen=True, slots=True)
class Press:
    """What makes a document and looks at it, as at any other.

    :param scanner: None where this node has none.
    """

    renderer: Renderer
    inspector: Inspector
    scanner: Scanner | None = None


@dataclass(frozen=True, slots=True)
class _Made:
    """exchange.ports.Openable over what was made in memory."""

    name: str
    content: bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.content)


def report_pdf(inside: Inside, press: Press, org_id: str, review_id: str) -> bytes:
    """Return the finished report as a PDF, made in memory.

    :raises NotFound: ``item-unknown``; ``report-unfinished``.
    """
    return _printed(inside, press, org_id, review_id)[1]


def _printed(inside: Inside, press: Press, org_id: str, review_id: str) -> tuple[Review, bytes]:
    """Return the review whose report is in the PDF, as it was then, and the PDF."""
    with inside.store.reading(org_id) as unit:
        review = review_of(unit, review_id)
        record = current_record(unit, review.pupil_id, AnnualReview)
        name = current_pupil(unit, review.pupil_id).names.display
    if review.finished is None or record is None or record.meeting != review.meeting:
        raise NotFound("report-unfinished")
    school = organisation_name(inside, org_id)
    data = report_data(record, name, school, in_words(today_of(inside)))
    return review, press.renderer.render("annual-review", data)


def file_report(inside: Inside, press: Press, org_id: str, review_id: str, actor: Actor) -> Review:
    """File the finished report with the pupil's documents, in place of an earlier edition of it.

    :raises NotFound: ``item-unknown``; ``report-unfinished``.
    :raises Conflict: ``review-over``; ``item-changed``: it was written or filed anew meanwhile, by
        somebody else, and that edition stays.
    :raises Refused: ``too-many-documents``.
    """
    before, content = _printed(inside, press, org_id, review_id)
    if before.meeting is None:
        raise UsageError("meeting-not-held", "/meeting")
    new = NewDocument(
        _Made("annual-review-report.pdf", content),
        TYPE,
        actor.name,
        before.finished,
        f"Annual review report, meeting of {in_words(before.meeting)}",
    )
    made = attach(
        inside, press.inspector, org_id, before.pupil_id, new, actor, scanner=press.scanner
    )
    filed = made.document.document_id

    def change(now: Review) -> Review:
        return replace(now, report_document=filed, outdated=False)

    try:
        changed = change_review(
            inside, org_id, review_id, change, "review.filed", actor, based_on=before.version
        )
    except Conflict:
        if made.new:
            _drop(inside, org_id, before.pupil_id, filed, actor)
        raise
    if before.report_document and before.report_document != filed:
        _drop(inside, org_id, before.pupil_id, before.report_document, actor)
    return changed


def _drop(inside: Inside, org_id: str, pupil_id: str, document_id: str, actor: Actor) -> None:
    try:
        remove_document(inside, org_id, pupil_id, document_id, actor)
    except NotFound:
        return  # somebody took it away already
