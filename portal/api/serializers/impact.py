"""What an edit would change before it is saved."""

from typing import Any

from rest_framework import serializers

from orchestration.models import Node
from orchestration.queries import config_templates, places, solutions
from orchestration.queries.affected import Copy
from orchestration.queries.impact import Group, Impact
from portal.api.fields import Body, Seen, Values
from portal.api.serializers.configurations import MOST_EDITS
from portal.api.serializers.reviews import ChangeShape
from portal.api.serializers.schemas import text_field

MOST_LINES = 1000
MOST_PLACES = 200  # above lines


class Limited(Body):
    """How many lines of each group are named at most; the others are counted in ``more``."""

    limit = serializers.IntegerField(min_value=0, max_value=MOST_LINES, default=50)


class OneWish(Body):
    """Values one would save at one of several places, whole; ``base`` is not looked at."""

    node = Seen(places.nodes)
    values = Values()
    base = serializers.IntegerField(min_value=0, required=False)


class WishedValues(Limited):
    """Values one would save at several places, as for saving them.

    Of a solution, whose ``version`` is given, or of a config template.
    """

    version = Seen(solutions.template_versions, required=False)
    config_template_version = Seen(config_templates.template_versions, required=False)
    edits = OneWish(many=True, max_length=MOST_EDITS)  # type: ignore[call-arg]  # of the list

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that one version is given."""
        if ("version" in attrs) == ("config_template_version" in attrs):
            raise serializers.ValidationError({"version": ["Give one version, of either kind."]})
        return attrs

    def validate_edits(self, edits: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse what no database compares with in one question."""
        if sum(edit["node"].kind != Node.Kind.TARGET for edit in edits) > MOST_PLACES:
            said = f"At most {MOST_PLACES} places above lines at once."
            raise serializers.ValidationError(said)
        return edits


class WishedTemplate(Limited):
    """What a new version of a solution would be made of; nothing of it is kept."""

    config_text = text_field()
    specification = Values(required=False)
    schema = serializers.CharField(max_length=130, allow_blank=True, default="")


class WishedLink(Limited):
    """A config template version one would link to a place; unlinked with ``remove``."""

    version = Seen(config_templates.template_versions)
    remove = serializers.BooleanField(default=False)


class AffectedShape(serializers.Serializer[Copy]):
    """A copy that would change; ``deployed`` says that some revision of it runs."""

    instance = serializers.IntegerField()
    target = serializers.IntegerField()
    line = serializers.CharField()
    solution = serializers.CharField()
    name = serializers.CharField()
    deployed = serializers.BooleanField()


class EffectShape(serializers.Serializer[Group]):
    """Copies that would change in the same way, ``lines`` the first of them.

    ``problems`` are those they would have; ``was_broken`` says that they have some already.
    """

    changes = ChangeShape(source="effect.changes", many=True)
    problems = serializers.SerializerMethodField()
    was_broken = serializers.BooleanField(source="effect.was_broken")
    count = serializers.SerializerMethodField()
    deployed_count = serializers.IntegerField(source="deployed")
    lines = serializers.SerializerMethodField()
    more = serializers.SerializerMethodField()

    def get_problems(self, group: Group) -> list[dict[str, Any]]:
        """Every reason why it would not be valid."""
        return [problem.to_json() for problem in group.effect.problems]

    def get_count(self, group: Group) -> int:
        """How many copies there are."""
        return len(group.copies)

    def get_lines(self, group: Group) -> list[dict[str, Any]]:
        """The first of them, in the order of the hierarchy."""
        return [dict(AffectedShape(one).data) for one in group.copies[: self.context["limit"]]]

    def get_more(self, group: Group) -> int:
        """How many are not named."""
        return max(len(group.copies) - int(self.context["limit"]), 0)


class ImpactShape(serializers.Serializer[Impact]):
    """What would change, the largest group first.

    ``looked_at`` counts the installed and published copies below, ``overridden`` those that do not
    change because a place nearer to them sets its own value. ``everywhere`` is false where there
    may be copies at places the person does not see: these are not counted.
    """

    looked_at = serializers.IntegerField()
    changed = serializers.IntegerField()
    deployed = serializers.IntegerField()
    would_break = serializers.IntegerField(source="breaking")
    would_be_mended = serializers.IntegerField(source="mending")
    overridden = serializers.SerializerMethodField()
    everywhere = serializers.BooleanField()
    groups = EffectShape(many=True)

    def get_overridden(self, impact: Impact) -> int:
        """How many set their own values."""
        return len(impact.overriding)
