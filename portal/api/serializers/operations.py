"""Work for many lines in one call: what to do, for which lines, and what became of it."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration import states
from orchestration.models import (
    Context,
    Operation,
    OperationResult,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries import line_choice, operations, places, solutions
from orchestration.queries.line_choice import Chosen, Selector
from orchestration.services.operations import MOST_LINES
from portal.api.enums import INSTANCE_STATES
from portal.api.fields import Body, Seen, comment_field, name_field
from portal.api.serializers.dependencies import chosen_copies
from portal.api.serializers.labels import PersonField, TargetLabel, WordLabel
from portal.api.shapes import Shape
from portal.web.sentences import said_of
from rbac.models import User

_LONGEST_NAME = 400


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class SeenByIdOrName(serializers.Field[Any, Any, Any, Any]):
    """The id or the name of something that the person may see."""

    default_error_messages = {
        "not_a_name": "Give an id or a name.",
        "absent": "There is nothing called so that you may see: {name}.",
        "ambiguous": "Several are called so: {name}. Give the id.",
    }

    def to_internal_value(self, data: object) -> Any:  # noqa: ANN401  a row
        """Return the row."""
        by: User = self.context["by"]
        if type(data) is int:
            found = self.with_id(by, data)
        elif isinstance(data, str) and "\x00" not in data:
            found = self.with_name(by, data)
        else:
            self.fail("not_a_name")
        if not found:
            self.fail("absent", name=data)
        if len(found) > 1:
            self.fail("ambiguous", name=data)
        return found[0]

    @abstractmethod
    def with_id(self, by: User, pk: int) -> list[Any]:
        """At most one row."""

    @abstractmethod
    def with_name(self, by: User, name: str) -> list[Any]:
        """The rows called so; two are enough."""


class VersionField(SeenByIdOrName):
    """A solution version: its id, or ``Name/Version``."""

    def with_id(self, by: User, pk: int) -> list[SolutionTemplateVersion]:
        return list(solutions.template_versions(by).filter(pk=pk))

    def with_name(self, by: User, name: str) -> list[SolutionTemplateVersion]:
        solution, _, version = name.rpartition("/")
        rows = solutions.template_versions(by).filter(template__node__name=solution)
        return list(rows.filter(version=version)[:2])


class InstalledField(SeenByIdOrName):
    """A solution of which a copy is on a line of the person's: its id, or its name."""

    def with_id(self, by: User, pk: int) -> list[SolutionTemplate]:
        return [one for one in solutions.on_lines(by) if one.pk == pk]

    def with_name(self, by: User, name: str) -> list[SolutionTemplate]:
        return [one for one in solutions.on_lines(by) if one.node.name == name]


class SelectorBody(Body):
    """Lines by what they are. ``solution`` and what follows it are of an installed copy."""

    below = Seen(places.nodes, required=False)
    capability = name_field(required=False)
    solution = InstalledField(required=False)
    version = serializers.CharField(max_length=64, required=False)
    state = serializers.ChoiceField(choices=INSTANCE_STATES, required=False)
    configuration_pending = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the selector."""
        pending = attrs.pop("configuration_pending", None)
        return {"selector": Selector(**attrs, pending=pending)}


@extend_schema_field(
    {
        "type": "array",
        "maxItems": MOST_LINES,
        "items": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    }
)
class LinesField(serializers.Field[Any, Any, Any, Any]):
    """Lines by id or by name: ``12``, ``"alpha-1"``, ``"Chicago/Alpha/alpha-1"``."""

    default_error_messages = {
        "not_a_list": "Give a list of ids or names.",
        "too_many": "At most {most} at once.",
    }

    def to_internal_value(self, data: object) -> list[int | str]:
        """Return what was named; which of it is there is said line by line."""
        if not isinstance(data, list) or not all(_names_a_line(one) for one in data):
            self.fail("not_a_list")
        if len(data) > MOST_LINES:
            self.fail("too_many", most=MOST_LINES)
        return data


def _names_a_line(one: object) -> bool:
    if isinstance(one, str):
        return bool(one.strip()) and len(one) <= _LONGEST_NAME and one.isprintable()
    return type(one) is int and 0 < one < 2**63


class BulkBody(Body):
    """For which lines: either ``targets`` or a ``selector``."""

    targets = LinesField(required=False)
    selector = SelectorBody(required=False)
    instance = name_field(required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse both and neither."""
        if ("targets" in attrs) == ("selector" in attrs):
            said = "Name the lines in targets, or describe them in a selector."
            raise serializers.ValidationError({"targets": [said]})
        return attrs


