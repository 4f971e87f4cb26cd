"""Pages for signed-in people of the organisations that this node hosts.

The law of this room: a page is thin. It asks exchange.services for what it shows and does; it has
no rule of its own, and touches neither the store's tables nor the keyring nor an adapter. Every
route comes from one table (exchange.web.reach); what is not in it does not exist.
"""
