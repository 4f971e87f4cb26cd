"""Signing in with accounts that live elsewhere: OpenID Connect, by Authlib and joserfc.

Law of this room: a provider tells who somebody is, never what they may do. An answer counts only
for the browser, the departure and the client that it was made for.
"""
