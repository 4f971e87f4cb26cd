"""Headers of every answer: nothing inline, nothing framed, nothing kept, nothing told elsewhere."""

from __future__ import annotations

from flask import Flask, Response

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
    "Strict-Transport-Security": "max-age=31536000",
    "X-Robots-Tag": "noindex, nofollow",
}
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'"
)
"""The content security policy of a page: what it loads lies in our own files, nothing inline."""
DOCUMENT_POLICY = (
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""That of a document from outside: it runs nothing, and has no origin of its own."""


def install(app: Flask) -> None:
    """Add the headers to every answer of ``app``."""
    app.after_request(_add)


def as_document(answer: Response) -> Response:
    """Let a document be shown, by itself or within a page of ours, and do nothing more."""
    answer.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _add(answer: Response) -> Response:
    for name, value in _ALWAYS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", POLICY)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer
