"""What was on time and what was late, drawn and told; no names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, render_template, request

from exchange.services.transition import Summary, Table, summary, years
from exchange.web.here import KEY, inside, leavers_board, org_id
from exchange.web.reviews.fields import today

WIDTH, LABEL, BAR, GAP = 900, 330, 26, 14
COLOURS = ("#00703c", "#d4351c", "#f47738")
"""On time, late, late with an exception; each bar also has its number, and the table says it."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of a bar."""

    x: int
    width: int
    colour: str
    text: str
    dark: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the plot.

    :param hidden: some of it is not shown.
    """

    y: int
    label: str
    blocks: tuple[Block, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """A table as bars."""

    width: int
    height: int
    label: int
    bars: tuple[Bar, ...]
    legend: tuple[tuple[int, str, str], ...]


def page() -> str:
    """Show the school year that was asked for."""
    offered = years(inside())
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    found = _kept(year if year in offered else next(iter(offered)))
    return render_template(
        "reviews/transition.html",
        found=found,
        tables=[(one, plot(one)) for one in (found.dates, found.packs)],
        years=offered,
    )


def _kept(year: int) -> Summary:
    """Return the numbers of a year, counted again only where something was done meanwhile.

    To count them all reviews of a school, and all cases of an authority, are opened.
    """
    pupils = leavers_board().by_key(org_id())
    kept = current_app.extensions.setdefault(f"{KEY}-transition", {})
    with inside().store.reading(org_id()) as unit:
        mark = (unit.audit.last_seq(), today())
        known = cast("tuple[object, Summary] | None", kept.get((org_id(), year)))
        if known is None or known[0] != mark:
            known = (mark, summary(inside(), unit, pupils, year))
            kept[org_id(), year] = known
    return known[1]


def plot(table: Table) -> Plot:
    """Return where the bars of a table stand."""
    most = max((sum(one or 0 for one in line.numbers) for line in table.lines), default=0)
    room = WIDTH - LABEL - 110
    bars = []
    for at, line in enumerate(table.lines):
        x, blocks = LABEL, []
        for number, colour in zip(line.numbers, COLOURS, strict=False):
            if number:
                width = max(round(room * number / most), 34)
                blocks.append(Block(x, width, colour, str(number), colour == COLOURS[2]))
                x += width
        hides = any(one is None for one in line.numbers)
        bars.append(Bar(44 + at * (BAR + GAP), line.label, tuple(blocks), hides))
    legend = tuple(
        (LABEL + at * 200, colour, column)
        for at, (colour, column) in enumerate(zip(COLOURS, table.columns, strict=False))
    )
    return Plot(WIDTH, 50 + len(bars) * (BAR + GAP), LABEL, tuple(bars), legend)
