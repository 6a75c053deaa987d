"""Addresses below /deploy/."""

from django.urls import path

from portal.pages.deploy import attempts, rollouts
from portal.pages.deploy.lines import confirm, lines, uninstall
from portal.pages.deploy.roll_back import roll_back

urlpatterns = [
    path("", lines, name="deploy-targets"),
    path("confirm/", confirm, name="deploy-confirm"),
    path("uninstall/", uninstall, name="deploy-uninstall"),
    path("instances/<int:pk>/roll-back/", roll_back, name="deploy-roll-back"),
    path("deployments/<int:pk>/cancel/", attempts.cancel, name="deploy-cancel"),
    path("deployments/<int:pk>/retry/", attempts.retry, name="deploy-retry"),
    path("rollouts/", rollouts.rollouts, name="deploy-rollouts"),
    path("rollouts/<int:pk>/", rollouts.rollout, name="deploy-rollout"),
    path("rollouts/<int:pk>/retry/", rollouts.retry, name="deploy-rollout-retry"),
    path("rollouts/<int:pk>/roll-back/", rollouts.roll_back, name="deploy-rollout-roll-back"),
    path("rollouts/<int:pk>/cancel/", rollouts.cancel, name="deploy-rollout-cancel"),
]
