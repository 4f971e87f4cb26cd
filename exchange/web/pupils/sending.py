"""The preview of a pack, and sending it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from exchange.domain.access import Role
from exchange.domain.clocks import london_day
from exchange.domain.disclosure import Disclosed, Outcome
from exchange.errors import DecisionNeeded, ExchangeError, NotFound
from exchange.services.approve import ask_release
from exchange.services.outlook import Outlook, outlook
from exchange.services.people.may_act import may_act
from exchange.services.queue_bundle import Order
from exchange.services.record_disclosure import Thing
from exchange.services.second_registration import PURPOSE as SECOND
from exchange.services.send import send as send_pack
from exchange.services.send_many import begin_round, run_apart
from exchange.web.drafts import typed
from exchange.web.here import actor, inside, knows_of, org_id, visitor
from exchange.web.pupils.child import label_of, page
from exchange.web.pupils.decisions import title_of
from exchange.web.pupils.inputs import Spec, drawn, form_of, refuse_at
from schemas.codes import code_set

PURPOSES = ("phase-transfer", "in-year-transfer", "educational-record", "dual-registration")
"""What a school sends a pupil's whole pack for."""
LARGE = 20_000_000
"""Bytes of documents that take a second or more to seal: their pack goes as a round of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of a pack, as the preview lists it."""

    ref: str
    title: str
    kind: str
    disclosed: Disclosed
    new: bool

    @property
    def is_document(self) -> bool:
        """Return whether it is a document with a page of its own."""
        return self.disclosed.what == "document"


def _bases() -> list[tuple[str, str]]:
    today = london_day(inside().clock.now())
    return [(one.code, one.label) for one in code_set("lawful-basis").current(today)]


ORDER = (
    Spec(
        "purpose",
        "What is it shared for?",
        "select",
        choices=lambda: [(one, label_of("purpose", one)) for one in PURPOSES],
        needed=True,
    ),
    Spec(
        "basis",
        "Lawful basis",
        "select",
        "State schools share mostly under public task. What the family says is kept apart from it.",
        choices=_bases,
        needed=True,
    ),
)


def order_of() -> Order:
    """Return what was chosen; a move to the next phase under public task where nothing was."""
    told = typed()
    second = told.get("second") == "yes"
    purpose = SECOND if second else told.get("purpose") or "phase-transfer"
    basis = told.get("basis") or "public-task"
    if purpose not in PURPOSES or basis not in dict(_bases()):
        raise NotFound("purpose-unknown")
    return Order(purpose=purpose, lawful_basis=basis, second=second)


def mark_now(pupil_id: str, order: Order) -> str:
    """Return what tells whether a pack is still the one of this page; empty: none can go now."""
    try:
        return outlook(inside(), org_id(), pupil_id, order).mark
    except ExchangeError:
        return ""


def preview(pupil: str) -> Any:
    """Show exactly what the next school gets and why, before anything is sealed."""
    order = order_of()
    shared = page(pupil)
    seen, trouble = None, None
    try:
        seen = outlook(inside(), org_id(), pupil, order)
    except NotFound:
        raise
    except ExchangeError as error:
        trouble = error
    return render_template(
        "pupils/preview.html",
        **shared,
        seen=seen,
        trouble=trouble,
        order=order,
        purpose=label_of("purpose", order.purpose),
        basis=label_of("lawful-basis", order.lawful_basis),
        purposes=[(one, label_of("purpose", one)) for one in PURPOSES],
        bases=_bases(),
        groups=_groups(pupil, seen) if seen else (),
    )


def _groups(pupil_id: str, seen: Outlook) -> list[tuple[str, str, list[Row]]]:
    """Return the rows under what becomes of them: what needs somebody first."""
    headings = (
        (Outcome.NEEDS_DECISION, "Needs a decision"),
        (Outcome.ALLOWED, "Goes"),
        (Outcome.WITHHELD, "Stays here"),
    )
    return [
        (heading, outcome.value, rows_of(pupil_id, seen.of(outcome), seen.new))
        for outcome, heading in headings
    ]


def rows_of(
    pupil_id: str, listed: Sequence[Disclosed], new: frozenset[str] = frozenset()
) -> list[Row]:
    """Return things of a pack with titles that a person knows, and nothing they may not know of."""
    with inside().store.reading(org_id()) as unit:
        stored = unit.pupils.get(pupil_id)
    rows = []
    for one in filter(_is_known, listed):
        _, slash, key = one.ref.partition("/")
        if key == "pupil":
            title, kind = "Name, birthday and school details", "Record"
        elif slash:
            title, kind = title_of(Thing(stored, key)), "Record"
        else:
            kind = label_of("document-type", one.type)
            title = one.title or kind
        rows.append(Row(key if slash else one.ref, title, kind, one, one.ref in new))
    return rows


