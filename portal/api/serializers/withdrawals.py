"""Withdrawing a version of a solution."""

from rest_framework import serializers

from orchestration.models import SolutionTemplateVersion
from orchestration.queries import solutions
from portal.api.fields import Body, Seen
from portal.api.serializers.labels import PersonField


class WithdrawalShape(serializers.Serializer[SolutionTemplateVersion]):
    """Why a version must not be used any more, and what to use instead."""

    at = serializers.DateTimeField(source="withdrawn_at")
    by = PersonField(source="withdrawn_by")
    reason = serializers.CharField(source="withdrawn_because")
    replacement = serializers.IntegerField(source="replacement_id", allow_null=True)


class Withdrawal(Body):
    """Why to withdraw a version; ``replacement`` is the id of the version to use instead."""

    reason = serializers.CharField(max_length=300)
    replacement = Seen(solutions.template_versions, required=False, allow_null=True)
