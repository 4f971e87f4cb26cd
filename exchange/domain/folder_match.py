"""Whose a file of the leavers' folder may be: by folder, name and text together.

Never by one weak sign alone, and never where two children are about as likely: then a person
chooses. Where folder and file name speak for two children, nobody is proposed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from exchange.domain.roster import ENOUGH, Roster, Sign, signs_in_name, weigh

_LEAD = 2
_IN_TEXT = {Sign.UPN: 5, Sign.FULL_NAME: 2, Sign.BORN: 1}
_MOST_RIVALS = 5


@dataclass(frozen=True, slots=True)
class Match:
    """Whose a file may be.

    :param pupil_id: None: nobody, or more than one.
    :param signs: what speaks for them.
    :param rivals: who else, or who at all where nobody is proposed; the likeliest first.
    :param conflict: folder and file name speak for two different children.
    """

    pupil_id: str | None
    signs: tuple[Sign, ...] = ()
    rivals: tuple[str, ...] = ()
    conflict: bool = False


class Matcher:
    """Matches the files of one folder; remembers what it found in the names of sub-folders."""

    def __init__(self, roster: Roster) -> None:
        self._roster = roster
        self._known: dict[tuple[str, bool], dict[str, set[Sign]]] = {}

    def match(self, path: str, in_text: Mapping[str, Collection[Sign]]) -> Match:
        """Return whose a file may be.

        :param path: its place in the folder, parts divided by ``/``.
        :param in_text: what its text says (:func:`exchange.domain.roster.signs_in_text`).
        """
        *folders, name = path.split("/")
        by_folder: dict[str, set[Sign]] = {}
        for one in folders:
            _join(by_folder, self._signs(one))
        told = _strongest(by_folder)
        by_name = self._signs(name.rpartition(".")[0] or name, nearly=told is None)
        also = _strongest(by_name)
        if told and also and told != also:
            return Match(None, (), (told, also), conflict=True)
        _join(by_folder, by_name)
        return _best(by_folder, in_text)

    def _signs(self, name: str, *, nearly: bool = True) -> dict[str, set[Sign]]:
        if (name, nearly) not in self._known:
            self._known[name, nearly] = signs_in_name(name, self._roster, nearly=nearly)
        return self._known[name, nearly]


def _join(into: dict[str, set[Sign]], more: Mapping[str, set[Sign]]) -> None:
    for pupil_id, signs in more.items():
        into.setdefault(pupil_id, set()).update(signs)


def _strongest(found: Mapping[str, set[Sign]]) -> str | None:
    """Return whom names alone point to, if one child stands out."""
    ranked = sorted(((weigh(signs), pupil_id) for pupil_id, signs in found.items()), reverse=True)
    if not ranked or ranked[0][0] < ENOUGH:
        return None
    clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= _LEAD
    return ranked[0][1] if clear else None


def _best(in_path: Mapping[str, set[Sign]], in_text: Mapping[str, Collection[Sign]]) -> Match:
    totals = {pupil_id: weigh(signs) for pupil_id, signs in in_path.items()}
    for pupil_id, found in in_text.items():
        said = sum(_IN_TEXT.get(sign, 0) for sign in found)
        totals[pupil_id] = totals.get(pupil_id, 0) + said
    ranked = sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    if not ranked:
        return Match(None)
    (first, total), *others = ranked
    if total < ENOUGH or (others and total - others[0][1] < _LEAD):
        return Match(None, (), tuple(one for one, _ in ranked[:_MOST_RIVALS]))
    signs = set(in_path.get(first, ())) | set(in_text.get(first, ()))
    return Match(first, tuple(sorted(signs)), tuple(one for one, _ in others[:_MOST_RIVALS]))
