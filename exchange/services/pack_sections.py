"""A summary as headed sections: the same for a page behind a link and for the PDF of any reader.

Nothing here asks the store: it is made from what a pack holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from exchange.domain.readiness import Deadline
from exchange.domain.summary import Child, Coming, Summary
from exchange.services.record_view import Told
from schemas.strict_json import JsonValue

Section = dict[str, JsonValue]


def day_words(day: date) -> str:
    """Return a day as people write it: ``3 July 2026``."""
    return f"{day.day} {day:%B %Y}"


def alert_of(child: Child) -> str:
    """Return what must be seen first, or nothing."""
    if child.medical or not child.medical_flag:
        return child.medical
    return "There is something medical to know. Ask the school that sent this."


def in_full(name: str, rows: Sequence[Told]) -> dict[str, JsonValue]:
    """Return a record in full: its name, and rows with a label, a text, or rows below it."""
    return {"name": name, "rows": [_row(one) for one in rows]}


def _row(one: Told) -> dict[str, JsonValue]:
    text = one.text if isinstance(one.text, str) else day_words(one.text)
    return {"label": one.label, "text": text, "below": [_row(each) for each in one.below]}


def sections_of(told: Summary, *, flag: bool = True) -> list[Section]:
    """Return what a summary says, without what is empty.

    :param flag: whether the reader may see whom to ask about safeguarding.
    """
    helps = [_at(one.text, one.where) for one in told.helps]
    avoid = [_at(one.text, one.where) for one in told.avoid]
    seen = [
        f"{one.area}: {one.noticed}" + (f" Tried: {one.tried}" if one.tried else "")
        for one in told.noticed
    ]
    made = [
        _who(told),
        _section("Needs", points=[one.text for one in told.needs]),
        _section("Noticed, and not assessed (no diagnosis)", points=seen),
        _section("What helps", points=helps),
        _section("What to avoid", points=avoid),
        _section("What is in place", facts=_in_place(told, flag), points=list(told.in_place)),
        _section("People who know the child", points=list(told.people)),
        _next(told),
        _section(
            "Dates that the law sets the council",
            points=[_clock(one) for one in told.clocks],
        ),
        *_found(told),
    ]
    return [one for one in made if len(one) > 1]


def _who(told: Summary) -> Section:
    child = told.child
    facts = [
        ("Legal name", child.legal_name),
        ("School now", child.school),
        ("Languages", ", ".join(child.languages)),
        ("Looked after by a council", "Yes" if child.in_care else ""),
        ("Council of the home address", child.home_authority),
        ("Attendance", told.attendance),
        ("How they communicate", told.words.communication),
        ("What they hope for", told.words.hopes),
    ]
    points = [*told.words.strengths, *told.words.important]
    return _section("Who is this child", facts=facts, points=points)


def _in_place(told: Summary, flag: bool) -> list[tuple[str, str]]:
    facts = []
    if told.plan is not None:
        issued = f", issued {day_words(told.plan.issued)}" if told.plan.issued else ""
        facts.append(("EHC plan", f"{told.plan.authority}{issued}"))
    if flag and told.safeguarding is not None:
        lead = told.safeguarding
        contact = ", ".join(filter(None, (lead.name, lead.phone or "", lead.email or "")))
        facts.append(("Safeguarding: ask the sending school's lead", contact))
    return facts


def _next(told: Summary) -> Section:
    paragraphs = [
        f"{name}: {text}"
        for name, text in (("First day", told.first_day), ("Worries", told.worries))
        if text
    ]
    points = [*(_date(one) for one in told.coming), *told.arrangements]
    return _section("What is coming up", paragraphs=paragraphs, points=points)


def _found(told: Summary) -> Iterator[Section]:
    for one in told.reports:
        heading = f"{one.title}, {one.by}, {day_words(one.written)}"
        paragraphs = [one.summary] if one.summary else []
        yield _section(heading, paragraphs=paragraphs, points=list(one.recommendations))


def _clock(one: Deadline) -> str:
    past = " (this date has passed)" if one.state == "past" else ""
    source = " (not yet checked against its source)" if one.check else ""
    return f"{day_words(one.day) if one.day else ''}: {one.label}{past}. {one.rule}{source}"


def _date(one: Coming) -> str:
    past = " (this date has passed)" if one.state == "past" else ""
    return f"{day_words(one.day)}: {one.text}{past}"


def _at(text: str, where: str) -> str:
    return f"{text} ({where})" if where else text


def _section(
    heading: str,
    *,
    facts: Sequence[tuple[str, str]] = (),
    paragraphs: Sequence[str] = (),
    points: Sequence[str] = (),
) -> Section:
    """Return a section without what is empty."""
    made: Section = {"heading": heading}
    known: list[JsonValue] = [[name, value] for name, value in facts if value]
    if known:
        made["facts"] = known
    if paragraphs:
        made["paragraphs"] = list(paragraphs)
    if points:
        made["points"] = list(points)
    return made
