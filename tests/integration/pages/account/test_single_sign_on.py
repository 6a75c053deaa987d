"""Single sign-on against a real OpenID provider."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from orchestration.models import Event, SignIn
from portal.web.single_sign_on import SignOn, _answers
from rbac import grants
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm
from tests.integration.conftest import Company
from tests.integration.pages.account.conftest import Clock, who
from tests.provider import EXPIRED, Provider, running, says_when

ASK = "/sign-on/"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running(require_nonce=True) as found:
        yield found


@pytest.fixture
def portal(provider: Provider, settings: Any, db: None) -> Client:
    """A browser at a portal that knows the provider."""
    settings.SINGLE_SIGN_ON = provider.settings()
    return Client()


def sign_in(portal: Client, provider: Provider, sub: str, going_on: str = "/account/") -> Any:
    """The whole way there and back; returns the portal's last answer."""
    asked = portal.get(ASK, {"next": going_on})
    assert asked.status_code == 302, asked.content
    return portal.get(provider.consent(asked["Location"], sub))


def test_somebody_new_gets_an_account_and_groups(portal: Client, provider: Provider) -> None:
    provider.person("olga", "plant-operators", "choir")
    answer = sign_in(portal, provider, "olga")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    olga = User.objects.get(username="olga")
    assert who(portal) == olga
    assert (olga.get_full_name(), olga.email) == ("Olga Test", "olga@contoso.test")
    assert [group.name for group in olga.groups.all()] == ["Operators"]
    assert not olga.has_usable_password()
    assert SignIn.objects.get().user == olga
    event = Event.objects.get(kind="person.signed-in")
    assert event.params["how"] == "single-sign-on"
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid, account.extra_data) == (provider.issuer, "olga", {})


def test_the_question_is_fixed_by_the_portal(portal: Client, provider: Provider) -> None:
    wished = {"scope": "admin", "auth_params": "prompt=none", "process": "connect", "action": "x"}
    address = portal.get(f"{ASK}?{urlencode(wished)}")["Location"]
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/")
    assert asked["redirect_uri"] == ["http://testserver/sign-on/callback/"]
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == ["S256"]
    assert "prompt" not in asked
    again = parse_qs(urlsplit(portal.get(ASK)["Location"]).query)
    for secret in ("state", "nonce", "code_challenge"):
        assert asked[secret] != again[secret]


def test_a_group_left_there_is_left_here_at_the_next_sign_in(
    portal: Client, provider: Provider, company: Company
) -> None:
    provider.person("ines", "plant-operators")
    sign_in(portal, provider, "ines")
    ines = User.objects.get(username="ines")
    line = company.lines["alpha-1"].node
    grants.give("deployment-manager", Group.objects.get(name="Operators"), line)
    own = Group.objects.create(name="Fire brigade")
    ines.groups.add(own)
    assert may(ines, Perm.DEPLOY, line)
    provider.person("ines", "plant-it")
    sign_in(Client(), provider, "ines")
    ines = User.objects.get(username="ines")
    assert not may(ines, Perm.DEPLOY, line)
    assert {group.name for group in ines.groups.all()} == {"IT", "Fire brigade"}
    event = Event.objects.filter(kind="person.groups-followed").latest("pk")
    assert event.params == {"joined": ["IT"], "left": ["Operators"]}


def test_who_is_in_no_group_is_told_whom_to_ask(portal: Client, provider: Provider) -> None:
    provider.person("gus", "choir")
    answer = sign_in(portal, provider, "gus")
    assert answer.status_code == 403
    assert "Ask your administrator" in answer.content.decode()
    assert who(portal) is None
    assert not User.objects.filter(username="gus").exists()


def test_who_left_all_groups_is_not_let_in_any_more(portal: Client, provider: Provider) -> None:
    provider.person("lea", "plant-it")
    sign_in(portal, provider, "lea")
    provider.person("lea")
    other = Client()
    assert sign_in(other, provider, "lea").status_code == 403
    assert who(other) is None
    assert not User.objects.get(username="lea").groups.exists()


def test_nobody_becomes_somebody_by_a_name_or_a_mail_address(
    portal: Client, provider: Provider, company: Company
) -> None:
    admin = company.root_user
    User.objects.filter(pk=admin.pk).update(email="root@contoso.test")
    provider.person("eve", "plant-it", preferred_username="Root", email="root@contoso.test")
    answer = sign_in(portal, provider, "eve")
    assert answer.status_code == 403
    assert "belongs to another account" in answer.content.decode()
    assert who(portal) is None
    assert not SocialAccount.objects.exists()


def test_a_closed_account_stays_closed(portal: Client, provider: Provider) -> None:
    provider.person("carl", "plant-it")
    sign_in(portal, provider, "carl")
    User.objects.filter(username="carl").update(is_active=False)
    other = Client()
    assert sign_in(other, provider, "carl").status_code == 403
    assert who(other) is None


