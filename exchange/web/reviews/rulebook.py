"""The clocks of the law, one by one, with the regulation that each quotes."""

from __future__ import annotations

from collections.abc import Iterator

from flask import render_template

from exchange.domain.clocks import Count, Rule, Unit, exceptions_for, rules

_UNITS = {
    Unit.DAYS: ("day", "days"),
    Unit.MONTHS: ("month", "months"),
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.SCHOOL_DAYS: ("school day", "school days"),
}
_MONTHS = {2: "February", 3: "March"}


def page() -> str:
    """Show all rules."""
    return render_template(
        "reviews/rules.html",
        rules=[(one, _counted(one)) for one in rules()],
        exceptions=list(_exceptions()),
    )


def _exceptions() -> Iterator[tuple[str, list[str]]]:
    """Yield each reason with the regulations by which it excepts from a clock."""
    named = {one.code: one.label for one in rules()}
    every = {one.code: one for code in named for one in exceptions_for(code)}
    for one in every.values():
        places = [
            f"{named[code]}: {regulation}" + (" (not checked yet)" if code in one.check else "")
            for code, regulation in one.regulations.items()
        ]
        yield one.label, places


def _counted(rule: Rule) -> list[str]:
    return [f"{_words(one)}. {one.start}." for one in rule.counts]


def _words(count: Count) -> str:
    if count.before is not None:
        month, day = count.before
        named = f"{day} {_MONTHS.get(month, '')}"
        return f"{count.count} days before {named}" if count.count else f"Before {named}"
    if not count.count:
        return "The same day"
    one, many = _UNITS.get(count.unit, ("day", "days"))
    number = abs(count.count)
    way = " before" if count.count < 0 else ", that day included" if count.beginning_with else ""
    return f"{number} {one if number == 1 else many}{way}"
