"""What goes wrong on the way, in this project's words: the texts of others hold values."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from urllib3.exceptions import HTTPError

from exchange.errors import TransportError, TransportRefused


@contextmanager
def foreign_errors_wrapped() -> Iterator[None]:
    """Turn what sockets, TLS and HTTP raise into ours, once; their texts hold values."""
    try:
        yield
    except TransportError:
        raise
    except (ssl.SSLError, HTTPError) as error:
        if _about_certificate(error):
            raise unexpected_certificate() from None
        if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
            raise TransportError("peer-timeout", "/endpoint") from None
        code = "tls-failed" if isinstance(error, ssl.SSLError) else "peer-unreachable"
        raise TransportError(code, "/endpoint") from None
    except TimeoutError:
        raise TransportError("peer-timeout", "/endpoint") from None
    except (OSError, http.client.HTTPException, UnicodeError, ValueError):
        raise TransportError("peer-unreachable", "/endpoint") from None


def _about_certificate(error: Exception) -> bool:
    seen = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    return isinstance(seen, ssl.SSLCertVerificationError) or "Fingerprint" in str(seen)


def unexpected_certificate() -> TransportRefused:
    """Return the refusal of a certificate that neither pin nor CA vouches for."""
    return TransportRefused(
        "tls-certificate-unexpected",
        "/endpoint",
        "The endpoint shows a certificate that the directory does not name. Ask the other"
        " organisation, by a number you already know, whether it was changed.",
    )


def damaged() -> TransportRefused:
    """Return the refusal of a file that is not what its parcel says."""
    return TransportRefused(
        "parcel-damaged", "/size", "The stored pack was altered. Send it again as a new one."
    )


def invalid_endpoint() -> TransportRefused:
    """Return the refusal of an endpoint that is no plain https URL."""
    return TransportRefused(
        "endpoint-invalid", "/endpoint", "The directory's endpoint is no https address."
    )
