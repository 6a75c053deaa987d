"""External validations: what is asked, and what the other system answers."""

from typing import Any

from rest_framework import serializers

from orchestration.models import SolutionTemplate, Validation
from orchestration.queries.secrecy import veil_of
from orchestration.services.validations import LONGEST_HOURS, MOST_ERRORS
from portal.api.fields import Body
from portal.api.serializers.labels import InstanceLabel, PersonField
from portal.api.serializers.revisions import RevisionLabel
from portal.api.shapes import Shape

ANSWERS = ("Valid", "Invalid")


class AdditionalNote(Body):
    """One remark: how loud it is, and what it says."""

    level = serializers.CharField(max_length=40)
    message = serializers.CharField(max_length=2000)


class AdditionalInfo(Body):
    """A remark beside an error, of a type that the validator names."""

    type = serializers.CharField(max_length=200)
    info = AdditionalNote()


class ErrorDetail(Body):
    """What is wrong: a code for programs, a message for people, and where."""

    code = serializers.CharField(max_length=100)
    message = serializers.CharField(max_length=2000)
    target = serializers.CharField(max_length=500, required=False, allow_blank=True)
    additionalInfo = AdditionalInfo(many=True, required=False)  # noqa: N815  as the field calls it


class ValidationAnswer(Body):
    """The answer of the other system. ``Invalid`` says why."""

    status = serializers.ChoiceField(choices=ANSWERS)
    errors = ErrorDetail(many=True, required=False)

    def validate_errors(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take no more than anybody reads."""
        if len(value) > MOST_ERRORS:
            raise serializers.ValidationError(f"At most {MOST_ERRORS} errors.")
        return value


class ValidationShape(Shape[Validation]):
    """One question about one revision. Its id is what the answer's address holds."""

    id = serializers.UUIDField(source="uid")
    revision = RevisionLabel()
    instance = InstanceLabel(source="revision.instance")
    digest = serializers.CharField(source="revision.digest")
    errors = serializers.ListField(child=serializers.DictField())
    requested_by = PersonField()
    answered_by = PersonField()

    class Meta:
        model = Validation
        fields = (
            "id", "state", "revision", "instance", "digest", "errors", "requested_by",
            "requested_at", "due_at", "answered_by", "answered_at",
        )  # fmt: skip


class ValidationDetail(ValidationShape):
    """A question with what is to be judged, secrets masked."""

    configuration = serializers.SerializerMethodField()
    components = serializers.SerializerMethodField()

    class Meta(ValidationShape.Meta):
        fields = (*ValidationShape.Meta.fields, "configuration", "components")

    def get_configuration(self, asked: Validation) -> Any:  # noqa: ANN401  JSON
        """The final configuration."""
        return veil_of(asked.revision).masked(asked.revision.configuration)

    def get_components(self, asked: Validation) -> Any:  # noqa: ANN401  JSON
        """The evaluated components."""
        return veil_of(asked.revision).components(asked.revision.components)


class ValidationPolicy(Shape[SolutionTemplate]):
    """Whether another system has to agree to each revision of a solution, and within how long."""

    required = serializers.BooleanField(source="external_validation")
    hours = serializers.IntegerField(source="validation_hours")

    class Meta:
        model = SolutionTemplate
        fields = ("required", "hours")


class NewValidationPolicy(Body):
    """The same, to be set."""

    required = serializers.BooleanField()
    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS, default=24)
