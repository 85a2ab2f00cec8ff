"""Which addresses a crawl may connect to: public ones on the web's two ports, and a stated allow-list.

The tables are the IANA special-purpose registries (RFC 6890 and its updates); IPv6 is taken
only from the global unicast block 2000::/3. An IPv6 address that carries an IPv4 one
(v4-mapped, 6to4, NAT64, Teredo) is judged by what it carries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

WEB_PORTS = frozenset({80, 443})

_DENIED_V4 = {
    IPv4Network(network): why
    for network, why in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "carrier-grade NAT",
        "127.0.0.0/8": "loopback",
        "169.254.0.0/16": "link-local",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "documentation",
        "192.88.99.0/24": "reserved",
        "192.168.0.0/16": "private",
        "198.18.0.0/15": "benchmarking",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
}
_DENIED_V6 = {
    IPv6Network(network): why
    for network, why in {
        "::/128": "unspecified",
        "::1/128": "loopback",
        "fc00::/7": "unique-local",
        "fe80::/10": "link-local",
        "fec0::/10": "site-local",
        "ff00::/8": "multicast",
        "2001::/23": "reserved",
        "2001:db8::/32": "documentation",
        "3fff::/20": "documentation",
    }.items()
}
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

_ENTRY = re.compile(
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+(?:/\d+)?)\]|(?P<v4>[0-9.]+(?:/\d+)?))"
    r"(?::(?P<low>\d{1,5})(?:-(?P<high>\d{1,5}))?)?"
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A network and a range of ports, both ends included, that may be reached besides public ones."""

    network: IPv4Network | IPv6Network
    low: int = 0
    high: int = 65535

    def covers(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        same_family = address.version == self.network.version
        return same_family and address in self.network and self.low <= port <= self.high


def read_allowances(text: str) -> tuple[Allowance, ...]:
    """Read the text of `AKHBAR_ALLOW_ADDRESSES`: entries parted by commas or spaces.

    An entry is `net`, `net:port` or `net:from-to`; an IPv6 network stands in brackets before a
    port (`[::1/128]:8000-8999`) and may stand bare without one. Without ports it allows every
    port. Raises `ValueError` that names the entry which cannot be read.
    """
    return tuple(_read_allowance(entry) for entry in re.split(r"[,\s]+", text) if entry)


def _read_allowance(entry: str) -> Allowance:
    try:
        if found := _ENTRY.fullmatch(entry):
            low = int(found["low"] or 0)
            high = int(found["high"] or found["low"] or 65535)
            if not low <= high <= 65535:
                raise ValueError("ports run from low to high, up to 65535")
            return Allowance(ip_network(found["v6"] or found["v4"], strict=False), low, high)
        return Allowance(ip_network(entry, strict=False))
    except ValueError as fault:
        raise ValueError(
            f"not an allowed address: {entry!r} ({fault}); write 127.0.0.0/8:8000-8999"
        ) from fault


def denial(host: str, port: int, allowances: Iterable[Allowance] = ()) -> str | None:
    """Why a connection to this resolved address must not be made; None where it may."""
    try:
        address = _carried(ip_address(host))
    except ValueError:
        return "not a resolved address"
    if any(allowance.covers(address, port) for allowance in allowances):
        return None
    if why := _special(address):
        return why
    return None if port in WEB_PORTS else "port other than 80 and 443"


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour or address


def _special(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv4Address):
        return next((why for network, why in _DENIED_V4.items() if address in network), None)
    why = next((why for network, why in _DENIED_V6.items() if address in network), None)
    return why or (None if address in _GLOBAL_V6 else "not global unicast")
