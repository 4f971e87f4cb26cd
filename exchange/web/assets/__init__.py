"""Where the built style sheet and scripts lie, and under which name each is served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

BUILT = Path(__file__).resolve().parent.parent / "built"


@lru_cache(maxsize=1)
def names() -> Mapping[str, str]:
    """Return plain name -> name with a content hash; empty where nothing was built.

    An empty answer leaves pages plain but working: no page depends on a style sheet or a script.
    """
    try:
        files = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return {}
    return {str(plain): str(hashed) for plain, hashed in files.items()}
