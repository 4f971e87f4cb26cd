"""Whose a report is: what agrees with the pupil it came for, what differs, and whom else it names.

A machine never decides. Two things must agree before a person may confirm by a tick alone; else
they must say by what in the document they know the pupil. The link or pack by which it came is
one of them: it was made for this pupil, but a file is soon mistaken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from exchange.domain.roster import Sign, signs_in_text, upns_in
from exchange.errors import UsageError
from exchange.ports import UnitOfWork
from exchange.services.advice.reports import Report
from exchange.services.document_texts import kept_text
from exchange.services.inside import Inside
from exchange.services.roster_of import roster_of

ENOUGH = 2
COMPARED = ("name", "born", "upn", "address", "nhs-number", "school", "parents")
"""By what a person may say that they know whose a document is."""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that a report is this pupil's.

    :param agree: codes: ``asked`` (it came for this pupil), ``name``, ``born``, ``upn``.
    :param differ: codes: ``no-name``, ``other-upn``; ``unread``: there is no text to search.
    :param others: names of other pupils here whom it names.
    """

    agree: tuple[str, ...]
    differ: tuple[str, ...]
    others: tuple[tuple[str, str], ...]

    @property
    def is_clear(self) -> bool:
        """Return whether enough agrees and nothing speaks against it."""
        return len(self.agree) >= ENOUGH and not self.differ and not self.others


def match_of(inside: Inside, unit: UnitOfWork, report: Report, pupil_id: str) -> Match:
    """Return what of a report agrees with a pupil, and what does not.

    :raises NotFound: ``pupil-unknown``.
    """
    files = [(one.upload, one.name) for one in report.files]
    return match_of_files(inside, unit, files, pupil_id, asked=report.pupil_id == pupil_id)


def match_of_files(
    inside: Inside,
    unit: UnitOfWork,
    files: Sequence[tuple[str, str]],
    pupil_id: str,
    *,
    asked: bool = False,
) -> Match:
    """Return what of uploads, each its id and its name, agrees with a pupil, and what does not.

    :param asked: they came by a link or pack that was made for this pupil.
    :raises NotFound: ``pupil-unknown``.
    """
    unit.pupils.get(pupil_id)
    roster = roster_of(inside, unit)
    child = roster.children[pupil_id]
    texts = [kept_text(unit, upload) for upload, _ in files if upload]
    text = "\n".join(one.text for one in texts if one is not None)
    names = " ".join(name.replace("_", " ").replace("-", " ") for _, name in files)
    everything = f"{text}\n{names}"
    whole = bool(texts) and all(one is not None and one.whole for one in texts)
    # Whoever sends another child's report by mistake names the file after the one they mean.
    mine = signs_in_text(text, roster).get(pupil_id, set())
    signs = signs_in_text(everything, roster)
    agree = ["asked"] if asked else []
    for sign, code in ((Sign.FULL_NAME, "name"), (Sign.BORN, "born"), (Sign.UPN, "upn")):
        if sign in mine:
            agree.append(code)
    differ: list[Literal["no-name", "other-upn", "unread"]] = []
    if not whole:
        differ.append("unread")
    elif Sign.FULL_NAME not in mine:
        differ.append("no-name")
    if any(one != child.upn for one in upns_in(everything)):
        differ.append("other-upn")
    others = tuple(
        (who, roster.children[who].display)
        for who, found in sorted(signs.items())
        if who != pupil_id and (Sign.FULL_NAME in found or Sign.UPN in found)
    )
    return Match(tuple(agree), tuple(differ), others)


def require_match(match: Match, compared: Sequence[str], *, looked: bool) -> None:
    """Refuse to file what a person has not confirmed, or knows by one thing alone.

    :param compared: by what in the document they know whose it is.
    :raises UsageError: ``match-unconfirmed``, ``match-thin``.
    """
    if not looked:
        raise UsageError("match-unconfirmed", "/looked", "Look at it, then say that it is theirs.")
    if not set(compared) <= set(COMPARED):
        raise UsageError("match-thin", "/compared", "Choose from the list.")
    if match.is_clear:
        return
    # What a machine found and what a person read count together; a link alone never does.
    if len(set(match.agree) - {"asked"} | set(compared)) + ("asked" in match.agree) < ENOUGH:
        hint = "One thing alone is not enough. Tick by what you know that it is theirs."
        raise UsageError("match-thin", "/compared", hint)
    if not compared:
        hint = "Something differs. Tick by what in the document you know that it is theirs."
        raise UsageError("match-thin", "/compared", hint)
