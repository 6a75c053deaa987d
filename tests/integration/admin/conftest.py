"""People with their browsers, and a company that has one of everything."""

from collections.abc import Callable

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from orchestration.models import Agent, Node, Schema, SchemaVersion
from orchestration.services import agents, deployments, groups, roles, rollouts, secrets
from orchestration.states import DeploymentState
from tests.integration.conftest import Company

BACKEND = "django.contrib.auth.backends.ModelBackend"
SignIn = Callable[..., Client]


def page_of(model: type[Model], page: str = "changelist", *args: object) -> str:
    """The address of a page of a noun."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def sign_in(company: Company) -> SignIn:
    """A browser in which a person is signed in; with a role at a place, if one is named."""

    def browser(name: str, role: str = "", at: Node | None = None) -> Client:
        client = Client()
        client.force_login(company.person(name, role, at), backend=BACKEND)
        return client

    return browser


@pytest.fixture
def root(company: Company) -> Client:
    client = Client()
    client.force_login(company.root_user, backend=BACKEND)
    return client


@pytest.fixture
def anna(company: Company, sign_in: SignIn) -> Client:
    """The onboarding admin of factory alpha."""
    return sign_in("anna", "onboarding-admin", company.factories["alpha"])


@pytest.fixture
def filled(company: Company) -> Company:
    """One of each noun; at both factories where a noun has a place."""
    schema = Schema.objects.create(context=company.context, name="Rules")
    SchemaVersion.objects.create(schema=schema, version="1.0.0", text="rules: {}")
    version = company.solution()
    for factory, place in company.factories.items():
        serving = company.agent(factory)
        knocking(company, factory)
        agents.create_token(company.root_user, place)
        secrets.set_named(company.root_user, place, f"sql-of-{factory}", "never-shown")
        revision = company.revision(f"{factory}-1", version, Speed=1)
        attempt = rollouts.deploy(company.root_user, [revision]).deployments.get()
        failure = {"phase": "verify", "message": f"{factory} said no", "log_tail": "boom"}
        deployments.finish(attempt, DeploymentState.FAILED, serving, failure=failure)
    group = groups.create(company.root_user, "Night shift", [company.person("nora")])
    roles.give(company.root_user, "deployment-viewer", group, company.factories["beta"])
    return company


def knocking(company: Company, factory: str) -> Agent:
    """An agent in the lobby of a factory."""
    return Agent.objects.create(
        node=company.factories[factory],
        name=f"knocking-{factory}",
        sign_key=f"key-of-{factory}",
        fingerprint=f"one-two-{factory}",
        facts={"hostname": f"host-{factory}", "drivers": ["process"]},
    )
