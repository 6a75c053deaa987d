"""The files of a new solution."""

from typing import Any

from rest_framework import serializers


class StarterFile(serializers.Serializer[Any]):
    """One file of a new solution."""

    file = serializers.CharField()
    text = serializers.CharField()


class StarterShape(serializers.Serializer[Any]):
    """All of them; `POST apply/` takes them as they are."""

    files = StarterFile(many=True)
