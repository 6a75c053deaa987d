"""Rollouts, the deployments they are made of, and their steps."""

from django.db import models
from django.utils import timezone

from orchestration.models.context import Context
from orchestration.models.instance import SolutionInstance, SolutionVersion
from orchestration.models.target import Target
from orchestration.states import (
    ACTIVE_DEPLOYMENT,
    DeploymentState,
    InstanceState,
    RolloutState,
    StepStatus,
)
from rbac.models import User


class Rollout(models.Model):
    """A bulk operation over targets, under a policy frozen when it started.

    ``made_for`` holds the ids of the copies that a shared one is brought along for, empty where a
    person asked.
    """

    class Kind(models.TextChoices):
        """What the person asked for."""

        DEPLOY = "deploy"
        ROLL_BACK = "roll_back"
        RETRY = "retry"
        UNINSTALL = "uninstall"

    context = models.ForeignKey(Context, models.CASCADE, related_name="rollouts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    policy = models.JSONField(default=dict)
    state = models.CharField(
        max_length=24,
        choices=[(s.value, s.value) for s in RolloutState],
        default=RolloutState.RUNNING,
    )
    comment = models.CharField(max_length=300, blank=True)
    made_for = models.JSONField(default=list)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Deployment(models.Model):
    """One attempt to bring one instance to a revision, or to remove it.

    ``revision`` is what to run and null to uninstall. ``next_action_at`` is
    when a worker must look at the row again, so that no message is needed for
    it to move on. ``hold`` says why a waiting row waits. ``instance_was`` is the
    state the instance was in before, and is in again after a cancel.
    """

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="deployments")
    instance = models.ForeignKey(SolutionInstance, models.CASCADE, related_name="deployments")
    target = models.ForeignKey(Target, models.CASCADE, related_name="deployments")
    revision = models.ForeignKey(
        SolutionVersion, models.PROTECT, null=True, related_name="deployments"
    )
    from_revision = models.ForeignKey(SolutionVersion, models.PROTECT, null=True, related_name="+")
    instance_was = models.CharField(
        max_length=16,
        choices=[(s.value, s.value) for s in InstanceState],
        default=InstanceState.NOT_DEPLOYED,
    )
    generation = models.PositiveBigIntegerField(default=0)
    state = models.CharField(
        max_length=16,
        choices=[(s.value, s.value) for s in DeploymentState],
        default=DeploymentState.PENDING,
    )
    hold = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    next_action_at = models.DateTimeField(null=True, default=timezone.now)
    deadline_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            # Eight people may press Deploy at once; one row wins.
            models.UniqueConstraint(
                fields=["instance"],
                condition=models.Q(state__in=ACTIVE_DEPLOYMENT),
                name="one_active_deployment",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_action_at"],
                condition=models.Q(next_action_at__isnull=False),
                name="deployment_due",
            ),
        )

    def __str__(self) -> str:
        return f"Deployment {self.pk}"

    @property
    def active(self) -> bool:
        """Whether the attempt is still going on."""
        return self.state in ACTIVE_DEPLOYMENT


class Step(models.Model):
    """One step of a deployment. ``component`` is empty for the whole copy."""

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=20)
    component = models.CharField(max_length=120, blank=True)
    status = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in StepStatus],
        default=StepStatus.WAITING,
    )
    detail = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("deployment", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["deployment", "key", "component"], name="deployment_step"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.component}".strip()
