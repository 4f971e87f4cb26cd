"""What is known of the things of a pupil's pack, as the rules of disclosure ask for it."""

from __future__ import annotations

from exchange.domain.disclosure import Said
from exchange.ports import StoredPupil

PLAN = "ehc-plan"


def said_of_sections(pupil: StoredPupil) -> dict[str, Said]:
    """Return what was said of sections of the pupil's EHC plan, by letter."""
    prefix = f"{PLAN}/"
    return {
        key.removeprefix(prefix): said for key, said in pupil.said.items() if key.startswith(prefix)
    }