def test_an_answer_to_another_question_is_refused(portal: Client, provider: Provider) -> None:
    """The nonce is another one than this browser sent: the answer may be somebody else's."""
    provider.person("mia", "plant-it")
    address = portal.get(ASK)["Location"]
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    forged = parts._replace(query=urlencode(query | {"nonce": "of-another-question"})).geturl()
    answer = portal.get(provider.consent(forged, "mia"))
    assert answer.status_code == 401
    assert who(portal) is None


def test_an_answer_for_another_browser_is_refused(portal: Client, provider: Provider) -> None:
    provider.person("mia", "plant-it")
    back = provider.consent(portal.get(ASK)["Location"], "mia")
    victim = Client()
    assert victim.get(back).status_code == 401
    assert who(victim) is None
    assert portal.get(back).status_code == 302
    assert portal.get(back).status_code == 401, "an answer counts once"


def test_an_expired_token_is_refused(settings: Any, db: None) -> None:
    with running(**EXPIRED) as late:
        settings.SINGLE_SIGN_ON = late.settings()
        late.person("mia", "plant-it")
        portal = Client()
        assert sign_in(portal, late, "mia").status_code == 401
        assert who(portal) is None


def test_a_token_signed_by_another_key_is_refused(
    portal: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider publishes another key than the one it signs with."""
    provider.person("mia", "plant-it")
    back = provider.consent(portal.get(ASK)["Location"], "mia")
    with running() as other:
        own = SignOn.openid_config.fget  # type: ignore[attr-defined]
        monkeypatch.setattr(
            SignOn,
            "openid_config",
            property(lambda self: own(self) | {"jwks_uri": f"{other.issuer}/jwks"}),
        )
        assert portal.get(back).status_code in {401, 502}
    assert who(portal) is None


def test_a_refusal_there_is_said_here(portal: Client, provider: Provider) -> None:
    address = portal.get(ASK)["Location"]
    denied = httpx.post(address, data={"action": "deny"}).headers["Location"]
    answer = portal.get(denied)
    assert answer.status_code == 401
    assert "did not work" in answer.content.decode()


def test_a_provider_out_of_reach_is_said(portal: Client, settings: Any) -> None:
    settings.SINGLE_SIGN_ON = Provider(9).settings()
    answer = portal.get(ASK)
    assert answer.status_code == 502
    assert "did not work" in answer.content.decode()
    assert portal.get("/sign-on/callback/?code=x&state=y").status_code == 401


def test_a_shared_terminal_wants_the_password_anew(
    portal: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.person("nora", "plant-it")
    portal.cookies["shared_terminal"] = "1"
    asked = parse_qs(urlsplit(portal.get(ASK)["Location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    says_when(monkeypatch, ago=3600)
    assert sign_in(portal, provider, "nora").status_code == 401
    says_when(monkeypatch)
    assert sign_in(portal, provider, "nora").status_code == 302
    assert SignIn.objects.get().shared


def test_who_does_not_say_when_is_not_believed_there() -> None:
    asked = {"nonce": "n", "anew": True, "shared": True}
    assert not _answers(asked, {"nonce": "n"})
    assert _answers(asked, {"nonce": "n", "auth_time": time.time()})
    assert _answers(asked | {"anew": False}, {"nonce": "n"})
    assert not _answers({"anew": False}, {})


def test_a_locked_session_opens_through_the_provider(
    portal: Client, provider: Provider, clock: Clock
) -> None:
    provider.person("nora", "plant-it")
    portal.cookies["shared_terminal"] = "1"
    sign_in(portal, provider, "nora")
    assert portal.get("/account/").status_code == 200
    clock.pass_minutes(10)
    assert portal.get("/account/").status_code == 302
    page = portal.get("/account/unlock/?next=/account/").content.decode()
    assert "Sign in with Contoso" in page
    assert 'name="password"' not in page
    answer = sign_in(portal, provider, "nora")
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert portal.get("/account/").status_code == 200


def test_going_on_leads_nowhere_else(portal: Client, provider: Provider) -> None:
    provider.person("olga", "plant-operators")
    assert sign_in(portal, provider, "olga", "https://evil.test/")["Location"] == "/"


def test_without_a_provider_there_is_no_way_in(db: None) -> None:
    client = Client()
    assert client.get(ASK).status_code == 404
    assert client.get("/sign-on/callback/?code=x&state=y").status_code == 404
    assert "Sign in with" not in client.get("/login/").content.decode()


def test_local_accounts_can_be_switched_off(
    portal: Client, settings: Any, company: Company
) -> None:
    company.person("ana")
    settings.LOCAL_ACCOUNTS = False
    settings.AUTHENTICATION_BACKENDS = settings.AUTHENTICATION_BACKENDS[:-1]
    page = portal.get("/login/").content.decode()
    assert "Sign in with Contoso" in page
    assert 'name="password"' not in page
    right = {"username": "ana", "password": "secret-of-ana"}
    portal.post("/login/", right)
    assert who(portal) is None
    rest = portal.post("/api/v1/auth/tokens/", right, content_type="application/json")
    assert rest.status_code == 401


def test_no_page_of_allauth_can_be_reached() -> None:
    for name in ("account_login", "account_signup", "socialaccount_connections", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    found = [p for p in map(str, get_resolver().url_patterns) if "allauth" in p]
    assert found == []
