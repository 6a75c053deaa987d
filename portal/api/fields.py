"""Fields of bodies that come in."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rbac.models import User

MOST_AT_ONCE = 10_000
DEEPEST = 32
ABSENT = "There is nothing with this id that you may see: {id}."
Rows = Callable[[User], QuerySet[Any]]


class Body(serializers.Serializer[Any]):
    """A body in which every key is known: a slip of the pen is an error, not silence."""

    def to_internal_value(self, data: Any) -> Any:  # noqa: ANN401  as the base class has it
        """Return the fields' values; raises ValidationError with every unknown key."""
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                said = {key: ["There is no such field."] for key in unknown}
                raise serializers.ValidationError(said, code="unknown")
        return super().to_internal_value(data)


@extend_schema_field({"type": "integer"})
class Seen(serializers.Field[Model, Any, int, Any]):
    """The id of something that the person may see; anything else does not exist for them."""

    default_error_messages = {"not_an_id": "Give an id: a whole number.", "absent": ABSENT}

    def __init__(self, rows: Rows, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.rows = rows

    def to_internal_value(self, data: object) -> Model:
        """Return the row behind an id."""
        text = data if isinstance(data, str) else str(data)
        if isinstance(data, bool) or not text.isdecimal():
            self.fail("not_an_id")
        row: Model | None = self.rows(self.context["by"]).filter(pk=int(text)).first()
        if row is None:
            self.fail("absent", id=data)
        return row


@extend_schema_field({"type": "string"})
class SeenByName(serializers.Field[Model, Any, str, Any]):
    """The name of something that the person may see, for example a user name."""

    default_error_messages = {
        "not_a_name": "Give a name.",
        "absent": "There is nothing with this name that you may see: {name}.",
    }

    def __init__(self, rows: Rows, key: str, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.rows = rows
        self.key = key

    def to_internal_value(self, data: object) -> Model:
        """Return the row behind a name."""
        if not isinstance(data, str) or "\x00" in data:
            self.fail("not_a_name")
        row: Model | None = self.rows(self.context["by"]).filter(**{self.key: data}).first()
        if row is None:
            self.fail("absent", name=data)
        return row


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class SeenList(serializers.Field[list[Model], Any, Any, Any]):
    """Ids of things that the person may see, in one read; the rows keep the order given."""

    default_error_messages = {
        "not_a_list": "Give a list of ids: whole numbers.",
        "too_many": "At most {most} at once.",
        "absent": ABSENT,
    }

    def __init__(self, rows: Rows, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.rows = rows

    def to_internal_value(self, data: object) -> list[Model]:
        """Return the rows behind the ids."""
        if not isinstance(data, list) or not all(type(one) is int for one in data):
            self.fail("not_a_list")
        if len(data) > MOST_AT_ONCE:
            self.fail("too_many", most=MOST_AT_ONCE)
        # By `filter` and a dict: `in_bulk` refuses rows that come by a join with duplicates.
        found = {row.pk: row for row in self.rows(self.context["by"]).filter(pk__in=data)}
        absent = [str(one) for one in data if one not in found]
        if absent:
            self.fail("absent", id=", ".join(absent[:20]))
        return [found[one] for one in data]


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Values(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object that every database can store."""

    default_error_messages = {
        "not_an_object": "Give an object: keys and values.",
        "too_deep": "Nested more than {deepest} levels deep.",
        "unstorable": "Holds characters that cannot be stored.",
    }

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Return the object."""
        if not isinstance(data, dict):
            self.fail("not_an_object")
        self._check(data, 0)
        return data

    def _check(self, value: object, depth: int) -> None:
        if depth > DEEPEST:
            self.fail("too_deep", deepest=DEEPEST)
        if isinstance(value, str):
            if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
                self.fail("unstorable")
        elif isinstance(value, dict):
            for key, inner in value.items():
                self._check(key, depth)
                self._check(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                self._check(inner, depth + 1)


def name_field(**kwargs: Any) -> serializers.CharField:  # noqa: ANN401
    """Return a field for a name, as long as the product's tables allow."""
    return serializers.CharField(max_length=64, **kwargs)


def title_field() -> serializers.CharField:
    """Return a field for what people call something; empty when it is the name."""
    return serializers.CharField(max_length=120, allow_blank=True, required=False)


def comment_field() -> serializers.CharField:
    """Return a field for a remark that is kept with what is done."""
    return serializers.CharField(max_length=300, allow_blank=True, default="")
