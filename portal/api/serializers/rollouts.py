"""Rollouts, the deployments they are made of, and their steps."""

from typing import Any

from rest_framework import serializers

from orchestration import states
from orchestration.models import Deployment, Rollout
from orchestration.queries import deployments, revisions, solutions
from orchestration.queries.deployments import StepView
from portal.api.fields import Body, SeenList, comment_field
from portal.api.serializers.labels import InstanceLabel, PersonField, RemarkField, WordLabel
from portal.api.serializers.revisions import RevisionLabel
from portal.api.shapes import Shape
from portal.web import words


class DeploymentShape(Shape[Deployment]):
    """An attempt as a list shows it; ``revision`` is null to uninstall."""

    rollout = serializers.IntegerField(source="rollout_id")
    instance = InstanceLabel()
    revision = RevisionLabel(allow_null=True)
    from_revision = RevisionLabel(allow_null=True)
    started_by = PersonField(source="rollout.started_by")
    word = serializers.SerializerMethodField()

    class Meta:
        model = Deployment
        fields = (
            "id", "rollout", "instance", "revision", "from_revision", "generation", "state",
            "word", "active", "hold", "failure", "started_by", "created_at", "deadline_at",
            "finished_at",
        )  # fmt: skip

    def get_word(self, deployment: Deployment) -> dict[str, Any]:
        """What a person reads for the state."""
        return dict(WordLabel(states.DEPLOYMENT[deployment.state].word).data)


class StepShape(serializers.Serializer[StepView]):
    """One step, also of those still to come."""

    key = serializers.CharField()
    name = serializers.SerializerMethodField()
    component = serializers.CharField()
    status = serializers.CharField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    detail = serializers.CharField()

    def get_name(self, step: StepView) -> str:
        """What a person reads for the step."""
        return words.step_name(step.key, step.component)


class DeploymentDetail(DeploymentShape):
    """An attempt with its steps."""

    steps = serializers.SerializerMethodField()

    class Meta(DeploymentShape.Meta):
        fields = (*DeploymentShape.Meta.fields, "steps")

    def get_steps(self, deployment: Deployment) -> list[dict[str, Any]]:
        """What happened and what is still to come."""
        return [dict(StepShape(step).data) for step in deployments.steps(deployment)]


class RolloutShape(Shape[Rollout]):
    """A rollout as a list shows it."""

    context = serializers.IntegerField(source="context_id")
    started_by = PersonField()
    word = serializers.SerializerMethodField()
    comment = RemarkField()

    class Meta:
        model = Rollout
        fields = (
            "id", "context", "kind", "policy", "state", "word", "comment", "started_by",
            "created_at", "finished_at",
        )  # fmt: skip

    def get_word(self, rollout: Rollout) -> dict[str, Any]:
        """What a person reads for the state."""
        return dict(WordLabel(states.ROLLOUT[rollout.state].word).data)


class RolloutDetail(RolloutShape):
    """A rollout with its deployments and their counts, as far as the reader may see them."""

    progress = serializers.SerializerMethodField()
    deployments = serializers.SerializerMethodField()

    class Meta(RolloutShape.Meta):
        fields = (*RolloutShape.Meta.fields, "progress", "deployments")

    def get_progress(self, rollout: Rollout) -> dict[str, int]:
        """How many attempts are done, failed, cancelled and still going on."""
        seen = deployments.deployments(self.by)
        return deployments.progress(seen.filter(rollout=rollout))

    def get_deployments(self, rollout: Rollout) -> list[dict[str, Any]]:
        """One attempt a line."""
        rows = deployments.deployments(self.by).filter(rollout=rollout)
        return [dict(row) for row in DeploymentShape(rows, many=True).data]


class DeployBody(Body):
    """Revisions to bring their own lines to."""

    revisions = SeenList(revisions.revisions)
    comment = comment_field()


class RetryBody(Body):
    """Failed attempts to try again."""

    deployments = SeenList(deployments.deployments)
    comment = comment_field()


class UninstallBody(Body):
    """Installed copies to remove."""

    instances = SeenList(solutions.instances)
    comment = comment_field()


class Remark(Body):
    """Nothing but a comment."""

    comment = comment_field()
