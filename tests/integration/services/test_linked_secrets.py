"""Secret values of config templates: shown to nobody, and known to the agents that need them."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.test import Client
from django.urls import reverse

from agent import sealing, signing
from orchestration.models import Agent, SolutionInstance, SolutionVersion
from orchestration.services import (
    catalog,
    config_templates,
    configuration,
    publishing,
    sealed_secrets,
)
from orchestration.services.config_templates import ConfigSource
from orchestration.services.configuration import Edit
from tests.integration.conftest import Company
from tests.integration.pages import site

CANARY = "canary-7391"
DEFAULT = "default-canary-55"
COMMON = f"""
schema:
  rules:
    configs:
      Pin: {{type: string, secret: true}}
      Key: {{type: string, secret: true, defaultValue: {DEFAULT}}}
configs: {{Pin: "${{{{$val(Pin)}}}}", Key: "${{{{$val(Key)}}}}"}}
"""
APP = """
configs:
  Merged: ${{$val(Pin)}}
  Read: ${{$config(common/1.0.0, Pin)}}
  Key: ${{$val(Key)}}
"""


def published(company: Company) -> SolutionVersion:
    """A revision of alpha-1 that reads secrets of a linked template in three ways."""
    root, alpha = company.root_user, company.factories["alpha"]
    common = config_templates.create_version(
        root, company.context, ConfigSource("common", "1.0.0", COMMON)
    )
    config_templates.link(root, alpha, common)
    configuration.save(root, common, [Edit(alpha, {"Pin": CANARY}, 0)])
    app = catalog.create_solution_version(
        root, company.context, catalog.SolutionSource("app", "1.0.0", APP)
    )
    (made,) = publishing.publish(root, app, [company.lines["alpha-1"]])
    assert made.revision is not None
    return SolutionVersion.objects.get(pk=made.revision.pk)


def test_revisions_hold_references_only(company: Company) -> None:
    revision = published(company)
    kept = revision.content + json.dumps(revision.provenance)
    assert CANARY not in kept
    assert DEFAULT not in kept
    assert all("$secret" in value for value in revision.configuration.values())


def test_no_page_shows_them(company: Company, client: Client) -> None:
    revision = published(company)
    site.signed_in(client, company.root_user)
    line = company.lines["alpha-1"].node
    app = revision.instance.template_id
    for address in (
        reverse("configure-values", args=[line.pk, app]),
        reverse("configure-revision", args=[revision.pk]),
        reverse("configure-download", args=[revision.pk]),
        reverse("configure-values", args=[line.pk, line.parent.links.get().template_id]),  # type: ignore[union-attr]
        f"/api/v1/revisions/{revision.pk}/",
        f"/api/v1/configurations/{line.pk}/{app}/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert CANARY not in text, address
        assert DEFAULT not in text, address


def test_the_agent_of_the_line_gets_them_sealed(company: Company) -> None:
    revision = published(company)
    private = X25519PrivateKey.generate()
    agent = company.agent("alpha")
    Agent.objects.filter(pk=agent.pk).update(
        seal_key=base64.b64encode(signing.public_bytes(private)).decode()
    )
    instance = revision.instance
    SolutionInstance.objects.filter(pk=instance.pk).update(desired=revision)
    instance.refresh_from_db()
    sealed = sealed_secrets.sealed_for(agent.pk, [instance]).secrets[instance.pk]
    opened = {sealing.unseal(private, one, agent=agent.pk, instance=instance.pk) for one in sealed}
    assert opened == {CANARY, DEFAULT}
