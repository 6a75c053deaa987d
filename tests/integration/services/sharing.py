"""A shared program at factory alpha, and lines that put a section into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestration.models import (
    Deployment,
    Rollout,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries.dependencies import NO_CHOICE, Choice
from orchestration.services import catalog, configuration, dispatch, places, publishing, rollouts
from rbac.models import User
from tests.integration.conftest import Company
from tests.integration.services.site import GOOD_WAY, REMOVAL, Site

COLLECTOR = """
schema:
  rules:
    configs:
      Port: {type: int, defaultValue: 9100}
      Senders: {type: "array[object]"}
configs:
  Port: ${{$val(Port)}}
  Senders: []
"""
SENDER = """
schema:
  rules:
    configs:
      Rate: {type: int, defaultValue: 5}
dependencies:
  - solutionTemplateId: /subscriptions/0/resourceGroups/g/solutionTemplates/collector
    configsToBeInjected:
      - from: Sender
        to: Senders
configs:
  Sender:
    Line: ${{$target(name)}}
    Rate: ${{$val(Rate)}}
  Own: ${{$val(Rate)}}
"""


@dataclass
class Sharing:
    """Published solutions and the way to deploy them, in the name of one person."""

    company: Company
    site: Site
    by: User
    collector: SolutionTemplateVersion = field(init=False)
    sender: SolutionTemplateVersion = field(init=False)
    hub: Target = field(init=False)

    def __post_init__(self) -> None:
        self.collector = self.solution("collector", COLLECTOR)
        self.sender = self.solution("sender", SENDER)
        self.hub = self.target("alpha-shared")

    def solution(self, name: str, text: str, version: str = "1.0.0") -> SolutionTemplateVersion:
        source = catalog.SolutionSource(name, version, text, {"components": []})
        root = self.company.root_user
        return catalog.create_solution_version(root, self.company.context, source)

    def target(self, name: str, factory: str = "alpha") -> Target:
        """A target that hangs on a factory, at the factory's level, served by its agent."""
        place = self.company.factories[factory]
        target = places.create_target(
            self.company.root_user, place, name, scope="shared", level=place.level
        )
        Target.objects.filter(pk=target.pk).update(agent=self.site.agent)
        target.refresh_from_db()
        return target

    def more_lines(self, count: int) -> list[str]:
        """Further lines of factory alpha."""
        factory, names = self.company.factories["alpha"], [f"more-{n}" for n in range(count)]
        for name in names:
            line = places.create_target(self.company.root_user, factory, name, scope="plant")
            Target.objects.filter(pk=line.pk).update(agent=self.site.agent)
            self.company.lines[name] = line
        return names

    def publish_hub(self, **values: object) -> SolutionVersion:
        return self.publish(self.collector, self.hub, values)

    def publish_line(
        self, line: str = "alpha-1", choice: Choice = NO_CHOICE, **values: object
    ) -> SolutionVersion:
        return self.publish(self.sender, self.company.lines[line], values, choice)

    def publish(
        self,
        version: SolutionTemplateVersion,
        target: Target,
        values: Mapping[str, object],
        choice: Choice = NO_CHOICE,
    ) -> SolutionVersion:
        """The revision of a target with these values; it must come out well."""
        if values:
            node = target.node
            base = node.configuration_revisions.filter(template=version.template_id).count()
            root = self.company.root_user
            configuration.save(root, version, [configuration.Edit(node, values, base)])
        (one,) = publishing.publish(self.company.root_user, version, [target], choice=choice)
        assert one.revision is not None, one.problems
        return one.revision

    def start(self, *revisions: SolutionVersion) -> Rollout:
        """Deploy in the person's name, and let the workers look."""
        fresh = SolutionVersion.objects.filter(pk__in=[one.pk for one in revisions])
        rollout = rollouts.deploy(self.by, list(fresh.order_by("pk")))
        dispatch.advance_due()
        return rollout

    def run(self, revision: SolutionVersion) -> SolutionInstance:
        """Have a revision deployed, with whatever it needs."""
        self.start(revision)
        self.work()
        instance = SolutionInstance.objects.get(pk=revision.instance_id)
        assert instance.current_id == revision.pk
        return instance

    def work(self) -> None:
        """Let the site do all it is told, until nothing is offered any more."""
        while offered := Deployment.objects.filter(state="Offered").order_by("pk").first():
            way = GOOD_WAY if offered.revision_id else REMOVAL
            self.site.say(offered.instance, *way)
            dispatch.advance_due()

    def remove(self, instance: SolutionInstance) -> Deployment:
        instance.refresh_from_db()
        rollout = rollouts.uninstall(self.by, [instance])
        dispatch.advance_due()
        return rollout.deployments.get()

    @property
    def hub_copy(self) -> SolutionInstance:
        return SolutionInstance.objects.get(target=self.hub)

    @property
    def senders(self) -> object:
        """What the shared program runs with."""
        current = self.hub_copy.current
        return current.configuration["Senders"] if current else None


def last(instance: SolutionInstance) -> Deployment:
    """The newest attempt at a copy."""
    return Deployment.objects.filter(instance=instance.pk).order_by("-pk")[:1].get()
