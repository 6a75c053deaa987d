"""A solution with secrets, and agents that can read them."""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent import sealing, signing, wire
from orchestration.models import (
    Agent,
    ConfigurationRevision,
    Node,
    SolutionTemplateVersion,
    SolutionVersion,
)
from orchestration.services import catalog, configuration, desired
from orchestration.services.configuration import Edit
from orchestration.services.publishing import publish
from orchestration.states import InstanceState
from tests.integration.conftest import Company

CANARY = "canary-4711"
RULES = """
  rules:
    configs:
      Speed: {type: int}
      Pin: {type: string, secret: true, minLength: 4}
      Login: {type: object, secret: true}
      Login.Name: {type: string}
      Codes: {type: "array[int]", secret: true}
"""
CONFIGS = """
configs:
  Speed: ${{$val(Speed)}}
  Pin: ${{$val(Pin)}}
  Login: ${{$val(Login)}}
  Codes: ${{$val(Codes)}}
"""


def solution(
    company: Company, version: str = "1.0.0", text: str = f"schema:{RULES}{CONFIGS}"
) -> SolutionTemplateVersion:
    source = catalog.SolutionSource("pump", version, text, {"components": []})
    return catalog.create_solution_version(company.root_user, company.context, source)


def save(
    company: Company, version: SolutionTemplateVersion, node: Node, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Save over whatever is current, and give what is kept then."""
    rows = ConfigurationRevision.objects.filter(node=node, template=version.template_id)
    base = rows.count()
    configuration.save(company.root_user, version, [Edit(node, values, base)])
    newest = rows.order_by("number").last()
    return newest.values if newest else {}


def published(
    company: Company, version: SolutionTemplateVersion, line: str = "alpha-1"
) -> SolutionVersion:
    (one,) = publish(company.root_user, version, [company.lines[line]])
    assert one.revision, one.problems
    return one.revision


def wanted(revision: SolutionVersion) -> None:
    """Let a copy be told to run a revision."""
    copy = revision.instance
    copy.desired, copy.generation, copy.state = revision, 1, InstanceState.DEPLOYING
    copy.save()


def with_key(agent: Agent) -> X25519PrivateKey:
    key = signing.new_sealing_key()
    agent.seal_key = base64.b64encode(signing.public_bytes(key)).decode()
    agent.seq += 1
    agent.save()
    return key


def read(agent: Agent, key: X25519PrivateKey) -> dict[int, list[Any]]:
    """What an agent can read, by instance."""
    document = wire.DesiredDocument.from_json(wire.parse(desired.signed(agent).document))
    return {
        work.instance: [
            sealing.unseal(key, one, agent=agent.pk, instance=work.instance) for one in work.secrets
        ]
        for work in document.workloads
    }
