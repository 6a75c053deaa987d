"""Short forms: how one thing is named where another is told about."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import ListSerializer

from orchestration.models import Agent, Node, SolutionInstance, Target
from orchestration.states import Word
from portal.api.shapes import Shape
from portal.web import words
from portal.web.remarks import Made, remarks
from rbac.models import User


class NodeLabel(Shape[Node]):
    """A place by its name."""

    class Meta:
        model = Node
        fields = ("id", "kind", "name", "title")


class TargetLabel(Shape[Target]):
    """A target by its name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField(source="node.name")
    title = serializers.CharField(source="node.title")

    class Meta:
        model = Target
        fields = ("id", "name", "title")


class AgentLabel(Shape[Agent]):
    """An agent by its name."""

    class Meta:
        model = Agent
        fields = ("id", "name", "state")


class InstanceLabel(Shape[SolutionInstance]):
    """An installed copy by its name, its solution and its line."""

    solution = serializers.IntegerField(source="template_id")
    solution_name = serializers.CharField(source="template.node.name")
    target = TargetLabel()

    class Meta:
        model = SolutionInstance
        fields = ("id", "name", "solution", "solution_name", "target")


class WordLabel(serializers.Serializer[Word]):
    """What a person reads for a state, and how loud it is."""

    label = serializers.SerializerMethodField()
    severity = serializers.CharField()

    def get_label(self, word: Word) -> str:
        """The word in the reader's language."""
        return words.word(word)


def name_of(user: User | None) -> str:
    """Return a person's user name; empty when it was nobody, or is gone."""
    return user.get_username() if user else ""


@extend_schema_field({"type": "string"})
class PersonField(serializers.Field[User, Any, str, Any]):
    """A person by user name, read only."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(read_only=True, **kwargs)

    def get_attribute(self, instance: Any) -> Any:  # noqa: ANN401
        """Return the person, also when there is none."""
        return super().get_attribute(instance) or User(username="")

    def to_representation(self, value: User) -> str:
        """Return the user name."""
        return name_of(value)


@extend_schema_field({"type": "string"})
class RemarkField(serializers.Field[Any, Any, str, Any]):
    """What stands beside a rollout or revision, as far as the reader may know; read only."""

    def __init__(self) -> None:
        super().__init__(read_only=True)
        self._read: dict[int, str] = {}

    def get_attribute(self, instance: Any) -> Any:  # noqa: ANN401
        """Return the whole row."""
        return instance

    def to_representation(self, value: Made) -> str:
        """Return the words; what a list needs is read with its first row that needs any."""
        if not value.made_for:
            return value.comment
        if value.pk not in self._read:
            self._read |= remarks(self.context["by"], self._listed() or [value])
        return self._read[value.pk]

    def _listed(self) -> list[Made]:
        above = getattr(self.parent, "parent", None)
        return list(above.instance or ()) if isinstance(above, ListSerializer) else []