def _is_known(one: Disclosed) -> bool:
    return knows_of(one.type)


def send(pupil: str) -> Any:
    """Ask once more, then seal the pack and send it on its way."""
    order = order_of()
    seen = outlook(inside(), org_id(), pupil, order)
    if seen.by_link:
        looked_at = request.values.get("seen") or seen.mark
        return redirect(url_for("outsiders.pick_up", pupil=pupil, seen=looked_at, **_kept(order)))
    if seen.by_hand:
        return redirect(url_for("lives.by_hand", pupil=pupil, **_kept(order)))
    leave = Spec(
        "leave",
        "What shall happen to what needs a decision?",
        "radio",
        choices=lambda: (
            ("go", "Send the rest now; what needs a decision waits"),
            ("wait", "Do not send yet"),
        ),
        needed=True,
    )
    specs = (leave,) if seen.waiting else ()
    form = form_of(specs)
    if form.validate_on_submit():
        left = "leave" in form and form["leave"].data == "go"
        if seen.waiting and not left:
            return redirect(url_for("pupils.preview", pupil=pupil, **_kept(order)))
        done = _send_apart(pupil, order, seen, left) or _send(pupil, order, form, left)
        if done is not None:
            return done
    html = render_template(
        "pupils/send.html",
        **page(pupil),
        seen=seen,
        order=order,
        purpose=label_of("purpose", order.purpose),
        basis=label_of("lawful-basis", order.lawful_basis),
        form=form,
        fields=[(form[one.name], drawn(one)) for one in specs],
        going=len(seen.of(Outcome.ALLOWED)),
        looked_at=request.values.get("seen") or seen.mark,
    )
    return html, 422 if form.errors else 200


_WORDS = Spec(
    "words",
    "What shall the head teacher look at?",
    "prose",
    "Until the answer, the pack does not go.",
    needed=True,
)


def ask_head(pupil: str) -> Any:
    """Ask the head whether a pack may go; until the answer it does not."""
    form = form_of((_WORDS,))
    if form.validate_on_submit():
        words = form["words"].data or ""
        try:
            ask_release(inside(), org_id(), pupil, words, visitor().account_id, actor())
        except NotFound:
            raise
        except ExchangeError as error:
            refuse_at(form, "words", error.hint)
        else:
            flash("The head teacher was asked")
            return redirect(url_for("pupils.preview", pupil=pupil))
    html = render_template(
        "pupils/ask_head.html", **page(pupil), form=form, fields=[(form["words"], drawn(_WORDS))]
    )
    return html, 422 if form.errors else 200


def _kept(order: Order) -> dict[str, Any]:
    second = {"second": "yes"} if order.second else {}
    return {"purpose": order.purpose, "basis": order.lawful_basis, **second}


def still_sends() -> Callable[[], bool]:
    """Return what tells, while packs go, whether this person still is one who sends."""
    within, here, who = inside(), org_id(), visitor().account_id
    return lambda: may_act(within, who, here, Role.SENCO)


def _send_apart(pupil_id: str, order: Order, seen: Outlook, leave: bool) -> Any:
    """Send a pack with very large documents as a round, whose page shows that it is being sealed.

    None: it is small, or goes to a second school, which rounds do not serve.
    """
    going = {one.ref for one in seen.of(Outcome.ALLOWED)}
    with inside().store.reading(org_id()) as unit:
        papers = unit.documents.of_pupil(pupil_id)
        size = sum(one.size for one in papers if one.document_id in going)
    if order.second or size < LARGE:
        return None
    marks = {pupil_id: request.form.get("seen", "")}
    round_id = begin_round(
        inside(), org_id(), [pupil_id], order, actor(), leave_undecided=leave, seen=marks
    )
    run_apart(inside(), org_id(), round_id, actor(), still_sends())
    return redirect(url_for("leavers.sending", batch=round_id))


def _send(pupil_id: str, order: Order, form: Any, leave: bool) -> Any:
    order = replace(order, seen=request.form.get("seen", ""))
    try:
        sent = send_pack(
            inside(), org_id(), pupil_id, order, actor(), update=True, leave_undecided=leave
        )
    except DecisionNeeded:
        refuse_at(form, "leave", "Somebody must decide about some of it first. See the preview.")
    except ExchangeError as error:
        refuse_at(form, "", error.hint)
    else:
        told = "The pack is on its way"
        flash(told if sent.outcome == "queued" else "The school has exactly this already")
        return redirect(url_for("transfers.page", bundle=sent.transfer.bundle_id))
    return None
