"""Who uses a version: solutions a schema, lines a solution; as far as one person sees them."""

from dataclasses import dataclass

from django.db.models import Count

from orchestration.models import Schema, SolutionTemplate, SolutionVersion
from orchestration.queries import config_templates, solutions
from rbac.models import User


@dataclass
class Spread:
    """On how many lines revisions of a version are published, and on how many one runs."""

    published: int = 0
    running: int = 0


def lines_of(by: User, template: SolutionTemplate) -> dict[int, Spread]:
    """The lines that have each version of a solution, by the version's id."""
    copies = solutions.instances(by).filter(template=template).order_by()
    found: dict[int, Spread] = {}
    revisions = SolutionVersion.objects.filter(instance__in=copies.values("pk")).order_by()
    lines = Count("instance__target", distinct=True)
    for version, count in revisions.values_list("template_version").annotate(lines):
        found.setdefault(version, Spread()).published = count
    running = copies.exclude(current=None).values_list("current__template_version")
    for version, count in running.annotate(Count("target", distinct=True)):
        found.setdefault(version, Spread()).running = count
    return found


def users_of(by: User, schema: Schema) -> dict[int, list[str]]:
    """The versions of solutions and config templates that are held to a schema, by its version."""
    found: dict[int, list[str]] = {}
    for rows in (solutions.template_versions(by), config_templates.template_versions(by)):
        for row in rows.filter(schema__schema=schema):
            found.setdefault(row.schema_id or 0, []).append(str(row))
    return found
