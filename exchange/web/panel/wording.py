"""What the panel's pages call the codes of its packs."""

from __future__ import annotations

from collections.abc import Mapping

ASKS: Mapping[str, str] = {
    "not-chosen": "Tick it only if the question needs it",
    "named-people-only": "Its author chooses who reads it: tick it only if they agreed",
    "only-if-needed": "Tick it only if the question needs it",
    "invitation-unknown": "Tick it only if the panel was meant to have it",
}
"""Why the rules leave a paper to a person; the tick is the decision."""

WHY: Mapping[str, str] = {
    "encrypted": "it is locked with a password",
    "damaged": "the file is broken",
    "too-slow": "it took too long to read",
    "too-large": "the file is too large",
    "too-long": "it has too many pages",
    "portfolio": "it is a folder of files in one PDF",
    "xfa": "it is a form that only its own program can show",
    "unsupported": "files of its kind cannot be shown",
    "no-text": "there is no text in it that could be shown",
    "unreadable": "it could not be opened",
}
"""Why a paper has only a page that says so."""

FAILED: Mapping[str, str] = {
    "papers-changed": "Something was marked or removed while it was made. Make it again.",
    "pack-too-large": "The papers are too large together. Choose fewer.",
}
AGAIN = "Try once more. If it fails again, tell your administrator."
