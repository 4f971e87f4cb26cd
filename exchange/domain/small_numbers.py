"""Numbers small enough to point at a person are hidden, and so is what would give them away.

A number from 1 to 5 is hidden. Where hiding it alone would not do, because a total is known from
elsewhere, a second one goes with it: in each row and each column either nothing is hidden, or at
least two numbers are which come to 6 or more together (or all of them, where there are no more).
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

SMALL = 6
"""Numbers below this are hidden, nought excepted."""

Numbers = Sequence[Sequence[int]]
Place = tuple[int, int]


def hidden(number: int) -> str:
    """Return a number as it may be read."""
    return f"fewer than {SMALL}" if 0 < number < SMALL else f"{number:,}"


def suppressed(table: Numbers) -> list[list[int | None]]:
    """Return a table with None for what must not be read.

    :param table: rows of equal length.
    """
    away = {
        (row, column)
        for row, numbers in enumerate(table)
        for column, number in enumerate(numbers)
        if 0 < number < SMALL
    }
    while True:
        more = next(_wanted(table, away), None)
        if more is None:
            break
        away.add(more)
    return [
        [None if (row, column) in away else number for column, number in enumerate(numbers)]
        for row, numbers in enumerate(table)
    ]


def _wanted(table: Numbers, away: set[Place]) -> Iterator[Place]:
    """Yield what must go too: of each line that gives a number away, the smallest that is shown."""
    for line in _lines(table):
        gone = [place for place in line if place in away]
        total = sum(table[row][column] for row, column in gone)
        if not gone or (len(gone) > 1 and total >= SMALL):
            continue
        left = [place for place in line if place not in away and table[place[0]][place[1]]]
        if left:
            yield min(left, key=lambda place: (table[place[0]][place[1]], place))


def _lines(table: Numbers) -> Iterator[list[Place]]:
    for row, numbers in enumerate(table):
        yield [(row, column) for column in range(len(numbers))]
    for column in range(len(table[0]) if table else 0):
        yield [(row, column) for row in range(len(table))]
