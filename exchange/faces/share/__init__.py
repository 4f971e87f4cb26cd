"""The share face: pages for people with a link and no account.

A school that has not joined picks a pack up here; a member of a family sees what is to be sent and
says what they think. Law of this room: no private key; a visitor's own token opens their own share
and nothing else; what they say is sealed to the organisation and left for the inner worker.
"""

from exchange.faces.share.app import create_app

__all__ = ["create_app"]
