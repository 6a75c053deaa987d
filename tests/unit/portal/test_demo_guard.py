import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from portal.web.demo_guard import DemoPasswordGuard


def request_from(address: str) -> HttpRequest:
    return RequestFactory(REMOTE_ADDR=address).post("/login/")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_the_demo_opens_on_this_machine(settings: Settings, address: str) -> None:
    settings.SITEWRIGHT_DEMO = True
    DemoPasswordGuard().authenticate(request_from(address), "viewer", "demo")


@pytest.mark.parametrize("address", ["192.168.1.4", "10.0.0.1", "2001:db8::1", "", "nonsense"])
def test_the_demo_stays_shut_for_others(settings: Settings, address: str) -> None:
    settings.SITEWRIGHT_DEMO = True
    with pytest.raises(PermissionDenied):
        DemoPasswordGuard().authenticate(request_from(address), "viewer", "demo")


def test_outside_a_demo_its_password_opens_nothing(settings: Settings) -> None:
    settings.SITEWRIGHT_DEMO = False
    with pytest.raises(PermissionDenied):
        DemoPasswordGuard().authenticate(request_from("127.0.0.1"), "viewer", "demo")


def test_other_passwords_are_left_to_the_other_backends(settings: Settings) -> None:
    settings.SITEWRIGHT_DEMO = True
    DemoPasswordGuard().authenticate(request_from("192.168.1.4"), "viewer", "a real one")


def test_the_guard_stands_before_the_backend_that_knows_passwords(
    settings: Settings,
) -> None:
    names = [backend.rsplit(".", 1)[1] for backend in settings.AUTHENTICATION_BACKENDS]
    assert names.index("DemoPasswordGuard") < names.index("ModelBackend")
