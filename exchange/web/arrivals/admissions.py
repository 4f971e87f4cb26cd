"""The admissions list: pasted or chosen as a file, checked, taken; and packs given to children."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from govuk_frontend_wtf.wtforms_widgets import GovCheckboxInput, GovTextArea
from wtforms.fields import BooleanField, TextAreaField

from exchange.domain.feeder import Standing
from exchange.errors import Conflict, ExchangeError, FormatError, NotFound, UsageError
from exchange.services.boards.feeder import FeederLine
from exchange.services.expect import check_list, draft_list, take_list
from exchange.services.expected import decide_match, expected_child, forget_expected
from exchange.web.arrivals.board import feeder
from exchange.web.arrivals.schools import name_of
from exchange.web.forms import PageForm
from exchange.web.here import actor, inside, org_id
from exchange.web.paging import Paging, number_of

SIZE = 50
_MOST_WRONG = 200
_LARGEST = 1_000_000
PROBLEMS = {
    "name-missing": "The name is missing: give a forename and a surname.",
    "born-missing": "The date of birth is missing.",
    "born-unreadable": "The date of birth cannot be read. Write it like 27/03/2015.",
    "born-unlikely": "The date of birth is not that of a child of school age.",
    "upn-invalid": "The UPN is wrong. Check it, or leave it out.",
    "upn-repeated": "Another row has the same UPN.",
    "listed-twice": "Another row has the same name and birthday.",
    "starts-unreadable": "The start date cannot be read. Write it like 02/09/2026.",
}
"""What is wrong with a row, in words."""


class ListForm(PageForm):
    """The list, pasted; a file comes beside it."""

    list = TextAreaField(
        "Paste the list",
        description="Copy the rows from your spreadsheet, with their headings: "
        "surname, forename, date of birth, UPN, current school. "
        "Start date and tutor group help, too.",
        widget=GovTextArea(),
    )


class TakeForm(PageForm):
    """Yes, take what can be read."""

    whole = BooleanField(
        "This is the whole list: take children off who are not on it", widget=GovCheckboxInput()
    )


class MatchForm(PageForm):
    """What a person says of a pack and a child."""


def expected() -> Any:
    """Take an admissions list in, to be checked."""
    form = ListForm()
    if form.validate_on_submit():
        try:
            list_id = draft_list(inside(), org_id(), _text(form), actor())
        except (FormatError, UsageError) as error:
            form.refuse(error, "list")
        else:
            return redirect(url_for("arrivals.expected_check", batch=list_id))
    return render_template("arrivals/expected.html", form=form)


def _text(form: ListForm) -> str:
    """Return the file's text where one was chosen, else what was pasted.

    :raises FormatError: ``list-unreadable``: neither UTF-8, UTF-16 nor Windows-1252.
    """
    chosen = request.files.get("file")
    content = chosen.stream.read(_LARGEST + 1) if chosen else b""
    if not content:
        return str(form.list.data or "")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        kinds: tuple[str, ...] = ("utf-16",)
    else:
        kinds = ("utf-8-sig", "cp1252")
    for kind in kinds:
        try:
            return content.decode(kind)
        except UnicodeError:
            continue
    raise FormatError("list-unreadable", "/list", "Save the list as CSV and choose that file.")


def check(batch: str) -> Any:
    """Show what of a list can be read, and take it in one piece."""
    form = TakeForm()
    with inside().store.reading(org_id()) as unit:
        checked = check_list(inside(), unit, batch)
    # A button of another page sends the form along, so that its tick stays; nothing is taken.
    if "page" not in request.form and form.validate_on_submit():
        try:
            taken = take_list(inside(), org_id(), batch, actor(), whole=bool(form.whole.data))
        except UsageError as error:
            form.refuse(error)
        else:
            said = f"{taken.added:,} added, {taken.updated:,} brought up to date"
            flash(f"{said}, {taken.removed:,} taken off." if taken.removed else f"{said}.")
            return redirect(url_for("arrivals.board"))
    return render_template(
        "arrivals/expected_check.html",
        form=form,
        checked=checked,
        paging=Paging(number_of(request.form.get("page", "1")), SIZE, len(checked.good)),
        problems=PROBLEMS,
        shown_wrong=checked.wrong[:_MOST_WRONG],
        more_wrong=max(0, len(checked.wrong) - _MOST_WRONG),
    )


def match(child: str) -> Any:
    """Compare a child of the list with packs that may be theirs, and say which is."""
    with inside().store.reading(org_id()) as unit:
        listed = expected_child(unit, child)
    line = _line(child)
    form = MatchForm()
    if form.validate_on_submit():
        return _decided(child, line)
    return render_template(
        "arrivals/match.html",
        form=form,
        child=listed,
        line=line,
        school=name_of(listed.who.school, listed.school or "Not known"),
        names={one.bundle_id: name_of(one.sender) for one in (*line.packs, *line.candidates)},
        unclear=line.standing is Standing.UNCLEAR,
    )


def _line(child: str) -> FeederLine:
    for one in feeder().rows(org_id()):
        if one.expected and one.expected.expected_id == child:
            return one
    raise NotFound("item-unknown")


def _decided(child: str, line: FeederLine) -> Any:
    answer, _, bundle = request.form.get("answer", "").partition(":")
    try:
        if answer == "remove":
            forget_expected(inside(), org_id(), child, actor())
            flash("The child was taken off the list.")
            return redirect(url_for("arrivals.board"))
        packs = [one for one in (*line.packs, *line.candidates) if one.bundle_id == bundle]
        if answer not in ("same", "other") or not packs or packs[0].card is None:
            raise NotFound("arrival-unknown")
        key = packs[0].card.child
        decide_match(inside(), org_id(), child, key, actor(), same=answer == "same")
    except Conflict as error:
        flash(error.hint)
    except ExchangeError:
        raise
    else:
        flash("Saved: this is the child." if answer == "same" else "Saved: it is another child.")
    return redirect(url_for("arrivals.match", child=child))
