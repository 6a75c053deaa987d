"""Formats a value may be held to. Checked here, since schema libraries differ in them."""

import ipaddress
import re
from collections.abc import Callable, Mapping

from orchestration.expressions import Value
from orchestration.expressions.addresses import network_of

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_URL = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^\s/?#@]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/?#:@\[\]]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?#]\S*)?"
)
_NUMBER = r"(?:0|[1-9][0-9]*)"
_PRE = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PRE}(?:\.{_PRE})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LONGEST_NAME = 253
_LAST_PORT = 65535


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_cidr(text: str) -> bool:
    return network_of(text) is not None


def _is_hostname(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and all(map(_LABEL.fullmatch, text.split(".")))


def _is_url(text: str) -> bool:
    match = _URL.fullmatch(text)
    if match is None:
        return False
    host = match["host"]
    known = _is_ip(host[1:-1]) if host.startswith("[") else _is_hostname(host)
    return known and int(match["port"] or 0) <= _LAST_PORT


def _is_email(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return bool(at and _LOCAL.fullmatch(local)) and not dots and _is_hostname(domain)


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) <= _LAST_PORT


FORMATS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "ip": (_is_ip, "an IP address such as 10.0.0.1"),
    "cidr": (_is_cidr, "a network such as 10.0.0.0/8"),
    "hostname": (_is_hostname, "a host name such as plc-1.hall.local"),
    "url": (_is_url, "an address such as http://localhost:8080/health"),
    "email": (_is_email, "a mail address such as ops@plant.example"),
    "port": (_is_port, "a port from 1 to 65535"),
    "mac": (lambda text: bool(_MAC.fullmatch(text)), "a MAC address such as 00:1a:2b:3c:4d:5e"),
    "semver": (lambda text: bool(_SEMVER.fullmatch(text)), "a version such as 1.2.3"),
}


def has_format(name: str, value: Value) -> bool:
    """Say whether a value has a format; a port may be a number, the others are text."""
    check, _ = FORMATS[name]
    if name == "port" and isinstance(value, int | float) and not isinstance(value, bool):
        return 0 < value <= _LAST_PORT
    return isinstance(value, str) and check(value)
