"""One exception tree for all that this service does; the docstring is what a person reads.

``ExchangeError``
├── ``UsageError``          the request itself is wrong (command line, form, API call)
├── ``NotFound``            there is no such thing here, or not for you
├── ``Conflict``            it exists already, or is not in a state that allows this
├── ``Refused``             a rule forbids it
│   ├── ``DisclosureRefused``   this document may not go to this recipient
│   │   └── ``DecisionNeeded``      somebody must decide about it first
│   ├── ``DestinationRefused``  the destination is unknown, closed, or not confirmed
│   └── ``ScannerUnavailable``  no virus scanner can be asked now: held, nothing is decided
├── ``FormatError``         a document from outside is not what it says it is
│   └── ``XmlError``            not well-formed, or uses what we do not read
├── ``BundleError``         a bundle is malformed, altered, or not for us
│   ├── ``ContainerError``      its ZIP is not in the one canonical encoding
│   ├── ``BagError``            its bag and its statement disagree
│   ├── ``TrustError``          a signature, key or digest does not hold
│   └── ``SealingError``        it could not be made
├── ``TransportError``      the other organisation could not be reached, or answered wrongly
│   └── ``TransportRefused``    it answered, and refused for good
├── ``MailError``           a message could not be handed to the mail server now
│   └── ``MailRefused``         it refused that message for good
├── ``StoreError``          the data folder cannot be read or written
│   └── ``StorageFull``         there is no room left
├── ``AuditError``          the audit book does not add up, or a change came without its entry
├── ``SettingsError``       a setting is missing or wrong
├── ``Wrapped``             an error of schemas or keys, wrapped once at the boundary

Every error has ``code`` (stable, kebab-case), ``path`` (a field path, never a value) and ``hint``
(what to do next). None carries a pupil's data: not in ``args``, not in ``__cause__``.
"""

from __future__ import annotations

from collections.abc import Iterable

from keys.errors import KeysError
from schemas.errors import SchemaError


class ExchangeError(Exception):
    """Something could not be done.

    :param code: stable, kebab-case; documented, safe to log and to show.
    :param path: where, as a field path; never a value.
    :param hint: one sentence that tells a person what to do next.
    """

    default_code = "exchange-error"
    default_hint = "Try again; if it happens again, ask your administrator."

    def __init__(self, code: str | None = None, path: str = "", hint: str | None = None) -> None:
        self.code = code or self.default_code
        self.path = path
        self.hint = hint or self.default_hint
        super().__init__(f"{self.code} at {path}" if path else self.code)


def sentence(error: Exception) -> str:
    """Return what a person reads of an error: the first line of its docstring."""
    own = getattr(error, "what", None)
    return own if isinstance(own, str) else (type(error).__doc__ or "").strip().split("\n")[0]


class UsageError(ExchangeError):
    """The request itself is wrong."""

    default_code = "usage"
    default_hint = "Look at the help of this command."


class NotFound(ExchangeError):
    """There is no such thing here."""

    default_code = "not-found"
    default_hint = "Check the reference. Lists show the references that exist."


class Conflict(ExchangeError):
    """It exists already, or is not in a state that allows this."""

    default_code = "conflict"
    default_hint = "Look at its present state first."


class Refused(ExchangeError):
    """A rule forbids it."""

    default_code = "refused"
    default_hint = "Ask the person who decides."


class DisclosureRefused(Refused):
    """This document may not go to this recipient."""

    default_code = "disclosure-refused"


class DecisionNeeded(DisclosureRefused):
    """Somebody must decide about a document before the pack can go."""

    default_code = "decision-needed"
    default_hint = "See who decides with `senx preview`, and record it with `senx decide`."

    @classmethod
    def about(cls, waiting: Iterable[tuple[str, str]]) -> DecisionNeeded:
        """Return the error that names each reference and whose decision it is."""
        named = "; ".join(f"{ref} ({who})" for ref, who in waiting)
        return cls(path="/documents", hint=f"{named}. {cls.default_hint}")


class DestinationRefused(Refused):
    """The destination is unknown, closed, or not confirmed."""

    default_code = "destination-refused"
    default_hint = "Check the school's name and number, and confirm them."


class ScannerUnavailable(Refused):
    """The virus scanner cannot be asked now. Nothing was decided, and nothing was kept."""

    default_code = "scanner-unavailable"
    default_hint = "Nothing was stored. Try again later, or tell your administrator."


class FormatError(ExchangeError):
    """A document from outside is not what it says it is."""

    default_code = "format-invalid"
    default_hint = "Export the file again from the system it came from."


class XmlError(FormatError):
    """The XML is not well-formed, or uses what this service does not read."""

    default_code = "xml-invalid"


class BundleError(ExchangeError):
    """A transfer pack is malformed, altered, or not for us."""

    default_code = "bundle-invalid"
    default_hint = "Do not use this pack. Ask the sender to send it again."


class ContainerError(BundleError):
    """The pack's container is not in the one encoding that this service reads."""

    default_code = "container-invalid"


class BagError(BundleError):
    """The contents of the pack and its signed statement disagree."""

    default_code = "bag-invalid"


class TrustError(BundleError):
    """A signature, key or digest of the pack does not hold."""

    default_code = "trust-failed"


class SealingError(BundleError):
    """The pack could not be made."""

    default_code = "sealing-failed"
    default_hint = "Nothing was sent. Correct what is named and send again."


class TransportError(ExchangeError):
    """The other organisation could not be reached, or answered wrongly; it will be tried again."""

    default_code = "transport-failed"
    default_hint = "Nothing is lost; it will be tried again. Look at the outbox later."


class TransportRefused(TransportError):
    """The other organisation answered, and refused for good."""

    default_code = "transport-refused"
    default_hint = "Ask the other organisation's administrator; the code says what it refused."


class MailError(ExchangeError):
    """The mail server could not be reached, or did not take a message; it will be tried again."""

    default_code = "mail-failed"
    default_hint = "It will be tried again. Ask your administrator to look at the mail settings."


class MailRefused(MailError):
    """The mail server refused a message for good, or the address is none."""

    default_code = "mail-refused"
    default_hint = "Check the address."


class StoreError(ExchangeError):
    """The data folder cannot be read or written."""

    default_code = "store-failed"
    default_hint = "Ask your administrator to look at the disk."


class StorageFull(StoreError):
    """There is no room left on the disk."""

    default_code = "storage-full"
    default_hint = "Nothing was changed. Make room on the disk and try again."


class AuditError(ExchangeError):
    """The audit book does not add up, or a change came without its entry."""

    default_code = "audit-broken"
    default_hint = "Stop using this node and call your administrator."


class SettingsError(ExchangeError):
    """A setting is missing or wrong."""

    default_code = "settings-invalid"
    default_hint = "Correct the setting that is named."


class Wrapped(ExchangeError):
    """An error of a lower room, with its code, path and hint as they were.

    :ivar what: the sentence of the error that it was.
    """

    what: str = "Something could not be done."

    @classmethod
    def of(cls, error: SchemaError | KeysError, prefix: str = "") -> Wrapped:
        """Return ``error`` as one of this tree; its path behind ``prefix``."""
        wrapped = cls(error.code, f"{prefix}{error.path}", error.hint)
        wrapped.what = sentence(error)
        return wrapped
