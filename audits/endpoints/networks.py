"""Which machines may be connected to: public ones, and private ones in networks that the operator has named.

A name is resolved once a request; every address it has must be allowed, and the connection goes to one of exactly
these addresses. What the name answers a moment later (DNS rebinding) is never asked.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from audits.endpoints.errors import EndpointError, Refused
from audits.endpoints.targets import Target

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

# Never reached, whatever the operator allows: where clouds hand out the credentials of the machine.
_METADATA = frozenset(
    map(
        ip_address,
        (
            *("169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
            *("168.63.129.16", "fd20:ce::254"),  # Azure's is a public address; Google's has one of IPv6 as well
        ),
    )
)
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_SITE_LOCAL = IPv6Network("fec0::/10")
_COMPATIBLE = IPv6Network("::/96")


def networks_read(texts: Sequence[str]) -> tuple[Network, ...]:
    """The operator's private networks, as in 10.1.0.0/16. Raises ValueError that names the entry."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


def resolved(host: str, port: int) -> Sequence[str]:
    """Every address of the host, by the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_addresses(target: Target, *, networks: Sequence[Network], resolve: Resolve = resolved) -> list[str]:
    """The addresses to connect to, of which one would do. Raises Refused where any one of them is not allowed.

    Without TLS, only machines in the operator's private networks are asked.
    """
    try:
        texts = list(resolve(target.host, target.port))
    except (OSError, UnicodeError) as error:
        raise EndpointError("name", "The host's name has no address just now.", again=True) from error
    if not texts:
        raise EndpointError("name", "The host's name has no address just now.", again=True)
    for text in texts:
        address = _read(text)
        why = refusal(address, networks)
        if why:
            raise Refused(f"The host leads to {why}, which is not asked.")
        if target.scheme != "https" and not _private_allowed(address, networks):
            raise Refused("Without https, only private networks that the operator allows are asked.")
    return texts


def refusal(address: Address, networks: Sequence[Network]) -> str:
    """What kind of address this is, where it must not be connected to; empty where it may."""
    address = _plain(address)
    for inner in (address, *_inside(address)):
        if inner in _METADATA:
            return "a metadata service"
        if inner.is_link_local or inner.is_multicast or inner.is_unspecified:
            return "a link-local, multicast or empty address"
    if _private_allowed(address, networks):
        return ""
    for inner in (address, *_inside(address)):
        if not inner.is_global or inner.is_reserved or (isinstance(inner, IPv6Address) and inner in _SITE_LOCAL):
            return "a private or reserved address"
    return ""


def _private_allowed(address: Address, networks: Sequence[Network]) -> bool:
    return any(_plain(address) in network for network in networks)


def _plain(address: Address) -> Address:
    """An IPv4 address that is written as IPv6 (`::ffff:…`) is that IPv4 address."""
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped or address


def _read(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise Refused("The host leads to something that is not an address.") from error


def _inside(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address carries: compatible, 6to4, Teredo, NAT64."""
    if isinstance(address, IPv4Address):
        return []
    found: list[Address | None] = [address.sixtofour, *(address.teredo or ())]
    if any(address in network for network in _NAT64) or address in _COMPATIBLE:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
