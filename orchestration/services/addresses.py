"""Which addresses the control plane may call: public ones, and those an allow-list names.

Whoever sets up a webhook chooses where the server sends something; without this they could make it
knock at doors of its own network.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from orchestration.services.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

PORTS = {"http": 80, "https": 443}
LONGEST = 500  # characters of an address
# Not private by their numbers, and yet the doors of clouds to their own machines, or relays.
_DOORS = tuple(
    ipaddress.ip_network(one) for one in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_BITS = 0xFFFFFFFF


@dataclass(frozen=True)
class Destination:
    """A host, looked up once: whoever calls it calls one of these addresses and asks no more."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


class Unreachable(Exception):
    """It cannot or must not be called; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them.

    Raises:
        OSError: there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def destination(url: str, resolve: Resolver = look_up) -> Destination:
    """Look an address up and judge every number behind its name.

    Raises:
        Unreachable: ``address-unusable``, ``host-unknown``, ``address-refused``.
    """
    try:
        parts = parsed(url)
    except Invalid as error:
        raise Unreachable("address-unusable") from error
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise Unreachable("host-unknown") from error
    if not found:
        raise Unreachable("host-unknown")
    # One that leads inside spoils all: which of them gets called is not for the name to choose.
    if not all(allowed(host, one) for one in found):
        raise Unreachable("address-refused")
    return Destination(url, host, port, tuple(found))


def check(url: str) -> None:
    """Refuse what can never be called. Names are looked up when they are called.

    Raises:
        Invalid: ``address-malformed``, ``address-refused``.
    """
    host = str(parsed(url).hostname)
    try:
        number = str(ipaddress.ip_address(host))
    except ValueError:
        number = "127.0.0.1" if host.rstrip(".").lower() == "localhost" else ""
    if number and not allowed(host, number):
        raise Invalid("address-refused", host=host)


def parsed(url: str) -> SplitResult:
    """Take an address apart.

    Raises:
        Invalid: ``address-malformed``: not http or https, no host, a password or a fragment in it,
            a port that is none, or characters that no address has.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid("address-malformed") from error
    plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    named = parts.scheme in PORTS and parts.hostname and port != 0
    if not (plain and named) or "@" in parts.netloc or parts.fragment:
        raise Invalid("address-malformed")
    return parts


def allowed(host: str, address: str) -> bool:
    """Whether a host may be called at an address."""
    names = {one.lower() for one in settings.WEBHOOK_ALLOWED}
    if host.lower() in names:
        return True
    number = ipaddress.ip_address(address.partition("%")[0])
    meant = list(_meanings(number))
    if any(one in network for network in _networks() for one in meant):
        return True
    return all(_public(one) for one in meant)


def _networks() -> list[Network]:
    found = []
    for one in settings.WEBHOOK_ALLOWED:
        try:
            found.append(ipaddress.ip_network(one, strict=False))
        except ValueError:
            continue  # the name of a host
    return found


def _public(number: Address) -> bool:
    inner = number.is_multicast or number.is_reserved or number.is_unspecified
    # Given up as a standard, and still the inside of some networks; to Python it is global.
    inner = inner or (isinstance(number, ipaddress.IPv6Address) and number.is_site_local)
    return number.is_global and not inner and not any(number in door for door in _DOORS)


def _meanings(number: Address) -> Iterator[Address]:
    """An address, and the one of the older kind that is wrapped in it."""
    if number in _NAT64:
        yield ipaddress.IPv4Address(int(number) & _IPV4_BITS)
        return
    yield number
    if not isinstance(number, ipaddress.IPv6Address):
        return
    wrapped = (number.ipv4_mapped, number.sixtofour, *(number.teredo or ()))
    yield from (one for one in wrapped if one is not None)
