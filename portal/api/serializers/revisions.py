"""Installed copies and their published revisions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.models import SolutionInstance, SolutionVersion, Validation
from orchestration.queries.dependents import dependencies_of, sections, users
from orchestration.queries.places import time_zone_of
from orchestration.queries.provenance import saves_of
from orchestration.queries.secrecy import leaves, veil_of
from orchestration.queries.solutions import word_of
from orchestration.queries.templates import rules_of
from orchestration.queries.validations import newest_of as newest_validations
from orchestration.resolution import origins
from portal.api.serializers.dependencies import InjectedShape, UseShape
from portal.api.serializers.labels import (
    InstanceLabel,
    PersonField,
    RemarkField,
    TargetLabel,
    WordLabel,
)
from portal.api.serializers.provenance import OriginShape, provenance
from portal.api.shapes import Shape
from portal.web.origins import Storyteller


class ValidationOutcome(Shape[Validation]):
    """An external validation beside its revision."""

    id = serializers.UUIDField(source="uid")
    errors = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Validation
        fields = ("id", "state", "due_at", "answered_at", "errors")


class RevisionLabel(Shape[SolutionVersion]):
    """A revision by its label, for example 1.0.0.3."""

    class Meta:
        model = SolutionVersion
        fields = ("id", "label")


class InstanceShape(Shape[SolutionInstance]):
    """An installed copy: what should run, what runs, and how it feels."""

    solution = serializers.IntegerField(source="template_id")
    solution_name = serializers.CharField(source="template.node.name")
    target = TargetLabel()
    word = serializers.SerializerMethodField()
    desired = RevisionLabel(allow_null=True)
    current = RevisionLabel(allow_null=True)

    class Meta:
        model = SolutionInstance
        fields = (
            "id", "name", "solution", "solution_name", "target", "state", "word",
            "configuration_pending", "desired", "current", "generation", "health", "updated_at",
        )  # fmt: skip

    def get_word(self, instance: SolutionInstance) -> dict[str, Any]:
        """The portal's one word for it."""
        return dict(WordLabel(word_of(instance)).data)


class InstanceDetail(InstanceShape):
    """An installed copy with the shared ones it uses, and those that use it."""

    uses = serializers.SerializerMethodField()
    used_by = serializers.SerializerMethodField()
    used_by_others = serializers.SerializerMethodField()

    class Meta(InstanceShape.Meta):
        fields = (*InstanceShape.Meta.fields, "uses", "used_by", "used_by_others")

    @extend_schema_field(UseShape(many=True))
    def get_uses(self, instance: SolutionInstance) -> Any:  # noqa: ANN401  JSON
        """The shared copies that what should run, or runs, uses."""
        used = dependencies_of(instance.desired or instance.current)
        return [UseShape(one).data for one in used]

    @extend_schema_field(InstanceLabel(many=True))
    def get_used_by(self, instance: SolutionInstance) -> Any:  # noqa: ANN401  JSON
        """The copies that use it, as far as one may see them."""
        return InstanceLabel(users(self.by, instance).seen, many=True).data

    def get_used_by_others(self, instance: SolutionInstance) -> bool:
        """Whether copies that one may not see use it."""
        return users(self.by, instance).others


class RevisionShape(Shape[SolutionVersion]):
    """A published revision as a list shows it."""

    instance = InstanceLabel()
    template_version = serializers.CharField(source="template_version.version")
    published_by = PersonField()
    comment = RemarkField()
    current = serializers.SerializerMethodField()

    class Meta:
        model = SolutionVersion
        fields = (
            "id", "label", "instance", "template_version", "number", "state", "digest",
            "comment", "published_by", "published_at", "current",
        )  # fmt: skip

    def get_current(self, revision: SolutionVersion) -> bool:
        """Whether it is what runs."""
        return revision.instance.current_id == revision.pk


class RevisionDetail(RevisionShape):
    """A published revision whole, with the origin of every value, secrets masked."""

    configuration = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()
    provenance = serializers.SerializerMethodField()

    dependencies = serializers.SerializerMethodField()
    injected = serializers.SerializerMethodField()
    validation = serializers.SerializerMethodField()

    class Meta(RevisionShape.Meta):
        fields = (
            *RevisionShape.Meta.fields, "configuration", "components", "provenance",
            "dependencies", "injected", "validation",
        )  # fmt: skip

    @extend_schema_field(ValidationOutcome(allow_null=True))
    def get_validation(self, revision: SolutionVersion) -> Any:  # noqa: ANN401  JSON
        """How its last external validation stands; null where there was none."""
        asked = newest_validations([revision]).get(revision.pk)
        return ValidationOutcome(asked).data if asked else None

    @extend_schema_field(UseShape(many=True))
    def get_dependencies(self, revision: SolutionVersion) -> Any:  # noqa: ANN401  JSON
        """The shared copies it uses."""
        return [UseShape(one).data for one in dependencies_of(revision)]

    @extend_schema_field(InjectedShape(many=True))
    def get_injected(self, revision: SolutionVersion) -> Any:  # noqa: ANN401  JSON
        """What others had put into it, and whose that is."""
        return [InjectedShape(one).data for one in sections(self.by, revision)]

    def get_configuration(self, revision: SolutionVersion) -> Any:  # noqa: ANN401  JSON
        """The final configuration."""
        return veil_of(revision).masked(revision.configuration)

    def get_components(self, revision: SolutionVersion) -> Any:  # noqa: ANN401  JSON
        """The evaluated components."""
        return veil_of(revision).components(revision.components)

    @extend_schema_field(serializers.DictField(child=OriginShape()))
    def get_provenance(self, revision: SolutionVersion) -> dict[str, Any]:
        """By dotted key: where the value comes from, and what it shadows."""
        found = origins(revision.provenance) if revision.provenance else {}
        zone = time_zone_of(revision.instance.target.node)
        rules = rules_of(revision.template_version)
        story = Storyteller.of(saves_of(self.by, found.values()), rules, zone)
        return provenance(story, leaves(revision), found)
