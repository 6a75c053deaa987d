"""Sessions, and how people read and get in."""

from typing import Any

from rest_framework import serializers

from orchestration.models import SignIn
from portal.api.fields import Body
from portal.api.shapes import Shape
from rbac.models import User


class SignInShape(Shape[SignIn]):
    """A browser one is signed in at."""

    class Meta:
        model = SignIn
        fields = ("id", "device", "shared", "address", "at", "last_seen_at")


class Preferences(Body):
    """How one wants to read."""

    time_zone = serializers.CharField(max_length=64, allow_blank=True)
    language = serializers.CharField(max_length=16, allow_blank=True, default="")


class PreferencesShape(Shape[User]):
    """As it is now."""

    class Meta:
        model = User
        fields = ("time_zone", "language")


class ResetLink(serializers.Serializer[Any]):
    """A link to hand to somebody; it counts once, for a day."""

    link = serializers.URLField()
