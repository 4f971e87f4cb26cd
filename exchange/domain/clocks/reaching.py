"""When something reached us that lay in a folder before anybody looked: by its file, how far?

Whoever may write to the folder can set the date of a file, and a copy may keep the date of its
original. An earlier day makes a clock of ours end earlier and harms no family, so it counts; but
nothing lay there before it was sealed, and nothing reaches us after we have it.
"""

from __future__ import annotations

from datetime import datetime


def lay_since(said: datetime | None, sealed: datetime, found: datetime) -> datetime | None:
    """Return since when a file lay there, as far as its own date may be believed.

    :param said: the file's own date, where it has one.
    :param sealed: when the pack in it was signed, by its sender's clock.
    :param found: when we found it.
    :returns: None where that is no earlier than when we found it.
    """
    if said is None:
        return None
    since = max(said, sealed)
    return since if since < found else None
