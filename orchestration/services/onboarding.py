"""Setting up many places at once, from what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.text import slugify

from orchestration.models import Node, Target
from orchestration.services import agents, places
from orchestration.services.errors import Invalid
from rbac.models import User

MOST_LINES = 200


@dataclass(frozen=True)
class FactoryPlan:
    """A factory and its lines.

    In ``line_name`` and ``line_display_name``, ``{factory}`` stands for the name of the factory
    (its display name in the latter) and ``{n}`` for the number of the line, counted from 1.
    ``titles``, where given, are what people call the lines, each; count and patterns do not matter
    then.
    """

    name: str
    lines: int
    display_name: str = ""
    time_zone: str = ""
    line_name: str = "{factory}-line-{n}"
    line_display_name: str = "Line {n}"
    scope: str = "default"
    capabilities: Sequence[str] = ()
    titles: Sequence[str] = ()


@dataclass(frozen=True)
class Enrolment:
    """How many agents may enrol at a new factory, and whether they are approved at once."""

    agents: int = 1
    valid_for: timedelta = timedelta(hours=72)
    auto_approve: bool = False


@dataclass(frozen=True)
class Factory:
    """What was made; without a token where none was asked for."""

    site: Node
    lines: list[Target]
    token: agents.NewToken | None = None


@transaction.atomic
def set_up_factory(
    by: User, parent: Node, plan: FactoryPlan, enrolment: Enrolment | None
) -> Factory:
    """Add a site with its lines, and a token its agents enrol with: all of it, or nothing.

    Raises:
        Invalid: as `add_factory`.
    """
    site, lines = add_factory(by, parent, plan)
    if enrolment is None:
        return Factory(site, lines)
    token = agents.create_token(
        by,
        site,
        uses=enrolment.agents,
        valid_for=enrolment.valid_for,
        auto_approve=enrolment.auto_approve,
    )
    return Factory(site, lines, token)


@transaction.atomic
def add_factory(by: User, parent: Node, plan: FactoryPlan) -> tuple[Node, list[Target]]:
    """Add a site with its lines: all of it, or nothing.

    Raises:
        Invalid: ``lines-out-of-range``, ``pattern-without-number``, and what
            `places.create_site` and `places.create_target` raise.
    """
    count = len(plan.titles) or plan.lines
    if not 1 <= count <= MOST_LINES:
        raise Invalid("lines-out-of-range", most=MOST_LINES)
    if not plan.titles and count > 1 and "{n}" not in plan.line_name:
        raise Invalid("pattern-without-number", pattern=plan.line_name)
    factory = places.create_site(
        by, parent, plan.name, display_name=plan.display_name, time_zone=plan.time_zone
    )
    lines = [
        places.create_target(
            by,
            factory,
            name,
            display_name=title,
            scope=plan.scope,
            capabilities=plan.capabilities,
        )
        for name, title in _names(plan, factory)
    ]
    return factory, lines


def _names(plan: FactoryPlan, factory: Node) -> list[tuple[str, str]]:
    """What programs and what people call each line."""
    if plan.titles:
        slugs = [slugify(title, allow_unicode=True) for title in plan.titles]
        return list(zip((f"{factory.name}-{slug}" for slug in slugs), plan.titles, strict=True))
    return [
        (
            _filled(plan.line_name, factory.name, number),
            _filled(plan.line_display_name, factory.title, number),
        )
        for number in range(1, plan.lines + 1)
    ]


def _filled(pattern: str, factory: str, number: int) -> str:
    # Not str.format: a pattern is typed by people, and braces of other kinds are just text.
    return pattern.replace("{factory}", factory).replace("{n}", str(number))
