"""Shared copies: which a line could use, which it uses, and who uses one."""

from typing import Any

from rest_framework import serializers

from orchestration.models import RevisionDependency, SolutionInstance
from orchestration.queries import solutions
from orchestration.queries.dependencies import Choice
from orchestration.queries.dependents import Section
from orchestration.queries.needs import Candidate, Need
from portal.api.fields import Body, name_field
from portal.api.serializers.labels import InstanceLabel, NodeLabel, WordLabel

_MOST = 50_000


class ChosenCopy(Body):
    """Which copy of a solution to use: for one line by ``target``, without it for all lines."""

    solution = name_field()
    instance = serializers.IntegerField(min_value=1)
    target = serializers.IntegerField(min_value=1, required=False)


def chosen_copies() -> serializers.ListField:
    """Return the field for choices; where none is made, the last one or the only copy counts."""
    return serializers.ListField(child=ChosenCopy(), required=False, max_length=_MOST)


def choice_of(given: list[dict[str, Any]]) -> Choice:
    """Return what was chosen, as the services take it."""
    everywhere: dict[str, int] = {}
    lines: dict[int, dict[str, int]] = {}
    for one in given:
        chosen = lines.setdefault(one["target"], {}) if "target" in one else everywhere
        chosen[one["solution"]] = one["instance"]
    return Choice(everywhere, lines)


class NeedShape(serializers.Serializer[Need]):
    """One solution that a line needs, and the copy it uses; null where none is chosen yet."""

    solution = serializers.CharField(source="dependency.template")
    version = serializers.CharField(source="dependency.version")
    instance = InstanceLabel(source="chosen", allow_null=True)
    injections = serializers.SerializerMethodField()

    def get_injections(self, need: Need) -> list[dict[str, str]]:
        """Which sections of the line are put into which arrays of the copy."""
        return [{"from": one.source, "to": one.to} for one in need.dependency.injections]


class CandidateShape(serializers.Serializer[Candidate]):
    """A copy that could be used: where, which version it runs or would, and how it is."""

    instance = InstanceLabel()
    version = serializers.CharField()
    place = NodeLabel(source="instance.target.node.parent")
    state = serializers.CharField(source="instance.state")
    word = serializers.SerializerMethodField()

    def get_word(self, candidate: Candidate) -> dict[str, Any]:
        """The portal's one word for it."""
        return word_of(candidate.instance)


class CandidatesShape(serializers.Serializer[Any]):
    """By solution needed: the copies that at least one of the lines could use."""

    solution = serializers.CharField()
    candidates = CandidateShape(many=True)


class UseShape(serializers.Serializer[RevisionDependency]):
    """A shared copy that a revision uses; null once it is gone."""

    solution = serializers.CharField(source="template.node.name")
    version = serializers.CharField()
    instance = InstanceLabel(source="shared", allow_null=True)
    injections = serializers.SerializerMethodField()

    def get_injections(self, used: RevisionDependency) -> list[dict[str, str]]:
        """Which sections of the revision are put into which arrays of the copy."""
        return [{"from": one["from"], "to": one["to"]} for one in used.injections]


class InjectedShape(serializers.Serializer[Section]):
    """A section that a dependent had put in; null where one may not see whose it is."""

    to = serializers.CharField()
    section = serializers.CharField(source="source")
    dependent = InstanceLabel(allow_null=True)


def word_of(instance: SolutionInstance) -> dict[str, Any]:
    """Return the portal's one word for a copy."""
    return dict(WordLabel(solutions.word_of(instance)).data)
