"""Which network addresses may be asked, after the IANA special-purpose registries (RFC 6890).

An address that carries an IPv4 address inside is judged by that one, or it would be a way around the rule.
"""

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# RFC 6598 (100.64.0.0/10) is here because private overlay networks give it to home servers.
_PRIVATE = tuple(
    ip_network(network)
    for network in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_IPV4_BITS = 0xFFFF_FFFF


class Reach(StrEnum):
    """FORBIDDEN is what no calendar server can have: link-local, multicast, reserved, unspecified."""

    PUBLIC = "public"
    PRIVATE = "private"
    FORBIDDEN = "forbidden"


def reach(address: str) -> Reach:
    """Raises ValueError if the text is no address."""
    plain = _without_wrapping(ip_address(address))
    if any(plain in network for network in _PRIVATE):
        return Reach.PRIVATE
    is_unicast = plain in _GLOBAL_UNICAST if isinstance(plain, IPv6Address) else not plain.is_multicast
    return Reach.PUBLIC if is_unicast and plain.is_global else Reach.FORBIDDEN


def _without_wrapping(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & _IPV4_BITS)
    return address.ipv4_mapped or address.sixtofour or address
