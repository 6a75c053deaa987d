"""Solutions, config templates and agents, each with words of its own."""

from dataclasses import dataclass, field

from orchestration.models import (
    Agent,
    ConfigTemplateVersion,
    NamedSecret,
    SolutionTemplateVersion,
)
from orchestration.services import agents, catalog, config_templates, secrets
from orchestration.states import AgentState
from tests.integration.matrix.oracle import PERMS
from tests.integration.matrix.places import Ground
from tests.integration.matrix.things import (
    DEPLOYMENTS,
    INSTALLED,
    PLACE,
    SOLUTIONS,
    VALUES,
    Reach,
    Rule,
)

RULES = """
rules:
  configs:
    Recipe: {type: string, editableBy: [OT]}
    Speed: {type: int, defaultValue: 3}
    Pin: {type: string, secret: true, editableBy: [OT]}
"""
CONFIG = "configs:\n  Recipe: ${{$val(Recipe)}}\n  Speed: ${{$val(Speed)}}\n"
FACTORIES = {
    "factory-a": ("line-a", "line-b"),
    "factory-b": ("line-c",),
    "factory-x": ("line-x",),
}


@dataclass
class Catalog:
    """What can run, and who looks after it, by name."""

    ground: Ground
    versions: dict[str, SolutionTemplateVersion] = field(default_factory=dict)
    shared: dict[str, ConfigTemplateVersion] = field(default_factory=dict)

    def plant(self) -> None:
        """Make one of each noun wherever the matrix asks about one."""
        self._solution("solution", "root", "context", lines=("line-a", "line-b", "line-c"))
        self._solution("hidden", "root", "context", lines=("line-c",))
        self._solution("solution-x", "root-x", "context-x", lines=("line-x",))
        self._shared("config", "root", "context", "factory-a")
        self._shared("config-b", "root", "context", "factory-b")
        self._shared("config-x", "root-x", "context-x", "factory-x")
        for factory, lines in FACTORIES.items():
            self._agent(factory, lines)
            self._knocking(factory)
            self._token(factory)
            self._secret(factory)

    def _solution(self, name: str, root: str, context: str, lines: tuple[str, ...]) -> None:
        ground, world, by = self.ground, self.ground.world, self.ground.by
        stem = name.replace("-", "")
        seen = [Rule(INSTALLED, ground.path(line)) for line in lines]
        own, place = ground.contexts[context], ground.path(f"catalog-{root}")
        rules = world.plant(f"rules{stem}", *seen)
        title = world.plant(stem, *seen)
        schema, _ = catalog.create_schema_version(by, own, text=RULES, name=rules, version="1.0.0")
        remark = world.plant(f"description{stem}", *seen)
        source = catalog.SolutionSource(
            name=title, version="1.0.0", config_text=CONFIG, schema=f"{rules}/1.0.0",
            specification={"components": [{"name": "p", "type": "mock", "properties": {}}]},
            description=remark,
        )  # fmt: skip
        version = catalog.create_solution_version(by, own, source)
        self.versions[name] = version
        node = version.template.node
        for text in (title, remark, rules):
            world.words[text].append(Rule(SOLUTIONS | DEPLOYMENTS, node.path))
        world.words[title].append(Rule(PERMS, node.path, Reach.BELOW))
        world.words[rules].append(Rule(SOLUTIONS | DEPLOYMENTS, place))
        world.add(name, node.pk, node.path, kind="solution")
        ground.nodes[name] = node
        world.add(f"version:{name}", version.pk, node.path, kind="solution-version")
        world.add(f"schema:{name}", schema.schema_id, place, kind="schema")
        world.add(f"schema-version:{name}", schema.pk, place, kind="schema-version")

    def _shared(self, name: str, root: str, context: str, linked: str) -> None:
        ground, world, by = self.ground, self.ground.world, self.ground.by
        at = ground.nodes[linked]
        reads = [Rule(VALUES, at.path), Rule(VALUES, at.path, Reach.BELOW)]
        title = world.plant(name.replace("-", ""), *reads)
        source = config_templates.ConfigSource(
            name=title, version="1.0.0", config_text="configs:\n  Host: ${{$val(Host)}}\n"
        )
        version = config_templates.create_version(by, ground.contexts[context], source)
        node = version.template.node
        world.words[title].append(Rule(SOLUTIONS | DEPLOYMENTS, node.path))
        self.shared[name] = version
        world.add(name, node.pk, node.path, kind="config-template")
        world.add(f"version:{name}", version.pk, node.path, kind="config-template-version")
        link = config_templates.link(by, at, version)
        world.add(f"link:{name}", link.pk, at.path, kind="link")

    def _agent(self, factory: str, lines: tuple[str, ...]) -> None:
        ground, world = self.ground, self.ground.world
        place = ground.nodes[factory]
        rules = [Rule(PLACE, place.path), *(Rule(PLACE, ground.path(line)) for line in lines)]
        agent = Agent.objects.create(
            node=place,
            name=world.plant(f"agent{factory.replace('-', '')}", *rules),
            state=AgentState.APPROVED,
            sign_key=f"key-of-{factory}",
            seal_key="",
            fingerprint=f"words of {factory}",
        )
        for line in lines:
            target = ground.targets[line]
            target.agent = agent
            target.save()
        ground.agents[factory] = agent
        world.add(f"agent:{factory}", agent.pk, place.path, kind="agent")

    def _knocking(self, factory: str) -> None:
        world, place = self.ground.world, self.ground.nodes[factory]
        perms = frozenset({"view_deployments", "manage_agents"})
        word = world.plant(f"knocking{factory.replace('-', '')}", Rule(perms, place.path))
        agent = Agent.objects.create(
            node=place, name=word, sign_key=f"knock-of-{factory}", fingerprint=f"knock {factory}"
        )
        world.add(f"knocking:{factory}", agent.pk, place.path, kind="agent")

    def _token(self, factory: str) -> None:
        place = self.ground.nodes[factory]
        token = agents.create_token(self.ground.by, place).token
        self.ground.world.add(f"token:{factory}", token.pk, place.path, kind="token")

    def _secret(self, factory: str) -> None:
        world, place = self.ground.world, self.ground.nodes[factory]
        stem = factory.replace("-", "")
        name = world.plant(f"secret{stem}", Rule(VALUES | DEPLOYMENTS, place.path))
        secrets.set_named(self.ground.by, place, name, world.plant(f"unspeakable{stem}"))
        row = NamedSecret.objects.get(node=place)
        world.add(f"secret-name:{factory}", name, place.path)
        world.add(f"secret:{factory}", row.pk, place.path, kind="secret")
