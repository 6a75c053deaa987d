"""Setting up many places at once, from what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from orchestration.models import Node, Target
from orchestration.services import places
from orchestration.services.errors import Invalid
from rbac.models import User

MOST_LINES = 200


@dataclass(frozen=True)
class FactoryPlan:
    """A factory and its lines.

    In ``line_name`` and ``line_display_name``, ``{factory}`` stands for the name of the factory
    (its display name in the latter) and ``{n}`` for the number of the line, counted from 1.
    """

    name: str
    lines: int
    display_name: str = ""
    time_zone: str = ""
    line_name: str = "{factory}-line-{n}"
    line_display_name: str = "Line {n}"
    scope: str = "default"
    capabilities: Sequence[str] = ()


@transaction.atomic
def add_factory(by: User, parent: Node, plan: FactoryPlan) -> tuple[Node, list[Target]]:
    """Add a site with its lines: all of it, or nothing.

    Raises:
        Invalid: ``lines-out-of-range``, ``pattern-without-number``, and what
            `places.create_site` and `places.create_target` raise.
    """
    if not 1 <= plan.lines <= MOST_LINES:
        raise Invalid("lines-out-of-range", most=MOST_LINES)
    if plan.lines > 1 and "{n}" not in plan.line_name:
        raise Invalid("pattern-without-number", pattern=plan.line_name)
    factory = places.create_site(
        by, parent, plan.name, display_name=plan.display_name, time_zone=plan.time_zone
    )
    lines = [
        places.create_target(
            by,
            factory,
            _filled(plan.line_name, factory.name, number),
            display_name=_filled(plan.line_display_name, factory.title, number),
            scope=plan.scope,
            capabilities=plan.capabilities,
        )
        for number in range(1, plan.lines + 1)
    ]
    return factory, lines


def _filled(pattern: str, factory: str, number: int) -> str:
    # Not str.format: a pattern is typed by people, and braces of other kinds are just text.
    return pattern.replace("{factory}", factory).replace("{n}", str(number))
