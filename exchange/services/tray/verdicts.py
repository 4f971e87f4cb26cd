"""What becomes of an upload that is not simply ready: held, refused or not cleaned; and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from exchange.domain.retry import next_try
from exchange.errors import ExchangeError, FormatError
from exchange.ports import Actor, UnitOfWork
from exchange.services.tray.upload import Stage, Upload

WORKER = Actor("worker", "machine")
_HELD_CEILING = timedelta(minutes=5)


def hold(
    unit: UnitOfWork, upload: Upload, now: datetime, error: ExchangeError, chance: float
) -> None:
    """Have it wait until somebody can say what it is: it never passes meanwhile."""
    waited = max(0, int((now - upload.received_at).total_seconds()))
    due = next_try(now, waited.bit_length(), chance, _HELD_CEILING)
    hint = "It is kept and will be checked as soon as that is possible. You need do nothing."
    held = upload.at(Stage.HELD, now, due, attempts=0, code=error.code, hint=hint)
    _keep(unit, held, "upload.held")


def refuse(unit: UnitOfWork, upload: Upload, now: datetime, error: ExchangeError) -> None:
    """Say why; of what is infected nothing is kept, not even sealed."""
    blob = "" if error.code == "document-infected" else upload.blob
    refused = upload.at(
        Stage.REFUSED,
        now,
        None,
        blob=blob,
        code=error.code,
        hint=error.hint,
        wants_cleaning=False,
    )
    _keep(unit, refused, "upload.refused", "refused")


def leave_as_it_is(unit: UnitOfWork, upload: Upload, now: datetime, error: FormatError) -> None:
    """Say that no cleaned copy can be made; what does not act may be filed all the same."""
    left = upload.at(
        Stage.READY,
        now,
        None,
        attempts=0,
        code=error.code,
        hint=error.hint,
        wants_cleaning=False,
    )
    _keep(unit, left, "upload.not-cleaned")


def locked() -> FormatError:
    """Return the refusal of a document that opens with a password only."""
    hint = "Open it with its password, save it without one, and upload that."
    return FormatError("document-password", "/document", hint)


def _keep(unit: UnitOfWork, upload: Upload, action: str, outcome: str = "done") -> None:
    unit.items.update(upload.item())
    detail = {"code": upload.code}
    unit.audit.record(WORKER, action, "upload", upload.upload_id, outcome=outcome, detail=detail)
    unit.commit()
