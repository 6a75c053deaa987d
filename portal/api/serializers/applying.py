"""A folder of files to apply, and the plan that comes of it."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orchestration.services.apply_files import MOST_FILES, File
from orchestration.services.apply_plan import Action, Difference, Item, Plan
from orchestration.services.errors import Invalid
from portal.api.fields import Body, name_field
from portal.api.serializers.schemas import text_field
from portal.web.sentences import refusal, sentence
from rbac.access import Denied


class FileBody(Body):
    """One file: its path inside the folder, with ``/``, and its text in YAML or JSON."""

    file = serializers.CharField(max_length=500)
    text = text_field(allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> File:
        """Return the file."""
        return File(attrs["file"], attrs["text"])


class ApplyBody(Body):
    """Files that say what there is to be.

    ``set`` names what belongs together: ``prune``, which needs it, deletes what an earlier apply
    of the same set made and no file wants any more. With ``dry_run`` nothing changes.
    """

    documents = FileBody(many=True, max_length=MOST_FILES)  # type: ignore[call-arg]  # of the list
    set = name_field(default="", allow_blank=True)
    dry_run = serializers.BooleanField(default=False)
    prune = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Want a name for what may be deleted."""
        if attrs["prune"] and not attrs["set"]:
            raise serializers.ValidationError({"set": ["Name the set whose objects may go."]})
        return attrs


class DifferenceShape(serializers.Serializer[Difference]):
    """One field that differs; of a secret only that it does."""

    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    secret = serializers.BooleanField()


class ItemShape(serializers.Serializer[Item]):
    """What is done with one object; ``file`` is empty for what is deleted."""

    kind = serializers.CharField()
    name = serializers.CharField()
    action = serializers.ChoiceField(choices=[action.value for action in Action])
    file = serializers.CharField()
    line = serializers.IntegerField()
    changes = DifferenceShape(many=True)
    problems = serializers.SerializerMethodField()

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                "additionalProperties": {},
            },
        }
    )
    def get_problems(self, item: Item) -> list[dict[str, Any]]:
        """Why it cannot be done; empty when it can."""
        return list(problems_of(item))


class PlanShape(serializers.Serializer[Plan]):
    """Everything that was done, or with a dry run would be."""

    dry_run = serializers.BooleanField()
    ok = serializers.BooleanField()
    changed = serializers.IntegerField()
    objects = ItemShape(source="items", many=True)


def problems_of(item: Item) -> Iterator[dict[str, Any]]:
    """Give why one object cannot be made, first in one sentence, then each reason."""
    error = item.error
    if error is None:
        return
    place = {"key": f"{item.kind} {item.name}".strip(), "file": item.file, "line": item.line}
    if isinstance(error, Denied):
        yield place | {"code": error.verdict.code, "message": refusal(error.verdict)}
        return
    yield place | {"code": error.code, "message": sentence(error.code, error.params)}
    for problem in error.problems if isinstance(error, Invalid) else ():
        yield {"key": place["key"], **problem}
