"""Reviewing and publishing: what each line would get, and what it got."""

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.queries import places, solutions
from orchestration.queries.resolving import LineReview
from orchestration.resolution import Change
from orchestration.services.publishing import Published
from portal.api.fields import Body, Seen, SeenList, comment_field, name_field
from portal.api.serializers.dependencies import NeedShape, chosen_copies
from portal.api.serializers.labels import TargetLabel
from portal.api.serializers.provenance import OriginShape, provenance
from portal.web.origins import Storyteller

_ID_DIGITS = 18  # what every database can hold


class ChangeShape(serializers.Serializer[Change]):
    """One key that differs; of a secret only that it does."""

    key = serializers.CharField()
    kind = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()
    secret = serializers.BooleanField()


class ReviewShape(serializers.Serializer[LineReview]):
    """What one line would get. ``problems`` say why not; ``changes`` compare with what runs."""

    target = TargetLabel()
    instance = serializers.SerializerMethodField()
    ok = serializers.BooleanField()
    missing_capabilities = serializers.ListField(source="missing", child=serializers.CharField())
    problems = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()
    changes = ChangeShape(many=True)
    configuration = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()
    digest = serializers.CharField(source="resolution.digest")
    dependencies = NeedShape(source="needs", many=True)
    provenance = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=OriginShape(), allow_null=True))
    def get_provenance(self, review: LineReview) -> dict[str, Any] | None:
        """By dotted key: where the value comes from; null where it was not asked for."""
        story: Storyteller | None = self.context.get("story")
        if story is None:
            return None
        leaves = review.veil.changes(None, review.resolution.configuration)
        local = replace(story, zone=self.context["zones"][review.target.pk])
        return provenance(local, leaves, review.resolution.provenance)

    def get_instance(self, review: LineReview) -> int | None:
        """The installed copy there is already."""
        return review.instance.pk if review.instance else None

    def get_problems(self, review: LineReview) -> list[dict[str, Any]]:
        """Every reason at once."""
        return [problem.to_json() for problem in review.problems]

    def get_warnings(self, review: LineReview) -> list[str]:
        """What is not wrong, but worth knowing."""
        return [str(warning) for warning in review.resolution.warnings]

    def get_configuration(self, review: LineReview) -> Any:  # noqa: ANN401  JSON
        """The resolved configuration, secrets masked; null where it could not be resolved."""
        configuration = review.resolution.configuration if review.resolution.ok else None
        return None if configuration is None else review.veil.masked(configuration)

    def get_components(self, review: LineReview) -> Any:  # noqa: ANN401  JSON
        """The evaluated components, secrets masked; null where they could not be resolved."""
        if not review.resolution.ok:
            return None
        return review.veil.components(review.resolution.components)


class PublishedShape(serializers.Serializer[Published]):
    """How publishing ended for one line: published, unchanged or failed."""

    target = TargetLabel()
    outcome = serializers.CharField()
    revision = serializers.SerializerMethodField()
    missing_capabilities = serializers.ListField(source="missing", child=serializers.CharField())
    problems = serializers.SerializerMethodField()

    def get_revision(self, published: Published) -> dict[str, Any] | None:
        """The revision, new or the one that is the same."""
        made = published.revision
        return {"id": made.pk, "label": made.label} if made else None

    def get_problems(self, published: Published) -> list[dict[str, Any]]:
        """Why the line failed."""
        return [problem.to_json() for problem in published.problems]


class ReviewBody(Body):
    """What to review on which lines; ``instance`` is the copy's name, else the solution's.

    ``dependencies`` chooses the shared copies to use; what is not chosen is as it was last.
    """

    version = Seen(solutions.template_versions)
    targets = SeenList(lambda by: places.targets(by).prefetch_related("capabilities"))
    instance = name_field(required=False, allow_blank=True)
    dependencies = chosen_copies()


class ReviewWish(ReviewBody):
    """The same, and whether to tell where every value comes from: that is much."""

    provenance = serializers.BooleanField(default=False)


class PublishBody(ReviewBody):
    """What to publish on which lines.

    With ``reviewed``, the digest that a review gave for each line by its id, nothing else is
    published: 409 where a line would get something else by now.
    """

    comment = comment_field()
    reviewed = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=100), required=False
    )

    def validate_reviewed(self, value: dict[str, str]) -> dict[int, str]:
        """Return the digests by the lines' ids as numbers."""
        if not all(key.isdecimal() and len(key) <= _ID_DIGITS for key in value):
            raise serializers.ValidationError("Give the ids of lines: whole numbers.")
        return {int(key): digest for key, digest in value.items()}
