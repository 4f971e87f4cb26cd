"""An import as it is kept between pages: an item that its owner alone can take up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from exchange.errors import NotFound
from exchange.ports import UnitOfWork
from exchange.ports.imports import Plan
from exchange.ports.items import Content, Item

KIND: Final = "import"
LIFE: Final = timedelta(hours=12)
COLUMNS, CHOOSING, KEEPING, DONE = "columns", "choosing", "keeping", "done"


@dataclass(frozen=True, slots=True)
class File:
    """One sealed file.

    :param name: as it came: may name a pupil.
    """

    name: str = field(repr=False)
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of one pupil's differences.

    :param mark: of the differences that were looked at; other ones are asked anew.
    :param taken: the numbers of those that are taken.
    """

    mark: str
    taken: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """One import.

    :param account_id: whose it is.
    :param form: ``ctf`` or ``table``.
    :param chosen: positions of the pupils to keep.
    :param results: position -> ``added``, ``updated``, ``unchanged`` or a code why not.
    """

    import_id: str
    state: str
    account_id: str
    files: tuple[File, ...]
    form: str
    begun_at: datetime
    updated_at: datetime
    plan: Plan = field(default_factory=Plan)
    chosen: tuple[int, ...] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)
    results: Mapping[int, str] = field(default_factory=dict)
    version: int = 1

    def item(self) -> Item:
        """Return it as it is stored."""
        content: dict[str, Any] = {
            "account": self.account_id,
            "form": self.form,
            "files": [[one.name, one.blob, one.size] for one in self.files],
            "fields": dict(self.plan.fields),
            "orders": dict(self.plan.orders),
            "words": dict(self.plan.words),
            "no_upn": self.plan.no_upn,
            "no_provision": self.plan.no_provision,
            "chosen": list(self.chosen),
            "answers": {
                str(at): {"mark": one.mark, "taken": list(one.taken)}
                for at, one in self.answers.items()
            },
            "results": {str(at): code for at, code in self.results.items()},
        }
        return Item(
            KIND,
            self.import_id,
            self.state,
            content,
            created_at=self.begun_at,
            updated_at=self.updated_at,
            clear={"blobs": [one.blob for one in self.files]},
            due_at=self.begun_at + LIFE,
            about=self.account_id,
            version=self.version,
        )


def import_of(unit: UnitOfWork, import_id: str, account_id: str) -> Import:
    """Return an import of this person.

    :raises NotFound: ``import-unknown``: none of theirs, or its time is over.
    """
    try:
        found = read(unit.items.get(KIND, import_id))
    except NotFound:
        raise _unknown() from None
    if found.account_id != account_id:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound("import-unknown", "/import", "Choose the file again.")


def imports_of(unit: UnitOfWork, account_id: str) -> tuple[Import, ...]:
    """Return what a person has begun and not ended, newest first."""
    found = (read(one) for one in unit.items.about(KIND, account_id))
    return tuple(sorted((one for one in found if one.state != DONE), key=_begun, reverse=True))


def _begun(one: Import) -> datetime:
    return one.begun_at


def put(unit: UnitOfWork, changed: Import, at: datetime, *, quiet: bool = True) -> Import:
    """Store a change; return it as stored.

    :raises Conflict: ``item-changed``.
    """
    stored = unit.items.update(replace(changed, updated_at=at).item(), quiet=quiet)
    return replace(changed, updated_at=at, version=stored.version)


def read(item: Item) -> Import:
    """Return what an item holds."""
    told: Any = item.content or {}
    return Import(
        import_id=item.item_id,
        state=item.state,
        account_id=str(told["account"]),
        files=tuple(File(str(n), str(b), int(s)) for n, b, s in told["files"]),
        form=str(told["form"]),
        begun_at=item.created_at,
        updated_at=item.updated_at,
        plan=_plan(told),
        chosen=tuple(int(at) for at in told["chosen"]),
        answers={
            int(at): Answer(str(one["mark"]), tuple(int(n) for n in one["taken"]))
            for at, one in told["answers"].items()
        },
        results={int(at): str(code) for at, code in told["results"].items()},
        version=item.version,
    )


def _plan(told: Content) -> Plan:
    some: Any = told
    return Plan(
        {str(k): str(v) for k, v in some["fields"].items()},
        {str(k): str(v) for k, v in some["orders"].items()},
        {str(k): str(v) for k, v in some["words"].items()},
        str(some["no_upn"]),
        str(some["no_provision"]),
    )
