"""What a list says otherwise than our records: field by field, and nothing without a yes."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from exchange.domain.comparing import Difference
from exchange.errors import Conflict, NotFound
from exchange.services.imports.difference import mark_of
from exchange.services.imports.keep import answer, keep_apart
from exchange.services.imports.model import Answer, Import
from exchange.services.imports.saying import said
from exchange.services.imports.shelf import Line
from exchange.web.here import actor, inside, org_id
from exchange.web.imports.shared import (
    BareForm,
    broken,
    found,
    line_at,
    lines_of,
    may_still,
    reader,
    waiting,
)

_CHANGED = "Our records have changed since you looked. Compare once more."


def pupil(batch: str, at: str) -> Any:
    """Show one pupil's differences; note which of them the list wins."""
    one = found(batch)
    if not one.files:
        return redirect(url_for("imports.page", batch=batch))
    reading = lines_of(one)
    if not reading.ended:
        return waiting(one, reading, url_for("imports.pupil", batch=batch, at=at))
    line = line_at(reading, at)
    if line is None or not line.differences:
        raise NotFound("import-unknown")
    form = BareForm()
    if form.validate_on_submit():
        if request.form.get("mark") == mark_of(line.differences):
            numbers = range(len(line.differences))
            taken = [n for n in numbers if request.form.get(f"take-{n}") == "theirs"]
            answer(inside(), org_id(), one, line.position, line.differences, taken)
            return redirect(url_for("imports.check", batch=batch))
        form.form_errors.append(_CHANGED)
    html = render_template(
        "imports/pupil.html",
        found=one,
        form=form,
        line=line,
        mark=mark_of(line.differences),
        rows=_rows(line, one.answers.get(line.position)),
    )
    return html, 422 if form.form_errors else 200


def _rows(line: Line, before: Answer | None) -> list[dict[str, Any]]:
    current = before if before and before.mark == mark_of(line.differences) else None
    return [
        {"number": n, "said": said(each), "theirs": _theirs(n, each, current)}
        for n, each in enumerate(line.differences)
    ]


def _theirs(number: int, one: Difference, before: Answer | None) -> bool:
    return one.adds if before is None else number in before.taken


def check(batch: str) -> Any:
    """Show what will be done; do it."""
    one = found(batch)
    if not one.files or not one.chosen:
        return redirect(url_for("imports.page", batch=batch))
    reading = lines_of(one)
    if not reading.ended:
        return waiting(one, reading, url_for("imports.check", batch=batch))
    if reading.failed:
        return broken(one, reading.failed)
    form = BareForm()
    if form.validate_on_submit():
        try:
            keep_apart(inside(), org_id(), one, reader(), actor(), may_still())
        except Conflict as error:
            form.refuse(error)
        else:
            return redirect(url_for("imports.page", batch=batch))
    wanted = set(one.chosen)
    chosen = [line for line in reading.lines if line.position in wanted]
    html = render_template(
        "imports/check.html",
        found=one,
        form=form,
        new=[line for line in chosen if not line.known],
        same=[line for line in chosen if line.known and not line.differences],
        rows=[(line, _state(one, line)) for line in chosen if line.differences],
    )
    return html, 422 if form.form_errors else 200


def _state(one: Import, line: Line) -> str:
    """Return what will happen to a pupil's differences, in words."""
    before = one.answers.get(line.position)
    if before is not None and before.mark == mark_of(line.differences):
        taken, all_ = len(before.taken), len(line.differences)
        return f"You compared: {taken} of {all_} taken from the list"
    adds = len(line.differences) - len(line.contested)
    told = [f"{adds} added"] if adds else []
    if line.contested:
        told.append(f"{len(line.contested)} differ: ours stay")
    return "; ".join(told)
