"""docs/states.md and the table of transitions are one: the page is made from the table.

To make the page anew after a change of the table:
``python -m tests.exchange.domain.test_states_doc``.
"""

from __future__ import annotations

import re
from pathlib import Path

from exchange.domain.transfer import (
    FINAL,
    RECEIPT_EVENTS,
    SETTLED,
    TRANSITIONS,
    Event,
    State,
)

PAGE = Path(__file__).parents[3] / "docs" / "states.md"
BEGIN, END = "<!-- made from the table: begin -->\n", "<!-- made from the table: end -->\n"


def _drawn(event: Event) -> str:
    return f"{event.value} (receipt)" if event in RECEIPT_EVENTS else event.value


def diagram() -> str:
    """Draw the table as a mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.QUEUED.value}"]
    lines += [
        f"    {state.value} --> {then.value}: {_drawn(event)}"
        for (state, event), then in TRANSITIONS.items()
    ]
    lines += [f"    {state.value} --> [*]" for state in State if state in FINAL]
    return "\n".join([*lines, "```", ""])


def table() -> str:
    """Write the table out: a row for each state, a column for each event; empty is refused."""
    head = "| state | " + " | ".join(_drawn(event) for event in Event) + " |"
    rows = [head, "|---" * (len(Event) + 1) + "|"]
    for state in State:
        cells = [
            TRANSITIONS[state, event].value if (state, event) in TRANSITIONS else ""
            for event in Event
        ]
        mark = " (final)" if state in FINAL else " (settled)" if state in SETTLED else ""
        rows.append(f"| **{state.value}**{mark} | " + " | ".join(cells) + " |")
    return "\n".join([*rows, ""])


def made() -> str:
    """Return what stands between the two marks of the page."""
    return f"{BEGIN}\n{diagram()}\n{table()}\n{END}"


def test_the_page_draws_the_table_and_nothing_else() -> None:
    page = PAGE.read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    between = page[page.index(BEGIN) : page.index(END) + len(END)]
    assert between == made(), "make the page anew, see above"


def test_the_drawing_read_back_is_the_table() -> None:
    """Not only the same text: the arrows of the page, parsed, are TRANSITIONS."""
    arrows = re.findall(r"^    (\w+) --> (\w+): (\w+)( \(receipt\))?$", PAGE.read_text(), re.M)
    assert {(State(a), Event(e)): State(b) for a, b, e, _ in arrows} == dict(TRANSITIONS)
    for _, _, event, by_receipt in arrows:
        assert bool(by_receipt) is (Event(event) in RECEIPT_EVENTS)


def test_every_state_and_event_is_explained() -> None:
    prose = PAGE.read_text("utf-8").split(END)[1]
    for name in sorted({*(s.value for s in State), *(e.value for e in Event)}):
        assert f"**{name}**" in prose, name


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    PAGE.write_text(text[: text.index(BEGIN)] + made() + text[text.index(END) + len(END) :])
