import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from portal.pages.design import design
from portal.web import navigation
from portal.web.responses import see
from portal.web.shell import shell
from rbac.models import User


def asked(address: str, **headers: str) -> HttpRequest:
    request = RequestFactory().get(address, headers=headers)
    request.user = AnonymousUser()
    HtmxMiddleware(lambda _request: HttpResponse())(request)
    return request


def test_htmx_gets_the_part_and_a_person_the_page() -> None:
    assert shell(asked("/"))["base_template"] == "base.html"
    assert shell(asked("/", HX_Request="true"))["base_template"] == "part.html"


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_htmx_gets_the_page_where_it_replaces_all_of_it(header: str) -> None:
    request = asked("/", HX_Request="true", **{header: "true"})
    assert shell(request)["base_template"] == "base.html"


def test_a_cookie_chooses_the_theme_and_only_a_known_one() -> None:
    request = asked("/")
    for cookie, theme in {"dark": "dark", '"><script>': "auto", "": "auto"}.items():
        request.COOKIES["theme"] = cookie
        assert getattr(shell(request)["shell"], "theme", None) == theme


def test_after_a_change_htmx_is_told_where_to_go() -> None:
    assert see(asked("/"), "/monitor/").headers["Location"] == "/monitor/"
    assert see(asked("/", HX_Request="true"), "/monitor/").headers["HX-Redirect"] == "/monitor/"


def test_strangers_find_nothing_in_the_rail() -> None:
    assert navigation.rail(User(is_active=False), "/") == []


def test_the_showcase_shows_every_component_and_a_part_has_no_shell() -> None:
    page = design(asked("/design/")).content.decode()
    part = design(asked("/design/", HX_Request="true")).content.decode()
    assert "<html" in page
    assert 'id="page"' in part
    assert "<html" not in part
