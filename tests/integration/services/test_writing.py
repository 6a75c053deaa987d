import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from orchestration.models import Event, SolutionInstance, SolutionVersion
from orchestration.services import events
from orchestration.services.writing import insert_rows
from tests.integration.conftest import Company


def drafts(company: Company, count: int) -> list[SolutionVersion]:
    version = company.solution()
    instance = SolutionInstance.objects.create(
        target=company.lines["alpha-1"], template=version.template, name="mixer"
    )
    return [
        SolutionVersion(
            instance=instance,
            template_version=version,
            number=number,
            content=f'tab\t, line\n, \\N and "é" {number}',
            digest=f"sha256:{number}",
            provenance={"keys": {"a\tb": (number, -1)}},
            published_by=company.root_user,
        )
        for number in range(1, count + 1)
    ]


def test_rows_come_back_as_they_went_in(company: Company) -> None:
    before = timezone.now()
    made = insert_rows(drafts(company, 3))
    found = list(SolutionVersion.objects.order_by("number"))
    assert found == made
    assert [row.content for row in found] == [row.content for row in made]
    assert found[2].provenance == {"keys": {"a\tb": [3, -1]}}
    assert found[0].published_by == company.root_user
    assert before <= found[0].published_at == made[0].published_at


def test_rows_written_later_one_by_one_get_ids_of_their_own(company: Company) -> None:
    *many, last = drafts(company, 4)
    insert_rows(many)
    last.save()
    assert last.pk not in {row.pk for row in many}
    assert SolutionVersion.objects.count() == 4


def test_rows_written_can_be_changed(company: Company) -> None:
    (row,) = insert_rows(drafts(company, 1))
    row.comment = "checked"
    row.save()
    assert SolutionVersion.objects.get().comment == "checked"


def test_what_is_unique_stays_so(company: Company) -> None:
    one, other = drafts(company, 2)
    other.number = one.number
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([one, other])
    assert not SolutionVersion.objects.exists()


def test_nothing_is_written_for_nothing(company: Company) -> None:
    assert insert_rows(event for event in list[Event]()) == []


def test_null_and_json_are_told_apart(company: Company) -> None:
    node = company.factories["alpha"]
    insert_rows([events.draft("site.created", node, None, None, note=None)])
    event = Event.objects.latest("pk")
    assert (event.node, event.user, event.params) == (None, None, {"note": None})
