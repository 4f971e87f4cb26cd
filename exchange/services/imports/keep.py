"""Whoever was chosen is kept, one commit each; then the files go, and with them everybody else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from exchange.domain.comparing import Difference
from exchange.errors import ExchangeError, UsageError
from exchange.ports import Actor, ReadPupil, UnreadPupil
from exchange.ports.imports import ListReader
from exchange.services.imports.begin import drop_files, given
from exchange.services.imports.difference import Matcher, mark_of
from exchange.services.imports.model import CHOOSING, DONE, KEEPING, Answer, Import, put
from exchange.services.imports.shelf import forget
from exchange.services.inside import Inside
from exchange.services.keep_pupil import only_new, take_in

log = logging.getLogger("senx.imports")
Alive = Callable[[], bool]
_NOTE_EVERY = 50


@dataclass(slots=True)
class Keeping:
    """How far the keeping of an import is, in the process that is at it."""

    done: int = 0
    failed: str = ""


_running: dict[str, Keeping] = {}
_lock = threading.Lock()


def choose(inside: Inside, org_id: str, found: Import, chosen: Collection[int]) -> Import:
    """Note whom to keep.

    :raises UsageError: ``nobody-chosen``.
    :raises Conflict: ``item-changed``.
    """
    if not chosen:
        raise UsageError("nobody-chosen", "/pupil", "Tick at least one pupil.")
    with inside.store.unit(org_id) as unit:
        changed = replace(found, chosen=tuple(sorted(chosen)), state=CHOOSING)
        made = put(unit, changed, inside.clock.now())
        unit.commit()
    return made


def answer(
    inside: Inside,
    org_id: str,
    found: Import,
    position: int,
    seen: Sequence[Difference],
    taken: Collection[int],
) -> Import:
    """Note what was said of one pupil's differences.

    :param seen: those that were looked at; ``taken``: the numbers of those that the file wins.
    :raises Conflict: ``item-changed``.
    """
    said = Answer(mark_of(seen), tuple(sorted(set(taken) & set(range(len(seen))))))
    with inside.store.unit(org_id) as unit:
        changed = replace(found, answers={**found.answers, position: said})
        made = put(unit, changed, inside.clock.now())
        unit.commit()
    return made


def keep_apart(
    inside: Inside, org_id: str, found: Import, reader: ListReader, actor: Actor, alive: Alive
) -> None:
    """Keep whom was chosen in a thread of its own, unless one is at it.

    :param alive: whether who imports still may, asked before each pupil.
    :raises Conflict: ``item-changed``.
    """
    with _lock:
        if found.import_id in _running:
            return
        _running[found.import_id] = Keeping(len(found.results))
    try:
        with inside.store.unit(org_id) as unit:
            begun = put(unit, replace(found, state=KEEPING), inside.clock.now())
            unit.commit()
    except BaseException:
        with _lock:
            _running.pop(found.import_id, None)
        raise
    threading.Thread(
        target=_run, args=(inside, org_id, begun, reader, actor, alive), daemon=True
    ).start()


def keeping_of(import_id: str) -> Keeping | None:
    """Return how far this process is with it, or None where it is not at it."""
    with _lock:
        return _running.get(import_id)


def _run(
    inside: Inside, org_id: str, found: Import, reader: ListReader, actor: Actor, alive: Alive
) -> None:
    try:
        keep_import(inside, org_id, found, reader, actor, alive)
    except ExchangeError as error:
        log.error("import stopped code=%s", error.code)
    except Exception as error:  # noqa: BLE001 (a thread's last word; its message may hold a value)
        log.error("import stopped kind=%s", type(error).__name__)
    finally:
        with _lock:
            _running.pop(found.import_id, None)


def always() -> bool:
    """Say that an import may go on."""
    return True


def keep_import(
    inside: Inside,
    org_id: str,
    found: Import,
    reader: ListReader,
    actor: Actor,
    alive: Alive = always,
) -> Import:
    """Keep whom was chosen and is not kept yet; then remove the files.

    A pupil about whom our records changed since somebody looked gets nothing replaced: what is new
    is added, the rest stays.
    """
    with inside.store.reading(org_id) as unit:
        matcher = Matcher(unit.pupils.all())
    results, taken = dict(found.results), set[str]()
    wanted = set(found.chosen) - results.keys()
    for row in reader.read(given(inside, org_id, found.files), found.plan):
        if row.position not in wanted:
            continue
        if not alive():
            return _note(inside, org_id, found, results)
        results[row.position] = _one(inside, org_id, row, found, actor, matcher, taken)
        with _lock:
            if at_it := _running.get(found.import_id):
                at_it.done = len(results)
        if len(results) % _NOTE_EVERY == 0:
            found = _note(inside, org_id, found, results)
    return _end(inside, org_id, found, results, actor)


def _one(
    inside: Inside,
    org_id: str,
    row: ReadPupil | UnreadPupil,
    found: Import,
    actor: Actor,
    matcher: Matcher,
    taken: set[str],
) -> str:
    if isinstance(row, UnreadPupil):
        return row.errors[0].code
    said = found.answers.get(row.position)

    def accept(_: ReadPupil, seen: Sequence[Difference]) -> Collection[Difference]:
        if said is None or said.mark != mark_of(seen):
            return only_new(row, seen)
        return [seen[at] for at in said.taken]

    kept = take_in(inside, org_id, row, found.form, actor, matcher, taken, accept)
    return kept.errors[0].code if kept.errors else kept.outcome


def _note(inside: Inside, org_id: str, found: Import, results: Mapping[int, str]) -> Import:
    """Keep how far it is; each pupil has an entry of their own."""
    with inside.store.unit(org_id) as unit:
        made = put(unit, replace(found, results=dict(results)), inside.clock.now())
        unit.commit()
    return made


def _end(
    inside: Inside, org_id: str, found: Import, results: Mapping[int, str], actor: Actor
) -> Import:
    files = found.files
    ended = replace(found, results=dict(results), state=DONE, files=(), answers={})
    with inside.store.unit(org_id) as unit:
        made = put(unit, ended, inside.clock.now(), quiet=False)
        counts = {code: str(n) for code, n in counted(made).items()}
        unit.audit.record(actor, "import.ended", "import", found.import_id, detail=counts)
        unit.commit()
    drop_files(inside, org_id, files)
    forget(found)
    return made


def counted(found: Import) -> dict[str, int]:
    """Return how many were ``added``, ``updated``, ``unchanged`` and ``refused``."""
    told = dict.fromkeys(("added", "updated", "unchanged", "refused"), 0)
    for code in found.results.values():
        told[code if code in told else "refused"] += 1
    return {code: number for code, number in told.items() if number}
