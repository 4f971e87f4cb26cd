"""What people may say of documents, generated; some documents hold the bytes of the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from exchange.domain.disclosure import Wanted
from tests.exchange.services.desk import DSL, Desk
from tests.exchange.services.town import HEAD, SECONDARY, SENCO

TYPES = (
    "ep-report",
    "attainment",
    "camhs-report",
    "parent-views",
    "diagnosis-letter",
    "annual-review",
    "sharing-agreement",
    "social-care-advice",
    "other",
)
_acts = st.one_of(
    st.tuples(st.just("mark"), st.sampled_from(["school", SECONDARY, "family", "la"])),
    st.tuples(
        st.just("judge"),
        st.sampled_from(
            [
                "serious-harm",
                "not-needed",
                "head-withholds",
                "withholding-lifted",
                "statutory-duty",
                "safeguarding",
                "named-recipient",
                "invited-to-review",
                "needed-for-provision",
                "harm-no-longer",
            ]
        ),
    ),
    st.tuples(st.just("family"), st.sampled_from(["agrees", "refuses", "no-answer"])),
)
Policy = list[tuple[str, list[tuple[str, str]], bool]]
POLICY = st.lists(
    st.tuples(st.sampled_from(TYPES), st.lists(_acts, max_size=3), st.booleans()),
    min_size=1,
    max_size=4,
)
"""Per document its type, what is said of it, and whether it has the bytes of the one before."""
WHO = {
    "head-withholds": HEAD,
    "statutory-duty": HEAD,
    "objection-answered": HEAD,
    "safeguarding": DSL,
    "needed-for-provision": DSL,
}
AGAINST = frozenset(
    {
        "marked-not-for",
        "marked-but-must-go",
        "withheld-but-must-go",
        "serious-harm",
        "not-needed",
        "head-withholds",
        "family-refuses",
        "author-refuses",
        "author-has-not-chosen",
        "objection",
    }
)
"""Codes by which something stays because of what a person said, or did not say."""
Seen = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Filed:
    """A document, by all that could tell of it in plain bytes; others may have its ``content``."""

    ref: str
    content: bytes
    title: bytes


def act(desk: Desk, ref: str, kind: str, what: str) -> None:
    """Let somebody say something, a second after what was said before."""
    desk.town.clock.pass_(seconds=1)
    if kind == "mark":
        desk.mark(ref, what)
    elif kind == "judge":
        desk.judge(ref, what, WHO.get(what, SENCO))
    else:
        desk.wish(ref, what, kind)  # type: ignore[arg-type]


def lived(desk: Desk, policy: Policy, whole: Wanted | None) -> list[Filed]:
    """File what the policy has, and let people say what it has them say."""
    if whole:
        desk.wish(desk.pupil_id, whole)
    made: dict[str, Filed] = {}
    content = ""
    for number, (type_, acts, again) in enumerate(policy):
        content = content if content and again else f"MARKER-{number}-BYTES"
        ref = desk.attach(type_, content)
        if ref not in made:  # of one type the same bytes are one document
            title = f"MARKER-{number}-TITLE"
            made[ref] = Filed(desk.attach(type_, content, title), content.encode(), title.encode())
        for kind, what in acts:
            act(desk, ref, kind, what)
    return [*made.values()]


def require_told_alike(filed: Sequence[Filed], seen: Seen, plain: bytes) -> None:
    """Demand that what goes, and nothing else, is in the bytes; nor by the way of a copy."""
    going = {one.ref for one in filed if seen[one.ref][0] == "allowed"}
    bytes_ = {one.content for one in filed if one.ref in going}
    for one in filed:
        assert (one.content in plain) is (one.content in bytes_)
        assert (one.title in plain) is (one.ref in going)
        assert (one.ref.encode() in plain) is (one.ref in going)
    for one in filed:
        if seen[one.ref][1] in AGAINST:
            # The head may still send what the law asks for; nobody else opens a copy.
            copies = [each.ref for each in filed if each.content == one.content]
            went = {seen[ref][1] for ref in copies if ref in going}
            assert went <= {"statutory-duty"}
