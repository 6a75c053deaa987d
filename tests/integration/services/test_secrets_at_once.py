"""A named secret set anew while somebody publishes what refers to it."""

from contextlib import ExitStack
from functools import partial

import pytest
from django.db import transaction

from orchestration.models import SolutionInstance
from orchestration.services import secrets
from tests.integration.conftest import Company
from tests.integration.services.moments import meanwhile
from tests.integration.services.secretive import published, solution


@pytest.fixture
def db(transactional_db: None) -> None:
    """Really committed: threads must see each other's rows."""


def test_a_first_publish_does_not_miss_a_secret_set_meanwhile(company: Company) -> None:
    by, line = company.root_user, company.lines["alpha-1"].node
    first = secrets.set_named(by, line, "sql", "one")
    version = solution(company, text="configs:\n  Word: ${{$secret(sql)}}\n")
    with ExitStack() as afterwards, transaction.atomic():
        revision = published(company, version)
        afterwards.enter_context(meanwhile(partial(secrets.set_named, by, line, "sql", "two")))
    word = revision.configuration["Word"]["$secret"]
    copy = SolutionInstance.objects.get(pk=revision.instance_id)
    assert (word["version"], copy.configuration_pending) == (first.reference, True)
