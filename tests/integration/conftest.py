"""A small company for the tests that use a database: two factories with lines."""

import json
from dataclasses import dataclass, field

import pytest

from agent import signing
from orchestration.models import (
    Agent,
    Context,
    Node,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.services import contexts, places
from orchestration.services.contexts import catalog_of
from orchestration.services.tree import plant as plant_node
from orchestration.services.versions import sort_key
from orchestration.states import AgentState
from rbac import grants
from rbac.models import User

LEVELS = ["Region", "City", "Factory", "Line"]


@dataclass
class Company:
    """What the tests start from. ``lines`` and ``factories`` are by name."""

    root_user: User
    context: Context
    factories: dict[str, Node]
    lines: dict[str, Target]
    people: dict[str, User] = field(default_factory=dict)

    def person(self, name: str, role: str = "", at: Node | None = None) -> User:
        """A person, with a role at a node if one is named."""
        user = self.people.get(name)
        if user is None:
            user = self.people[name] = User.objects.create_user(name, password="secret-of-" + name)
        if role:
            grants.give(role, user, at or contexts.root_of(self.context))
        return user

    def solution(self, name: str = "mixer", version: str = "1.0.0") -> SolutionTemplateVersion:
        """A solution without rules, written past the engine."""
        template = SolutionTemplate.objects.filter(node__name=name).first()
        if template is None:
            node = plant_node(self.context, catalog_of(self.context), Node.Kind.SOLUTION, name)
            template = SolutionTemplate.objects.create(node=node)
        return SolutionTemplateVersion.objects.create(
            template=template,
            version=version,
            sort_key=sort_key(version),
            config_text="configs: {}",
        )

    def revision(
        self, line: str, version: SolutionTemplateVersion, **configuration: object
    ) -> SolutionVersion:
        """A published revision on a line, written past the engine."""
        instance, _ = SolutionInstance.objects.get_or_create(
            target=self.lines[line], template=version.template, name=version.template.node.name
        )
        content = signing.canonical({"components": [], "configuration": configuration})
        return SolutionVersion.objects.create(
            instance=instance,
            template_version=version,
            number=instance.revisions.count() + 1,
            content=content.decode(),
            digest=signing.digest(content),
        )

    def agent(self, factory: str, *, serves: bool = True) -> Agent:
        """An approved agent at a factory that serves its lines."""
        key = signing.public_bytes(signing.new_signing_key())
        agent = Agent.objects.create(
            node=self.factories[factory],
            name=f"agent-{factory}",
            state=AgentState.APPROVED,
            sign_key=json.dumps(key.hex())[:64],
            seal_key="",
            fingerprint=signing.fingerprint(key),
        )
        if serves:
            path = self.factories[factory].path
            Target.objects.filter(node__path__startswith=path).update(agent=agent)
        return agent


@pytest.fixture
def company(db: None) -> Company:
    root_user = User.objects.create_superuser("root", password="secret-of-root")
    context = contexts.create(root_user, "contoso", LEVELS, display_name="Contoso")
    contexts.add_capability(root_user, context, "soap")
    region = places.create_site(root_user, contexts.root_of(context), "west")
    factories, lines = {}, {}
    for city_name, factory_name in (("chicago", "alpha"), ("plano", "beta")):
        city = places.create_site(root_user, region, city_name)
        factory = places.create_site(root_user, city, factory_name, time_zone="America/Chicago")
        factories[factory_name] = factory
        for number in (1, 2, 3):
            name = f"{factory_name}-{number}"
            lines[name] = places.create_target(
                root_user, factory, name, scope="plant", capabilities=["soap"]
            )
    return Company(root_user, context, factories, lines)
