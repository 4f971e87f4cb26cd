"""Which network addresses a partner's endpoint may have."""

from __future__ import annotations

import ipaddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def reachable(address: IpAddress, allow_private: bool) -> bool:
    """Return whether a partner's endpoint may lie at ``address``.

    Addresses inside addresses (IPv4-mapped, 6to4, Teredo, NAT64) are judged by what is inside.
    Link-local ones, where clouds keep their metadata services, are never a partner's.
    """
    for inner in _inside(address):
        if not reachable(inner, allow_private):
            return False
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False
    if address.is_global:
        return True
    return allow_private and (address.is_private or address.is_loopback)


def _inside(address: IpAddress) -> list[IpAddress]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    inner: list[IpAddress | None] = [address.ipv4_mapped, address.sixtofour]
    inner += address.teredo or ()
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


def parse_address(text: str) -> IpAddress:
    """Return the address that a resolver gave, without an IPv6 scope."""
    return ipaddress.ip_address(text.partition("%")[0])
