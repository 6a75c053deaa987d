"""Tokens for programs."""

from typing import Any

from rest_framework import serializers

from orchestration.models import ApiToken
from orchestration.queries import places
from portal.api.fields import Body, Seen
from portal.api.serializers.labels import NodeLabel, PersonField
from portal.api.shapes import Shape
from rbac.permissions import Perm
from rbac.scopes import READING

DAYS = 90


class ApiTokenShape(Shape[ApiToken]):
    """A token for programs, without its secret; ``key`` is how it begins.

    ``rights`` are those it is limited to, null when it has all of its person's; ``node`` is the
    place it ends at, null when that is everywhere.
    """

    read_only = serializers.BooleanField()
    rights = serializers.ListField(child=serializers.CharField(), allow_null=True)
    node = NodeLabel(allow_null=True)

    class Meta:
        model = ApiToken
        fields = (
            "key", "name", "read_only", "rights", "node", "created_at", "expires_at",
            "last_used_at", "last_used_from",
        )  # fmt: skip


class NewApiTokenShape(ApiTokenShape):
    """A token just made: ``token`` is shown this once."""

    token = serializers.SerializerMethodField()

    class Meta(ApiTokenShape.Meta):
        fields = (*ApiTokenShape.Meta.fields, "token")

    def get_token(self, _token: ApiToken) -> str:
        """What goes into the header ``Authorization: Token …``."""
        return str(self.told("token"))


class SomebodysTokenShape(ApiTokenShape):
    """A token and whose it is."""

    user = PersonField()

    class Meta(ApiTokenShape.Meta):
        fields = (*ApiTokenShape.Meta.fields, "user")


class NewApiToken(Body):
    """User name and password of somebody who is not signed in; both left out by those who are.

    ``read_only``, ``rights`` and ``node`` limit what can be done with the token.
    """

    username = serializers.CharField(max_length=150, required=False)
    password = serializers.CharField(max_length=256, trim_whitespace=False, required=False)
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    valid_for_days = serializers.IntegerField(min_value=1, max_value=36_500, default=DAYS)
    read_only = serializers.BooleanField(required=False, default=False)
    rights = serializers.ListField(
        child=serializers.ChoiceField(choices=[perm.value for perm in Perm]),
        required=False,
        allow_empty=False,
        max_length=len(Perm),
    )
    node = Seen(places.nodes, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Turn the two ways to limit the rights into one."""
        if not attrs.pop("read_only"):
            return attrs
        if "rights" in attrs:
            raise serializers.ValidationError({"rights": ["A token that reads has no others."]})
        return attrs | {"rights": [perm.value for perm in READING]}
