"""Values, copies, revisions and attempts on the lines, each with words of its own."""

from dataclasses import dataclass

from orchestration.models import Deployment, Node, SolutionInstance, SolutionVersion
from orchestration.queries.saved import current_values
from orchestration.services import configuration, deployments, publishing, rollouts
from orchestration.states import DeploymentState
from rbac import grants
from rbac.models import User
from tests.integration.matrix.running import Catalog
from tests.integration.matrix.things import ACCESS, DEPLOYMENTS, INSTALLED, VALUES, Reach, Rule
from tests.integration.pages.site import deployed

VALUES_AT = {
    "region-a": "solution",
    "factory-a": "solution",
    "line-a": "solution",
    "line-b": "solution",
    "line-c": "solution",
    "line-x": "solution-x",
}
COPIES = (
    ("line-a", "solution"),
    ("line-b", "solution"),
    ("line-c", "solution"),
    ("line-c", "hidden"),
    ("line-x", "solution-x"),
)


@dataclass
class Copies:
    """What runs on the ground."""

    catalog: Catalog

    def plant(self) -> None:
        self.ground, self.world = self.catalog.ground, self.catalog.ground.world
        for place, solution in VALUES_AT.items():
            self._values(place, solution)
        for line, solution in COPIES:
            self._copy(line, solution)
        self._beside("waiting")
        self._beside("failed")

    def _doer(self, stem: str, node: Node, *rules: Rule) -> User:
        """Somebody who does things at one place only, known to those who may read of them."""
        name = self.world.plant(f"doer{stem}", *rules, Rule(ACCESS, node.path))
        user = User.objects.create_user(name)
        given = grants.give("admin", user, node)
        self.world.list_as("assignment", given.pk, (node.path, Reach.AT))
        return user

    def _values(self, place: str, solution: str) -> None:
        world, node, stem = self.world, self.ground.nodes[place], place.replace("-", "")
        reads = [Rule(INSTALLED, node.path), Rule(INSTALLED, node.path, Reach.BELOW)]
        value, pin = world.plant(f"value{stem}", *reads), world.plant(f"pin{stem}")
        remark = world.plant(f"remark{stem}", Rule(VALUES, node.path))
        by = self._doer(stem, node, Rule(VALUES, node.path), Rule(DEPLOYMENTS, node.path))
        edit = configuration.Edit(node, {"Recipe": value, "Pin": pin}, 0)
        version = self.catalog.versions[solution]
        configuration.save(by, version, [edit], comment=remark)

    def _copy(self, line: str, solution: str) -> None:
        """A copy that runs its second revision, with a third one published."""
        world, at = self.world, self.ground.path(line)
        stem = f"{line}{'hidden' if solution == 'hidden' else ''}".replace("-", "")
        for number, letter in enumerate("abc", start=1):
            self._speed(line, solution, 10 + number)
            remark = world.plant(f"note{stem}{letter}", Rule(INSTALLED, at))
            revision = self._published(line, solution, comment=remark)
            world.add(f"revision:{line}:{solution}:{number}", revision.pk, at, kind="revision")
            if letter != "c":
                attempt = deployed(self.ground.by, revision)
                self._attempt(f"{line}:{solution}:{number}", attempt)
        copy = SolutionInstance.objects.get(pk=revision.instance_id)
        world.add(f"copy:{line}:{solution}", copy.pk, at, kind="instance")

    def _speed(self, line: str, solution: str, speed: int) -> None:
        version, node = self.catalog.versions[solution], self.ground.nodes[line]
        now = current_values(version.template, [node.pk]).get(node.pk)
        values, base = (now.values, now.number) if now else ({}, 0)
        edit = configuration.Edit(node, {**values, "Speed": speed}, base)
        configuration.save(self.ground.by, version, [edit])

    def _published(self, line: str, solution: str, **said: str) -> SolutionVersion:
        version, target = self.catalog.versions[solution], self.ground.targets[line]
        (one,) = publishing.publish(self.ground.by, version, [target], **said)  # type: ignore[arg-type]
        assert one.revision is not None, one.problems
        return one.revision

    def _attempt(self, name: str, deployment: Deployment) -> None:
        path = deployment.target.node.path
        self.world.add(f"deployment:{name}", deployment.pk, path, kind="deployment")
        self.world.add(f"rollout:{name}", deployment.rollout_id, path, kind="rollout")

    def _beside(self, name: str) -> None:
        """A copy beside the first on its line, with an attempt that waits, or has failed."""
        world, at = self.world, self.ground.path("line-a")
        title = world.plant(f"copy{name}", Rule(INSTALLED, at))
        revision = self._published("line-a", "solution", instance_name=title)
        remark = world.plant(f"rollout{name}", Rule(DEPLOYMENTS, at))
        started = rollouts.deploy(self.ground.by, [revision], comment=remark)
        attempt = started.deployments.get()
        if name == "failed":
            failure = {"phase": "verify", "message": world.plant("failure", Rule(DEPLOYMENTS, at))}
            deployments.finish(attempt, DeploymentState.FAILED, None, failure=failure)
        self._attempt(name, attempt)
        world.add(f"copy:{name}", revision.instance_id, at, kind="instance")
        world.add(f"revision:{name}", revision.pk, at, kind="revision")
