"""The document table: which roles may receive which type (data: ``document-type``)."""

from __future__ import annotations

from datetime import date

from exchange.domain.disclosure.case import RULE, Decision, Facts, Outcome, Purpose, Recipient
from schemas.codes import code_set
from schemas.strict_json import JsonValue

CONSULTATION = "school-consultation"
_TABLE = "table of documents"
_REG_17 = "SEND Regulations 2014, reg 17; table of documents: the school named in section I"
_MINIMISED = "UK GDPR, Article 5(1)(c): what the question needs; table of documents"
_SCHOOLS = frozenset({"school", "college"})


def from_table(facts: Facts, recipient: Recipient, purpose: Purpose, on: date) -> Decision:
    """Say whether the table lets this type go to this recipient.

    :returns: allowed; withheld, which nobody can change; or a question with whose it is.
    """
    row = code_set("document-type").lookup(facts.type, on=on)
    if_needed = strings(row.attributes.get("if_needed"))
    answers = [
        _by_term(term, facts, recipient, purpose, if_needed, author_of(facts, on))
        for term in strings(row.attributes["may_receive"])
    ]
    found = [one for one in answers if one is not None]
    for wanted in (Outcome.ALLOWED, Outcome.NEEDS_DECISION):
        for one in found:
            if one.outcome is wanted:
                return one
    if found:
        return found[0]
    if recipient.asked and facts.type in _to_choose_from(purpose, on):
        return _ask("not-chosen", "senco", _MINIMISED)
    return Decision(Outcome.WITHHELD, "not-for-role", RULE, _TABLE)


def _to_choose_from(purpose: Purpose, on: date) -> tuple[str, ...]:
    """Return what a person may choose for a body that is asked for advice (data: ``purpose``)."""
    row = code_set("purpose").lookup(purpose.code, on=on, path="/purpose")
    return strings(row.attributes.get("chosen"))


def author_of(facts: Facts, on: date) -> str | None:
    """Return ``family`` or ``pupil`` where the author chooses who reads it, else None."""
    row = code_set("document-type").lookup(facts.type, on=on)
    if "as-author-chooses" not in strings(row.attributes["may_receive"]):
        return None
    return "pupil" if "pupil" in strings(row.attributes["written_by"]) else "family"


def strings(value: JsonValue) -> tuple[str, ...]:
    """Return a list of a data file; nothing for what is left out."""
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _by_term(
    term: str,
    facts: Facts,
    recipient: Recipient,
    purpose: Purpose,
    if_needed: tuple[str, ...],
    author: str | None,
) -> Decision | None:
    """Judge by one term of the column "may receive"; None: it does not speak of this recipient."""
    family = recipient.kind == "family"
    if term == "named-people":
        return None if family else _ask("named-people-only", "clinician", _TABLE)
    if author is not None:  # that they do is seen where wishes are
        return Decision(
            Outcome.ALLOWED, "author-agrees", author, f"{_TABLE}: as the author chooses"
        )
    if term == "named-school" and recipient.kind in _SCHOOLS:
        return _named_school(facts, recipient, purpose)
    if term == "consulted-schools" and recipient.kind in _SCHOOLS:
        consulted = purpose.code == CONSULTATION
        return _allow("consulted") if consulted else _deny("not-consulted", _TABLE)
    if term == "invitees" and not family and "la" not in recipient.roles:
        return _ask("invitation-unknown", "senco", "SEND Regulations 2014, reg 20; " + _TABLE)
    if term not in recipient.roles:
        return None
    return _ask("only-if-needed", "dsl", _TABLE) if term in if_needed else _allow("may-receive")


def _named_school(facts: Facts, recipient: Recipient, purpose: Purpose) -> Decision:
    if purpose.code == CONSULTATION and facts.section is None:
        return _deny("consultation-edition-only", "Children and Families Act 2014, s.39(2)")
    if recipient.named_school:
        return Decision(Outcome.ALLOWED, "named-in-section-i", RULE, _REG_17)
    return _ask("section-i-unknown", "senco", _REG_17)


def _allow(code: str) -> Decision:
    return Decision(Outcome.ALLOWED, code, RULE, _TABLE)


def _deny(code: str, basis: str) -> Decision:
    return Decision(Outcome.WITHHELD, code, RULE, basis)


def _ask(code: str, who: str, basis: str) -> Decision:
    return Decision(Outcome.NEEDS_DECISION, code, who, basis)
