"""Operations on every line of the company, for the tests of workers."""

from orchestration.models import Operation, SolutionTemplateVersion
from orchestration.queries.line_choice import Chosen
from orchestration.services import catalog, operations
from rbac.models import User
from tests.integration.conftest import Company

TEMPLATE = """
schema:
  rules:
    configs:
      Speed: {type: int, defaultValue: 5}
configs:
  Speed: ${{$val(Speed)}}
"""


def solution_of(company: Company) -> SolutionTemplateVersion:
    """A solution that resolves on every line."""
    source = catalog.SolutionSource("press", "1.0.0", TEMPLATE, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def lines_of(company: Company) -> list[Chosen]:
    return [Chosen(name, target) for name, target in company.lines.items()]


def started(company: Company, press: SolutionTemplateVersion, by: User | None = None) -> Operation:
    """Publishing for every line, asked for and not begun."""
    return operations.publish(by or company.root_user, press, lines_of(company))


def outcomes(operation: Operation) -> list[str]:
    return list(operation.results.order_by("number").values_list("outcome", flat=True))
