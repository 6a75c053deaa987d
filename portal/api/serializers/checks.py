"""Checking a template before it becomes a version."""

from typing import Any

from rest_framework import serializers

from orchestration.queries import authoring
from orchestration.resolution import Finding
from portal.api.fields import Body, Seen
from portal.api.serializers.schemas import text_field


class TemplateToCheck(Body):
    """Texts of a solution, in YAML or JSON; nothing of them is kept.

    ``context`` is where names in them are looked up. It may be left out by who writes solutions in
    one context only.
    """

    context = Seen(authoring.contexts, required=False)
    template = text_field(allow_blank=True)
    schema = text_field(required=False, allow_blank=True)
    specification = text_field(required=False, allow_blank=True)


class FindingShape(serializers.Serializer[Finding]):
    """One remark. ``line`` and ``column`` count from 1 and are null where they are not known."""

    severity = serializers.ChoiceField(choices=("error", "warning"))
    code = serializers.CharField(help_text="For programs; what kind of remark it is.")
    message = serializers.CharField(source="problem.message")
    hint = serializers.CharField(source="problem.hint")
    file = serializers.CharField(source="problem.source")
    key = serializers.CharField(source="problem.at")
    line = serializers.SerializerMethodField()
    column = serializers.SerializerMethodField()

    def get_line(self, finding: Finding) -> int | None:
        """Where it is."""
        return finding.problem.line or None

    def get_column(self, finding: Finding) -> int | None:
        """Where it is."""
        return finding.problem.column or None


class FindingsShape(serializers.Serializer[Any]):
    """All that was found; without an error the texts can become a version."""

    ok = serializers.BooleanField()
    findings = FindingShape(many=True)
