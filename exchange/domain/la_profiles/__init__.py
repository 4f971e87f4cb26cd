"""What local authorities like to see in a request: data files, one an authority.

An authority's own list is not law. The test is Children and Families Act 2014, s.36(8): the child
*has or may have* special educational needs, and provision through a plan *may be* necessary. So
whatever a profile wants, its absence only warns. No I/O beyond the package's own data; no clock.
"""

from exchange.domain.la_profiles.model import (
    GENERIC,
    Address,
    Form,
    LaProfile,
    Question,
    Want,
    profile,
    profile_for,
    profiles,
)

__all__ = [
    "GENERIC",
    "Address",
    "Form",
    "LaProfile",
    "Question",
    "Want",
    "profile",
    "profile_for",
    "profiles",
]
