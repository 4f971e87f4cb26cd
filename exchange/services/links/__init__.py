"""Links for people without an account: the school that has not joined, and the family.

========== =========================================================================
module     what it does
========== =========================================================================
model      a link as it is kept
door       what the outward face may do: ask for a code, come in, read, answer
shares     what one outsider may see, sealed beforehand to their link
packs      a pack that is read through a link
making     make a link and its address
pick_up    send a pack to be picked up
receipts   the weaker receipts of a pack that was read through a link
members    who of a family is known, and what of them; ``noted``: what staff change of it
family     who of them is invited; ``family_view``, ``family_pages``: what their page shows;
           ``family_said``: what they say
codes      one-time codes, brought by the inner worker
answers    what outsiders said, taken in by the inner worker
revoke     end links
========== =========================================================================

The face imports ``door``, ``shares`` and ``packs`` alone.
"""

from exchange.services.links.revoke import revoke, revoke_about

__all__ = ["revoke", "revoke_about"]
