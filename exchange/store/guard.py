"""The guard on the engine: a statement on an organisation's rows names the organisation, or fails.

It checks what is really sent, apart from what built it (exchange.store.tenancy): one table, the
condition ``org_id = <the connection's organisation>`` joined by AND, or that very org_id in each
inserted row. Text that names such a table is refused whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    Column,
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Table,
    Update,
    event,
)
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList
from sqlalchemy.sql.selectable import SelectBase

from exchange.errors import StoreError
from exchange.store.tables import TENANT_TABLES, items

TENANT = "store_tenant"
"""Execution option of a connection: the one organisation whose rows it may touch."""

LOCATING = "store_locating"
"""Execution option of the one question over all organisations: whose item has this look-up."""

MIGRATING = "store_migrating"
"""Execution option of the one connection that changes the schema."""

_NAMED = re.compile(
    r"\b(?:" + "|".join(sorted(table.name for table in TENANT_TABLES)) + r")\b", re.IGNORECASE
)

# By compiled statement, which SQLAlchemy keeps and shares: its shape is looked at once, its
# parameters each time.
_known: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def install(engine: Engine) -> None:
    """Put the guard on ``engine``: every statement of every connection passes it."""
    event.listen(engine, "before_cursor_execute", _check)


def _check(
    connection: Connection,
    cursor: Any,
    statement: str,
    parameters: Any,
    context: Any,
    executemany: bool,
) -> None:
    if connection.get_execution_options().get(MIGRATING, False):
        return
    if not _NAMED.search(statement):
        return
    if _locates(connection, context):
        return
    tenant = connection.get_execution_options().get(TENANT)
    compiled = getattr(context, "compiled", None)
    if tenant is None or compiled is None:
        raise _missing()
    name = _known.get(compiled)
    if name is None:
        name = _known[compiled] = _parameter_of(compiled)
    rows: Sequence[Mapping[str, Any]] = context.compiled_parameters
    if not name or not rows or any(row.get(name) != tenant for row in rows):
        raise _missing()


def _locates(connection: Connection, context: Any) -> bool:
    """Return whether it asks for the two ids of one item by its look-up, and nothing else."""
    if not connection.get_execution_options().get(LOCATING, False):
        return False
    built: Any = getattr(getattr(context, "compiled", None), "statement", None)
    if not isinstance(built, Select) or not _is_plain(built) or _only_table(built) is not items:
        return False
    asked = {
        term.left.name
        for term in _terms(built.whereclause)
        if isinstance(term, BinaryExpression)
        and term.operator is operators.eq
        and isinstance(term.left, Column)
        and isinstance(term.right, BindParameter)
    }
    wanted = {column.name for column in built.selected_columns if isinstance(column, Column)}
    return asked == {"kind", "lookup"} and wanted == {"org_id", "item_id"}


def _parameter_of(compiled: Any) -> str:
    """Return the parameter that says whose rows they are, or nothing where none does so."""
    built: Any = getattr(compiled, "statement", None)
    if not _is_plain(built):
        return ""
    if isinstance(built, Insert):
        return "org_id"
    table = _only_table(built)
    if table is None or table not in TENANT_TABLES:
        return ""
    if isinstance(built, Update) and "org_id" in compiled.binds:
        return ""  # SET org_id would hand a row over to another organisation.
    for term in _terms(built.whereclause):
        if (
            isinstance(term, BinaryExpression)
            and term.operator is operators.eq
            and term.left is table.c.org_id
            and isinstance(term.right, BindParameter)
        ):
            return str(compiled.bind_names.get(term.right, ""))
    return ""


def _is_plain(built: Any) -> bool:
    """Return whether it is one statement on one table, with no other statement inside."""
    if not isinstance(built, Select | Insert | Update | Delete):
        return False
    tables = set()
    for part in visitors.iterate(built):
        if isinstance(part, SelectBase) and part is not built:
            return False
        if isinstance(part, Table):
            tables.add(part)
    return len(tables) <= 1


def _only_table(built: Select[Any] | Update | Delete) -> Table | None:
    if isinstance(built, Select):
        sources = built.get_final_froms()
        only = sources[0] if len(sources) == 1 else None
    else:
        only = built.table
    return only if isinstance(only, Table) else None


def _terms(clause: object) -> Iterator[object]:
    """Yield the conditions that all have to hold."""
    if isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _terms(part)
    elif clause is not None:
        yield clause


def _missing() -> StoreError:
    return StoreError("tenant-missing", hint="Ask for rows of an organisation by its unit alone.")
