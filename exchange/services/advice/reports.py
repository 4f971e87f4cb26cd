"""Reports that came back, as they are kept until a person files them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from exchange.errors import StoreError
from exchange.ports import Item, UnitOfWork
from exchange.services.links.agency_about import About, about_from_json
from schemas.strict_json import JsonValue

KIND = "agency-report"


class Step(StrEnum):
    """How far a report is; the codes are its item's state."""

    TAKING = "taking"
    """Its files are still where they came in."""
    CHECKING = "checking"
    """Its files are in the tray, and not all of them were looked at."""
    WAITING = "waiting"
    """It was looked at, the receipt is signed, a person is to file it."""
    FILED = "filed"
    SET_ASIDE = "set-aside"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of a report.

    :param source: of one that came by link the upload's id, of one in a pack the document's.
    :param upload: in the tray; empty: not taken there yet.
    :param outcome: ``checking``, ``clean``, ``unscanned`` or ``refused``; ``why`` its code.
    """

    source: str
    name: str
    size: int
    sha256: str
    blob: str = ""
    upload: str = ""
    outcome: str = "checking"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One sending of a report. All of it is sealed but id, state and times.

    :param request_id: what it answers; empty: nobody here asked its sender for it.
    :param link_id: through which it came, or empty; ``bundle_id`` of ``sender`` likewise.
    :param pupil_id: for whom it came; a person confirms that before it is filed.
    :param version: 1 for the first sending through one link or of one pack's answer.
    :param issued: when a pack was signed, no later than it came; None: by link, or not kept then.
    :param receipt: what was signed for it, with the words that tell it from any other.
    :param documents: what it became; ``compared`` by what a person knew whose it is.
    """

    report_id: str
    step: Step
    request_id: str
    pupil_id: str
    by: str
    about: About
    files: tuple[ReportFile, ...]
    came_at: datetime
    updated_at: datetime
    link_id: str = ""
    bundle_id: str = ""
    sender: str = ""
    version: int = 1
    receipt: str = ""
    receipt_signature: str = ""
    receipt_words: str = ""
    receipt_text: str = ""
    documents: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    filed_by: str = ""
    why: str = ""
    issued: datetime | None = None
    item: Item | None = field(default=None, compare=False, repr=False)

    @property
    def order(self) -> tuple[datetime, int]:
        """Return its place among versions: packs may come in another order than they were sent."""
        return self.issued or self.came_at, self.version

    @property
    def batch_id(self) -> str:
        """Return under which folder its files lie in the tray: its own id."""
        return self.report_id


_PLAIN = (
    "request_id",
    "pupil_id",
    "by",
    "link_id",
    "bundle_id",
    "sender",
    "version",
    "receipt",
    "receipt_signature",
    "receipt_words",
    "receipt_text",
    "filed_by",
    "why",
)


def to_item(one: Report) -> Item:
    """Return a new report as it is stored."""
    return Item(
        KIND,
        one.report_id,
        one.step.value,
        _content(one),
        created_at=one.came_at,
        updated_at=one.updated_at,
        clear={"blobs": _blobs(one)},
        due_at=one.updated_at,
        about=one.request_id or one.report_id,
    )


def changed(one: Report, now: datetime, due_at: datetime | None) -> Item:
    """Return a report that was read, as it is to be stored anew.

    :raises StoreError: ``value-damaged``: it was not read from the store.
    """
    if one.item is None:
        raise StoreError("value-damaged", "/report")
    return replace(
        one.item,
        state=one.step.value,
        content=_content(one),
        clear={"blobs": _blobs(one)},
        updated_at=now,
        due_at=due_at,
    )


def report_from(item: Item) -> Report:
    """Return a report as it was stored.

    :raises StoreError: ``value-damaged``; this process has no keys.
    """
    told: Any = item.content
    try:
        return Report(
            report_id=item.item_id,
            step=Step(item.state),
            about=about_from_json(told["about"]),
            files=tuple(ReportFile(**one) for one in told["files"]),
            came_at=item.created_at,
            updated_at=item.updated_at,
            documents=tuple(told["documents"]),
            compared=tuple(told["compared"]),
            issued=datetime.fromisoformat(told["issued"]) if told.get("issued") else None,
            item=item,
            **{name: told[name] for name in _PLAIN},
        )
    except (KeyError, TypeError, ValueError):
        raise StoreError("value-damaged", "/report") from None


def _content(one: Report) -> dict[str, JsonValue]:
    return {
        **{name: getattr(one, name) for name in _PLAIN},
        "about": one.about.as_json(),
        "files": [
            {each.name: getattr(file, each.name) for each in fields(file)} for file in one.files
        ],
        "documents": list(one.documents),
        "compared": list(one.compared),
        "issued": one.issued.isoformat() if one.issued else None,
    }


def _blobs(one: Report) -> list[JsonValue]:
    return [file.blob for file in one.files if file.blob]


def get_report(unit: UnitOfWork, report_id: str) -> Report:
    """Return one.

    :raises NotFound: ``item-unknown``.
    """
    return report_from(unit.items.get(KIND, report_id))


def reports_of(unit: UnitOfWork, request_id: str, link_id: str = "") -> list[Report]:
    """Return what came back for a request, oldest first; of one link alone where it is named."""
    found = [report_from(one) for one in unit.items.about(KIND, request_id)]
    mine = [one for one in found if not link_id or one.link_id == link_id]
    return sorted(mine, key=lambda one: one.order)


def newer_than(unit: UnitOfWork, report: Report) -> list[Report]:
    """Return the newer versions of a report that were not set aside, oldest first."""
    if not report.request_id:
        return []
    return [
        one
        for one in reports_of(unit, report.request_id)
        if one.step is not Step.SET_ASIDE
        and one.about.type == report.about.type
        and (one.link_id, one.sender) == (report.link_id, report.sender)
        and one.order > report.order
    ]


def waiting_reports(unit: UnitOfWork) -> list[Report]:
    """Return all reports that nobody has filed or set aside yet, oldest first."""
    found = [
        report_from(item)
        for step in (Step.TAKING, Step.CHECKING, Step.WAITING)
        for item in unit.items.all(KIND, step.value)
    ]
    return sorted(found, key=lambda one: one.came_at)


def receipts_of(
    unit: UnitOfWork, request_id: str, link_id: str
) -> Sequence[tuple[str, str, bytes]]:
    """Return what the sender of a report may keep: name, media type, bytes of each."""
    return [
        each for one in reports_of(unit, request_id, link_id) if one.receipt for each in _kept(one)
    ]


def _kept(report: Report) -> Iterator[tuple[str, str, bytes]]:
    number = report.version
    yield f"receipt-{number}.json", "application/json", base64.b64decode(report.receipt)
    signature = base64.b64decode(report.receipt_signature)
    yield f"receipt-{number}.json.sig", "text/plain", signature
    yield f"receipt-{number}.txt", "text/plain", report.receipt_text.encode("utf-8")
