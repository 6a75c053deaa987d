"""The first time that somebody comes from the company's own sign-in."""

from contextlib import ExitStack

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from orchestration.models import Event
from orchestration.services.errors import Refused
from orchestration.services.single_sign_on import Identity, welcome
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.moments import meanwhile


def identity(username: str, subject: str = "s-1") -> Identity:
    """Somebody in one group of which the provider decides."""
    it = frozenset({"IT"})
    return Identity("https://id.example", subject, username, "Olga Test", "", it, it)


@pytest.mark.django_db(transaction=True)
def test_two_windows_of_somebody_new_make_one_account() -> None:
    answers: list[User] = []
    with ExitStack() as later, transaction.atomic():
        answers.append(welcome(identity("olga")))
        # Begun before the first one is over; waited for only after it.
        later.enter_context(meanwhile(lambda: answers.append(welcome(identity("olga")))))
    assert answers == [User.objects.get(username="olga")] * 2
    assert SocialAccount.objects.count() == 1
    assert Event.objects.filter(kind="person.created").count() == 1


@pytest.mark.parametrize(
    "lookalike", ["\uff52\uff4f\uff4f\uff54", "ROOT", " root "], ids=["wide", "large", "spaced"]
)
def test_nobody_is_called_nearly_as_somebody_else(company: Company, lookalike: str) -> None:
    with pytest.raises(Refused, match="sign-on-name-taken"):
        welcome(identity(lookalike))
    assert not SocialAccount.objects.exists()
