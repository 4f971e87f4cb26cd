"""What all pages of an import ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import render_template, url_for

from exchange.ports.imports import ListReader
from exchange.services.imports.model import Import, import_of
from exchange.services.imports.shelf import Line, Problem, Reading, reading_of
from exchange.services.people.may_act import may_act
from exchange.web.forms import PageForm
from exchange.web.here import inside, org_id, parts, role, visitor


class BareForm(PageForm):
    """A form whose fields are read from the request: how many there are, the list says."""


def reader() -> ListReader:
    """Return what reads lists."""
    return cast(ListReader, parts().more["lists"])


def found(batch: str) -> Import:
    """Return an import of this person.

    :raises NotFound: ``import-unknown``.
    """
    with inside().store.reading(org_id()) as unit:
        return import_of(unit, batch, visitor().account_id)


def lines_of(one: Import) -> Reading:
    """Return the lines of an import, or how far their reading is."""
    return reading_of(inside(), org_id(), one, reader())


def waiting(one: Import, reading: Reading, again: str) -> Any:
    """Return the page that waits until a list is read."""
    return render_template("imports/waiting.html", found=one, reading=reading, again=again)


def broken(one: Import, problem: Problem) -> Any:
    """Return the page that says why a list cannot be read after all."""
    html = render_template("imports/broken.html", found=one, problem=problem)
    return html, 422


def may_still() -> Callable[[], bool]:
    """Return what tells, while pupils are kept, whether this person still may."""
    within, here, who, acting = inside(), org_id(), visitor().account_id, role()
    return lambda: may_act(within, who, here, acting)


def place_of(path: str) -> str:
    """Return where something is wrong, as a person finds it: row 7, column C."""
    steps = path.strip("/").split("/")
    if len(steps) < 2 or not steps[0].isdecimal() or not steps[1].isdecimal():
        return ""
    table = f"table {steps[0]}, " if steps[0] != "1" else ""
    column = f", column {steps[2]}" if len(steps) > 2 else ""
    return f"{table}row {steps[1]}{column}"


def line_at(reading: Reading, at: str) -> Line | None:
    """Return the line of a position, or None."""
    if not at.isdecimal() or len(at) > 6:
        return None
    wanted = int(at)
    return next((one for one in reading.lines if one.position == wanted), None)


def steps_of(one: Import) -> list[tuple[str, str]]:
    """Return the steps of an import with their addresses."""
    told = [("pupils", url_for("imports.choose", batch=one.import_id))]
    if one.form == "table":
        told.insert(0, ("columns", url_for("imports.columns", batch=one.import_id)))
    return told
