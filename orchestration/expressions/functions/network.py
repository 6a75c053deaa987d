"""Functions of network addresses."""

import ipaddress

from orchestration.expressions.addresses import network_of
from orchestration.expressions.declaration import Example, eager
from orchestration.expressions.errors import wrong_type
from orchestration.expressions.values import Value, describe, need_text


@eager(
    "$cidr_contains(cidr, ip)",
    "Whether an address lies in a network; IPv4 and IPv6.",
    Example("$cidr_contains(192.168.1.0/24, 192.168.1.77)", result=True),
)
def cidr_contains(cidr: Value, ip: Value) -> Value:
    """Apply `$cidr_contains`."""
    block = network_of(need_text(cidr))
    if block is None:
        raise wrong_type(f"{describe(cidr)} is not a network", "write 192.168.1.0/24")
    try:
        address = ipaddress.ip_address(need_text(ip))
    except ValueError:
        raise wrong_type(f"{describe(ip)} is not an IP address", "write 192.168.1.7") from None
    return address in block
