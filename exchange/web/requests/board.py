"""The list of requests, and beginning one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.errors import ExchangeError, NotFound
from exchange.services.ehc_request.councils import council_of, likely_council
from exchange.services.ehc_request.following import Running, follow
from exchange.services.ehc_request.keeping import request_files, requests_about
from exchange.services.ehc_request.model import LIVE, RequestFile
from exchange.services.ehc_request.preparing import start_request
from exchange.web.here import actor, inside, org_id
from exchange.web.paging import Paging
from exchange.web.pupils.child import Child, child_of, may_prepare
from exchange.web.pupils.child import page as pupil_page
from exchange.web.pupils.inputs import Spec, drawn, form_of
from exchange.web.requests.described import REQUESTER
from exchange.web.requests.head import OVER, council_choices, today
from schemas.ehc_request import Requester

_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One request of the list."""

    file: RequestFile
    child: Child
    council: str
    tag: str
    next_due: Running | None

    @property
    def attention(self) -> bool:
        """Return whether somebody should look."""
        late = self.next_due is not None and self.next_due.left < 0
        return late or self.tag in ("attention", "rejected")


def board() -> Any:
    """Show every request with its state and its next date; those that are over on demand."""
    over = request.args.get("over") == "1"
    now = today()
    with inside().store.reading(org_id()) as unit:
        files = [one for one in request_files(unit) if (one.state in OVER) is over]
        files.sort(key=lambda one: one.updated_at, reverse=True)
        number = request.args.get("page", "1")
        paging = Paging(int(number) if number.isdigit() else 1, _ROWS, len(files))
        shown = files[paging.offset : paging.offset + _ROWS]
        rows = []
        for file in shown:
            found = follow(unit, file, now)
            rows.append(
                Row(
                    file,
                    child_of(unit, file.pupil_id),
                    council_of(inside(), file.record.authority).name,
                    found.tag,
                    None if over else found.next_due,
                )
            )
    return render_template(
        "requests/board.html", rows=rows, paging=paging, over=over, may_prepare=may_prepare()
    )


def new(pupil: str) -> Any:
    """Begin a request about a pupil, or lead to the one that is under way."""
    shared = pupil_page(pupil)
    with inside().store.reading(org_id()) as unit:
        live = next((one for one in requests_about(unit, pupil) if one.state in LIVE), None)
        likely = likely_council(inside(), unit, org_id(), pupil)
    if live is not None:
        return redirect(url_for("requests.page", ehc=live.request_id))
    specs = (_council_spec(likely.code if likely else None), REQUESTER)
    first = {"authority": likely.code if likely else None, REQUESTER.name: Requester.SCHOOL.value}
    form = form_of(specs, first, "NewRequestForm")
    if form.validate_on_submit():
        try:
            whose = Requester(form[REQUESTER.name].data)
            code = form["authority"].data
            made = start_request(inside(), org_id(), pupil, actor(), code, whose)
        except NotFound:
            raise
        except ExchangeError as error:
            form.refuse(error)
        else:
            flash("The request was begun. What was written already is filled in")
            return redirect(url_for("requests.page", ehc=made.request_id))
    html = render_template(
        "requests/new.html",
        **shared,
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
    )
    return html, 422 if form.errors else 200


def _council_spec(likely: str | None) -> Spec:
    return Spec(
        "authority",
        "Which council is asked?",
        "select",
        "The council of the child's home address, not that of the school. Of a looked-after "
        "child, ask which council it is.",
        choices=lambda: council_choices(likely),
        needed=True,
    )
