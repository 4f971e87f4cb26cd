"""The head teacher's word about a request, where the school wants it; nobody has to ask for it.

Once asked, the request waits for the answer. What is changed after a yes is asked about anew only
if the school wants that too; until then nobody is told that the head approved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exchange.errors import Conflict, Refused, UsageError
from exchange.ports import Actor, UnitOfWork
from exchange.services.ehc_request.keeping import change_request, request_file, request_files
from exchange.services.ehc_request.model import LIVE, Approval, RequestFile
from exchange.services.ehc_request.outlook import outlook
from exchange.services.inside import Inside

_LONGEST = 2_000
_DECIDES = "head"


def ask_head(inside: Inside, org_id: str, request_id: str, words: str, actor: Actor) -> RequestFile:
    """Ask the head teacher whether a request may go.

    :raises NotFound: ``request-unknown``.
    :raises Conflict: ``approval-waits``: the head was asked already; ``request-over``.
    :raises UsageError: ``words-too-long``.
    """
    _require_short(words)
    now = inside.clock.now()

    def change(file: RequestFile) -> RequestFile:
        if file.approval is not None and file.approval.state == "waiting":
            raise Conflict("approval-waits", "/request", "The head teacher was asked already.")
        asked = Approval(state="waiting", asked_by=actor.name, asked_at=now, words=words.strip())
        return replace(file, approval=asked)

    return change_request(inside, org_id, request_id, change, actor, "ehc-request.head-asked")


def head_decides(
    inside: Inside, org_id: str, request_id: str, yes: bool, note: str, seen: str, actor: Actor
) -> RequestFile:
    """Record the head's yes or no.

    :param seen: the mark of what the head looked at (:attr:`Outlook.mark`): a yes is to that.
    :raises Refused: ``role-cannot-decide``: not in the head's role; ``protected-move``, for a yes.
    :raises Conflict: ``approval-missing``: nobody asked, or it was decided; ``preview-changed``.
    :raises UsageError: ``words-too-long``; ``text-missing``: a no says why.
    """
    if actor.role != _DECIDES:
        raise Refused("role-cannot-decide", "/role", "The head teacher decides this.")
    _require_short(note)
    if not yes and not note.strip():
        raise UsageError("text-missing", "/note", "Say why not.")
    now = inside.clock.now()
    mark = _mark(inside, org_id, request_id) if yes else ""
    if yes and seen != mark:
        hint = "Something was changed since you looked. Look again, then answer."
        raise Conflict("preview-changed", "/seen", hint)

    def change(file: RequestFile) -> RequestFile:
        asked = file.approval
        if asked is None or asked.state != "waiting":
            raise Conflict("approval-missing", "/request", "There is nothing to decide.")
        decided = replace(
            asked,
            state="approved" if yes else "declined",
            by=actor.name,
            role=actor.role,
            at=now,
            note=note.strip(),
            mark=mark,
        )
        return replace(file, approval=decided)

    action = "ehc-request.approved" if yes else "ehc-request.declined"
    return change_request(inside, org_id, request_id, change, actor, action)


def _mark(inside: Inside, org_id: str, request_id: str) -> str:
    """Return what tells whether what would go is still what the head looked at."""
    with inside.store.reading(org_id) as unit:
        return outlook(inside, unit, org_id, request_file(unit, request_id)).mark


def waiting_for_head(unit: UnitOfWork) -> Sequence[RequestFile]:
    """Return the requests about which the head was asked and has not answered, oldest first."""
    return [
        one
        for one in request_files(unit)
        if one.state in LIVE and one.approval is not None and one.approval.state == "waiting"
    ]


def _require_short(words: str) -> None:
    if len(words) > _LONGEST:
        raise UsageError("words-too-long", "/words", "Use fewer words.")
