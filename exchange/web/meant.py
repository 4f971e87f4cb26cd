"""Pages whose look is told to somebody: only a look that a person meant counts.

Opening a document or printing a pack makes a receipt at the sender. A browser that fetches ahead,
a HEAD request or a link that another site put under somebody's finger is no look of that person
(Fetch Metadata, https://www.w3.org/TR/fetch-metadata/; ``Sec-Purpose``).
"""

from __future__ import annotations

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

_OURS = frozenset({"same-origin", "none", ""})
"""Where a request comes from: our own pages, typed or kept by the person, a browser that is old."""
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def unmeant(instead: str) -> AnyResponse | None:
    """Return what to answer to a look that nobody meant, or None for one that counts.

    :param instead: our page from which a person gets there with one click.
    """
    if request.method == "HEAD":
        return Response(status=405, headers={"Allow": "GET"})
    told = " ".join(request.headers.get(name, "") for name in _AHEAD).lower()
    if "prefetch" in told or "prerender" in told or "preview" in told:
        return Response(status=403, headers={"Cache-Control": "no-store"})
    if request.headers.get("Sec-Fetch-Site", "") not in _OURS:
        return redirect(instead, 303)
    return None
