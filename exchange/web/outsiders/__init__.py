"""People without an account, as staff see them: the school that has not joined, and the family."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.outsiders import (
    changing,
    conversation,
    family,
    guest,
    links,
    member,
    papers,
    picking_up,
)
from exchange.web.routes import View


def views() -> Mapping[str, View]:
    """Return the views of this area."""
    return {
        "outsiders.pick_up": picking_up.pick_up,
        "outsiders.link": links.link,
        "outsiders.of_pack": links.of_pack,
        "outsiders.code": links.code,
        "outsiders.revoke": links.revoke_link,
        "outsiders.family": family.family,
        "outsiders.member_new": member.new,
        "outsiders.member": member.member,
        "outsiders.papers": papers.papers,
        "outsiders.change": changing.change,
        "outsiders.exclude": member.exclude,
        "outsiders.correct": family.correct,
        "outsiders.conversation": conversation.conversation,
        "outsiders.guest": guest.guest,
        "outsiders.guest_file": guest.guest_file,
    }