class BulkReviewBody(BulkBody):
    """What to review; ``version`` is an id or ``Name/Version``."""

    version = VersionField()
    dependencies = chosen_copies()


class BulkPublishBody(BulkReviewBody):
    """What to publish. With ``reviewed``, a review of one's own, only what that saw."""

    comment = comment_field()
    reviewed = serializers.UUIDField(required=False)


class BulkDeployBody(BulkBody):
    """Which solution to bring to its newest published revision, if named of one version."""

    solution = InstalledField()
    version = serializers.CharField(max_length=64, required=False)
    comment = comment_field()


class ProgressShape(serializers.Serializer[Mapping[str, int]]):
    """How many lines there are, and how many of them are how far."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    active = serializers.IntegerField()


class OperationShape(Shape[Operation]):
    """An operation as it goes out. Others see only its lines that they see."""

    id = serializers.UUIDField(source="uuid")
    asked = serializers.SerializerMethodField()
    word = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()
    started_by = PersonField()
    retry_of = serializers.UUIDField(source="retry_of.uuid", allow_null=True, default=None)

    _counts: Mapping[int, Mapping[str, int]] = {}

    class Meta:
        model = Operation
        fields = (
            "id", "kind", "state", "word", "active", "asked", "progress", "started_by",
            "retry_of", "created_at", "began_at", "finished_at",
        )  # fmt: skip

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_asked(self, operation: Operation) -> dict[str, str]:
        """What to do: ``solution``, ``version``, ``instance``, ``comment``."""
        names = ("solution", "version", "instance", "comment")
        return {name: operation.asked.get(name, "") for name in names}

    def get_word(self, operation: Operation) -> dict[str, Any]:
        """What a person reads for the state."""
        return dict(WordLabel(states.OPERATION[operation.state].word).data)

    @extend_schema_field(ProgressShape)
    def get_progress(self, operation: Operation) -> Mapping[str, int]:
        """Lines done, failed, cancelled and still to do; of all, or of those the reader sees."""
        if operation.pk not in self._counts:
            many: Any = self.parent  # the list's serializer, which has all of its rows
            shown = [operation] if many is None else many.instance
            self._counts = operations.progress_of(self.by, shown)
        return self._counts[operation.pk]


class ResultShape(Shape[OperationResult]):
    """What became of one line. ``asked`` is the id or name that was given for it."""

    asked = serializers.SerializerMethodField()
    target = TargetLabel(allow_null=True)
    message = serializers.SerializerMethodField()
    params = serializers.SerializerMethodField()
    revision = serializers.SerializerMethodField()
    deployment = serializers.SerializerMethodField()

    class Meta:
        model = OperationResult
        fields = (
            "asked", "target", "outcome", "code", "message", "params", "revision", "deployment",
            "ended_at",
        )  # fmt: skip

    def _open(self, result: OperationResult) -> bool:
        """Whether the reader may know more of the line than that it is there."""
        reach: tuple[str, ...] = self.told("reach")
        return result.target is None or result.target.node.path.startswith(reach)

    @extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
    def get_asked(self, result: OperationResult) -> int | str:
        """As it was given."""
        asked: int | str = result.asked
        return asked

    def get_message(self, result: OperationResult) -> str:
        """Why it failed, for people."""
        return said_of(result.code, result.params) if result.code else ""

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_params(self, result: OperationResult) -> dict[str, Any]:
        """What the code is about; of a review the digest and how many settings change."""
        return dict(result.params) if self._open(result) else {}

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {"id": {"type": "integer"}, "label": {"type": "string"}},
        }
    )
    def get_revision(self, result: OperationResult) -> dict[str, Any] | None:
        """The revision that was made, found to be the same, or deployed."""
        made = result.revision if self._open(result) else None
        return {"id": made.pk, "label": made.label} if made else None

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {
                "id": {"type": "integer"},
                "rollout": {"type": "integer"},
                "state": {"type": "string"},
            },
        }
    )
    def get_deployment(self, result: OperationResult) -> dict[str, Any] | None:
        """The attempt that was started, and how it is now."""
        made = result.deployment if self._open(result) else None
        return {"id": made.pk, "rollout": made.rollout_id, "state": made.state} if made else None


def lines_of(by: User, wanted: dict[str, Any], context: Context) -> list[Chosen]:
    """Take what says which lines are meant out of a body, and return them."""
    targets, selector = wanted.pop("targets", None), wanted.pop("selector", None)
    if selector is None:
        return line_choice.named(by, targets)
    return line_choice.selected(by, selector["selector"], context)
