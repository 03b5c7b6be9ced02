"""Which addresses a connector may have: one strict reading of a URL, and the operator's list of hosts.

The URL is read once, here, into its parts; nothing behind this module reads it again, so that no two parsers can
disagree about the host (Tsai 2017, "A New Era of SSRF").
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote, urlsplit

from audits.endpoints.errors import Refused
from audits.endpoints.secret_places import SECRET_MARK

_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# What the C library would take for a number: decimal, octal and hexadecimal hosts, whole or in parts.
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_BRACKETS = re.compile(r"\[[0-9a-fA-F:.]+\](?::[0-9]+)?")
_TARGET = re.compile(r"[!-\"$-;=?-\[\]^-z|~]*")  # printable ASCII without space, #, <, >, \, {, }
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: `host` is a lower-case DNS name or an address literal without brackets.

    `path` has the query, and in it perhaps a secret: it is in no representation.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)

    @property
    def place(self) -> str:
        """`host:port`, as the operator's list has it."""
        return place(self.host, self.port)


def place(host: str, port: int) -> str:
    """`host:port`, IPv6 addresses in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def read_target(url: str, *, secret: str = "") -> Target:
    """The parts of an http(s) URL in its plainest form, the secret percent-encoded in its place of the query.

    Raises Refused for every other form.
    """
    if len(url) > LONGEST or not url.isascii() or any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise Refused("Write the address in plain characters without spaces, at most 500 of them.")
    if "\\" in url or "#" in url:
        raise Refused("The address has a backslash or a # in it.")
    before, asks, query = url.partition("?")
    if SECRET_MARK in before:
        raise Refused(f"The place of the secret, {SECRET_MARK}, belongs into the query, behind the question mark.")
    try:
        parts = urlsplit(before)
        port = parts.port
    except ValueError as error:
        raise Refused("The address cannot be read.") from error
    if parts.scheme not in _PORTS:
        raise Refused("The address begins with https://.")
    if "@" in parts.netloc:
        raise Refused("A name or password does not belong into the address; use the secret.")
    if port == 0 or parts.netloc.endswith(":"):
        raise Refused("The address has a port that does not exist.")
    path, query = parts.path or "/", asks + query if query else ""
    if not _TARGET.fullmatch(path + query.replace(SECRET_MARK, "")):
        raise Refused("The address has characters in its path that must be percent-encoded.")
    filled = path + query.replace(SECRET_MARK, quote(secret, safe=""))
    return Target(parts.scheme, _host(parts.netloc, parts.hostname or ""), port or _PORTS[parts.scheme], filled)


def require_listed(target: Target, hosts: Collection[str]) -> None:
    """Raise Refused unless the operator's list has the host with this port.

    An entry is `host` (its standard port, 443) or `host:port`; there are no wildcards.
    """
    entries = {entry.strip().lower() for entry in hosts}
    if target.place in entries or (target.port == _PORTS["https"] and _bare(target.host) in entries):
        return
    raise Refused(
        f"{target.place} is not on the list of hosts that may be asked. The operator adds it to PROBITY_PROBE_HOSTS."
    )


def _bare(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _host(netloc: str, host: str) -> str:
    if netloc.startswith("["):
        try:
            if not _BRACKETS.fullmatch(netloc):
                raise AddressValueError(netloc)
            return IPv6Address(host).compressed
        except AddressValueError as error:
            raise Refused("The address is no IPv6 address, or names a zone.") from error
    labels = host.split(".")
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("The host is not a name or an address.")
    if _NUMERIC.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except AddressValueError as error:
            raise Refused("Write an IPv4 address as four decimal numbers.") from error
    return host
