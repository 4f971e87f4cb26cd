"""Who people are to this node: accounts, their posts in organisations, and their sessions.

Accounts belong to the node, not to an organisation: one person may hold posts in several. All of
an account is sealed with the node's own compartment; it is found by a keyed tag of the login name.
"""
