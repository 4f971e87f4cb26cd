"""The pack of one case: choose its papers and their order, have it made, put it on a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovRadioInput, GovTextArea
from wtforms.fields import RadioField, TextAreaField
from wtforms.validators import InputRequired

from exchange.domain.clocks import london_day
from exchange.errors import ExchangeError, NotFound
from exchange.ports import UnitOfWork
from exchange.services.cases import Case, case
from exchange.services.panel.choosing import Choice, may_use, papers_of
from exchange.services.panel.keeping import meeting_of, meetings
from exchange.services.panel.meetings import put_on_agenda
from exchange.services.panel.model import PanelPack
from exchange.services.panel.ordering import current_pack, no_longer_fits, order_pack, packs_of
from exchange.services.panel.requested import REQUEST
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.panel.looking import question_of
from exchange.web.panel.places import Place, ordered, wrong
from exchange.web.panel.wording import AGAIN, ASKS, FAILED, WHY
from exchange.web.progress import Progress, answer

_REFUSED = 422
_LAST = 9999


class PackForm(PageForm):
    """What the panel is asked, and what it should know first; the papers stand in the page."""

    question = RadioField(
        "What is the panel asked?",
        choices=[("assess", "Whether to assess"), ("plan", "Whether to issue a plan")],
        widget=GovRadioInput(),
        validators=[InputRequired("Choose what the panel is asked.")],
    )
    note = TextAreaField(
        "What should the panel know first? (optional)",
        description="Two or three sentences. They stand at the top of the summary.",
        widget=GovTextArea(),
    )


def pack(case: str) -> Any:
    """Choose the papers of a case and have its pack made."""
    held, choice, packs, made, changed, listed, coming, asked = _looked(case)
    form, first = PackForm(), 2 if asked == "goes" else 1
    places = _ticked(choice)
    misplaced = wrong(places) if form.is_submitted() else {}
    form.form_errors += dict.fromkeys(misplaced.values())
    if form.validate_on_submit() and not misplaced:
        try:
            order_pack(
                inside(),
                org_id(),
                case,
                ordered(places, first),
                actor(),
                question=form.question.data,
                note=form.note.data or "",
            )
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            return redirect(url_for("panel.pack", case=case))
    elif not form.is_submitted():
        form.question.data = question_of(held)
        form.note.data = packs[-1].note if packs else ""
    html = render_template(
        "panel/pack.html",
        form=form,
        held=held,
        papers=_rows(choice, made, first),
        misplaced=misplaced,
        asked=asked,
        kept_back=choice.kept_back,
        latest=packs[-1] if packs else None,
        made=made,
        changed=changed,
        listed=listed,
        coming=coming,
        asks=ASKS,
        why=WHY,
        failed=FAILED,
        again=AGAIN,
    )
    return html, _REFUSED if form.errors or form.form_errors else 200


def _looked(case_id: str) -> tuple[Any, ...]:
    now = inside().clock.now()
    with inside().store.reading(org_id()) as unit:
        held = case(unit, case_id)
        packs = list(packs_of(unit, case_id))
        made = current_pack(unit, case_id)
        changed = made is not None and bool(no_longer_fits(inside(), unit, made))
        coming = [one for one in meetings(unit) if one.on >= london_day(now)]
        return (
            held,
            papers_of(inside(), unit, held),
            packs,
            made,
            changed,
            meeting_of(unit, case_id, now),
            list(reversed(coming)),
            _request(unit, held),
        )


def _request(unit: UnitOfWork, held: Case) -> str:
    """Return whether the request itself goes in: ``goes``, ``marked``; nothing: there is none."""
    stored = unit.records.of_pupil(held.pupil_id) if held.pupil_id and held.packs else ()
    if not any(one.slot == REQUEST for one in stored):
        return ""
    return "goes" if may_use(inside(), unit, held)(REQUEST) else "marked"


def state(case: str) -> Response:
    """Answer how far the pack is, for the page's script."""
    latest = _latest(case)
    ended = latest is None or not latest.is_coming
    return answer(
        Progress(
            int(ended),
            1,
            "Ready." if ended else "The pack is being made.",
            ended=ended,
            next=url_for("panel.pack", case=case),
        )
    )


def _latest(case_id: str) -> PanelPack | None:
    """Return the newest pack of a case.

    :raises NotFound: ``item-unknown``: there is no such case.
    """
    with inside().store.reading(org_id()) as unit:
        packs = packs_of(unit, case(unit, case_id).case_id)
    return packs[-1] if packs else None


def agenda(case: str) -> Any:
    """Put a case on the list of a meeting."""
    meeting = request.form.get("meeting", "")
    put_on_agenda(inside(), org_id(), meeting, case, actor())
    flash("The case is on the meeting's list.")
    return redirect(url_for("panel.meeting", meeting=meeting))


def _rows(choice: Choice, made: PanelPack | None, first: int) -> Sequence[Mapping[str, Any]]:
    """Return the papers with their ticks and places: as they were sent, else as made before.

    :param first: the number of the first: the request itself stands before them.
    """
    before = list(made.documents) if made else []
    found = []
    for number, one in enumerate(choice.papers, start=first):
        if request.method == "POST":
            ticked = one.document_id in request.form.getlist("papers")
            put = _put(one.document_id)
        elif before:
            ticked = one.document_id in before
            at = str(before.index(one.document_id) + first) if ticked else ""
            put = Place(one.document_id, at, at)
        else:
            ticked, at = not one.asks, str(number)
            put = Place(one.document_id, at, at)
        found.append({"paper": one, "ticked": ticked, "place": put})
    return sorted(found, key=_as_listed)


def _as_listed(row: Mapping[str, Any]) -> int:
    """Return where a line stands: where it stood, so that what was typed wrongly is found again."""
    shown = row["place"].shown
    return int(shown) if shown.isascii() and shown.isdigit() else _LAST


def _put(document_id: str) -> Place:
    sent = request.form
    shown = sent.get(f"shown-{document_id}", "")[:4]
    return Place(document_id, shown, sent.get(f"place-{document_id}", "")[:4])


def _ticked(choice: Choice) -> list[Place]:
    """Return the ticked papers with their numbers, in the order in which the page lists them."""
    ticked = request.form.getlist("papers")
    known = [one.document_id for one in choice.papers]
    listed = sorted(
        dict.fromkeys(ticked),
        key=lambda one: known.index(one) if one in known else len(known),
    )
    return [_put(one) for one in listed]
