"""What stands beside rollouts and revisions names no line that the reader may not see."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestration.models import Rollout
from portal.api.serializers.rollouts import RolloutShape
from tests.integration.conftest import Company


def test_a_list_reads_what_it_names_once(company: Company) -> None:
    version = company.solution()
    copies = [company.revision(line, version).instance_id for line in ("alpha-1", "alpha-2")]
    near = company.person("olga", "deployment-viewer", company.lines["alpha-2"].node)
    for made_for in (copies, copies[:1], copies, []):
        Rollout.objects.create(context=company.context, kind="deploy", made_for=made_for)
    rows = list(Rollout.objects.order_by("pk").select_related("started_by"))
    with CaptureQueriesContext(connection) as queries:
        told = RolloutShape(rows, many=True, context={"by": near}).data
    assert [one["comment"] for one in told] == [
        "For alpha-2 and 1 more",
        "For 1 line",
        "For alpha-2 and 1 more",
        "",
    ]
    assert len(queries) <= 2
