"""The audit trail of the admin site: filtered, searched, and kept as a file."""

import csv
import io
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from orchestration.models import Event
from orchestration.services import places
from tests.integration.admin.conftest import page_of
from tests.integration.conftest import Company

PAGE = page_of(Event)


def saved(client: Client, **query: str) -> list[dict[str, str]]:
    answer = client.get(page_of(Event, "export"), query)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_the_list_shows(filled: Company, root: Client) -> None:
    every = saved(root)
    assert len(every) == Event.objects.count()
    numbers = [int(row["id"]) for row in every]
    assert numbers == sorted(numbers, reverse=True)
    tokens = saved(root, group="access", q="token.created")
    assert {row["kind"] for row in tokens} == {"token.created"}
    assert [row["place"] for row in tokens] == ["beta", "alpha"]
    assert (
        f"{PAGE[:-1]}/export/?group=access" in root.get(PAGE, {"group": "access"}).content.decode()
    )


def test_filters_say_who_and_since_when(filled: Company, root: Client) -> None:
    by_agents = saved(root, by="agents")
    assert by_agents
    assert {row["who"] for row in by_agents} <= {"agent-alpha", "agent-beta"}
    assert {row["who"] for row in saved(root, by="people")} == {"root"}
    old = Event.objects.filter(kind="token.created")
    old.update(at=timezone.now() - timedelta(days=2))
    kinds = {row["kind"] for row in saved(root, since="day")}
    assert kinds
    assert "token.created" not in kinds
    assert "token.created" in {row["kind"] for row in saved(root, since="week")}


def test_a_name_is_no_formula_in_the_file(company: Company, root: Client) -> None:
    places.create_site(company.root_user, company.factories["alpha"].parent, "=1+1")  # type: ignore[arg-type]
    newest = saved(root)[0]
    assert newest["object_name"] == "'=1+1"
    assert newest["what"] == "Place =1+1 created"


def test_the_file_says_nothing_of_other_factories(filled: Company, anna: Client) -> None:
    places.create_target(filled.root_user, filled.factories["beta"], "secret-line")
    text = anna.get(page_of(Event, "export")).getvalue().decode()
    assert "beta" not in text
    assert "secret-line" not in text
