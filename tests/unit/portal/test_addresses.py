"""Which addresses the control plane may call, whatever way they are written."""

from collections.abc import Sequence

import pytest
from pytest_django import Settings

from orchestration.services import addresses
from orchestration.services.addresses import Unreachable
from orchestration.services.errors import Invalid

INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",  # noqa: S104
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1",
    "239.1.2.3", "240.0.0.1", "255.255.255.255", "198.18.0.1", "203.0.113.7",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "fec0::1",
]  # fmt: skip
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"]


def knows(*found: str) -> addresses.Resolver:
    def resolve(host: str, port: int) -> Sequence[str]:
        return found

    return resolve


def refusal(url: str, *found: str) -> str:
    with pytest.raises(Unreachable) as raised:
        addresses.destination(url, knows(*found))
    return raised.value.code


@pytest.mark.parametrize("number", INSIDE)
def test_no_inner_address_is_called(number: str) -> None:
    assert refusal("https://hooks.example/", number) == "address-refused"
    assert refusal("https://hooks.example/", "1.1.1.1", number) == "address-refused"


@pytest.mark.parametrize("number", PUBLIC)
def test_public_addresses_are_called(number: str) -> None:
    found = addresses.destination("https://hooks.example/a?b=c", knows(number))
    assert (found.host, found.port, found.addresses) == ("hooks.example", 443, (number,))


def test_what_the_allow_list_names_is_called(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED = ["10.20.0.0/16", "Hooks.Plant.example", "fd12::/16"]
    assert addresses.destination("http://mes.example:8080/", knows("10.20.3.4")).port == 8080
    assert addresses.destination("http://mes.example/", knows("::ffff:10.20.3.4")).addresses == (
        "::ffff:10.20.3.4",
    )
    assert addresses.destination("http://mes.example/", knows("fd12::1")).addresses == ("fd12::1",)
    assert addresses.destination("http://hooks.plant.example/", knows("192.168.1.1")).addresses == (
        "192.168.1.1",
    )
    assert refusal("http://mes.example/", "10.21.3.4") == "address-refused"
    assert refusal("http://evil.hooks.plant.example/", "192.168.1.1") == "address-refused"


def test_a_host_that_is_not_known() -> None:
    def fails(host: str, port: int) -> Sequence[str]:
        raise OSError

    with pytest.raises(Unreachable, match="host-unknown"):
        addresses.destination("https://hooks.example/", fails)
    assert refusal("https://hooks.example/") == "host-unknown"


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example", "//hooks.example/", "ftp://hooks.example/", "file:///etc/passwd",
        "gopher://hooks.example/", "https://", "https:///path", "https://a:b@hooks.example/",
        "https://hooks.example@10.0.0.1/", "https://hooks.example:99999/",
        "https://hooks.example:0/", "https://hooks.example/#part", "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: inside", "https://hooks.exa\u0131mple/",
        "https://[::1/", f"https://hooks.example/{'a' * 500}",
    ],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(Invalid, match="address-malformed"):
        addresses.check(url)
    assert refusal(url, "1.1.1.1") == "address-unusable"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://LOCALHOST/", "http://localhost./", "http://[fe80::1]/"]
)
def test_what_can_never_be_called_is_refused_at_once(url: str) -> None:
    with pytest.raises(Invalid, match="address-refused"):
        addresses.check(url)


def test_names_are_looked_up_when_they_are_called() -> None:
    addresses.check("https://hooks.example/")
    addresses.check("https://1.1.1.1:8443/x?y")
