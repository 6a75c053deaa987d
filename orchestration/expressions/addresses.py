"""Reading network addresses strictly."""

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network_of(text: str) -> Network | None:
    """Read a network in CIDR form, bits of the host allowed; None when it is none."""
    address, slash, prefix = text.partition("/")
    if not (slash and prefix.isascii() and prefix.isdigit()):
        return None
    try:
        return ipaddress.ip_network(f"{address}/{prefix}", strict=False)
    except ValueError:
        return None
