"""Where values come from, said in sentences: who set them where and when, and over what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.models import ConfigurationRevision
from orchestration.queries.provenance import Saves
from orchestration.queries.values import value_at
from orchestration.resolution import Origin, Shadow
from orchestration.resolution.secrets import as_reference
from orchestration.rules import Rule, Schema
from portal.web.forms_writing import say
from portal.web.place_names import day, named, person_name

BY_PEOPLE = frozenset({"value", "linked"})
SOURCES: Mapping[str, Promise] = {
    "schema-default": _("Default of the solution"),
    "template": _("Fixed by the solution"),
    "include": _("Fixed by the solution"),
    "config": _("Shared configuration"),
    "expression": _("Worked out from other settings"),
    "injection": _("From solutions that use this one"),
    "unset": _("Not set"),
}


@dataclass(frozen=True)
class Storyteller:
    """Says where values come from, in the time zone of the line they are for.

    ``saves`` are those the reader may see: of a place beyond them only the name is said.
    """

    saves: Saves
    rules: Mapping[str, Rule]
    zone: str = ""

    @classmethod
    def of(cls, saves: Saves, rules: Schema | None, zone: str = "") -> "Storyteller":
        """Make one for the settings of a solution."""
        return cls(saves, {rule.key: rule for rule in rules.rules} if rules else {}, zone)

    def label(self, key: str) -> str:
        """Return what a setting is called; its key where the rules name none."""
        rule = self.rules.get(key)
        return (rule.label if rule else "") or key

    def sentence(self, origin: Origin | None, key: str) -> str:
        """Return "Set by Ana at Line 3 on 4 May, over 80 from Factory Chicago"."""
        if origin is None:
            return ""
        if origin.source == "expression" and origin.inputs:
            names = ", ".join(self._input(*one) for one in origin.inputs.items())
            return _now("Worked out from %(inputs)s") % {"inputs": names}
        if origin.source == "config" and origin.template:
            return self._shared(origin, key)
        if origin.source not in BY_PEOPLE:
            return str(SOURCES.get(origin.source, ""))
        words = self._set_at(origin, origin.set_as or key)
        nearest = next((self._over(one, origin.set_as or key) for one in origin.shadows), "")
        return f"{words}, {nearest}" if nearest else words

    def reasons(self, origin: Origin | None, key: str) -> list[str]:
        """Return the rest of the story: everything it stands in front of, or all that it reads."""
        if origin is None:
            return []
        if origin.source == "expression":
            return [self._read(*one) for one in origin.inputs.items()]
        shadowed = (self.shadowed(shadow, origin.set_as or key) for shadow in origin.shadows)
        return [_now("Instead of %(value)s") % {"value": lowered(one)} for one in shadowed]

    def shadowed(self, shadow: Shadow, key: str) -> str:
        """Return "80, set by Ben at Factory Chicago on 3 May"."""
        said, words = self._value(shadow, key), self._origin_of(shadow, key)
        return with_value(said, words) if said else words

    def save_of(self, origin: Origin | Shadow, key: str) -> ConfigurationRevision | None:
        """Return who set the value of a key and when; None where the reader may not know."""
        return self.saves.of(origin, key)

    def value_of(self, shadow: Shadow, key: str) -> Any:  # noqa: ANN401  any JSON value
        """Return a value that does not count; None where the reader may not know it, or nobody."""
        if shadow.source in BY_PEOPLE:
            return self._saved(shadow, key)
        rule = self.rules.get(key)
        known = rule and rule.has_default and not self._is_secret(key)
        return rule.default if rule and known else None

    def _read(self, key: str, origin: Origin) -> str:
        names = {"setting": self.label(key), "origin": self.sentence(origin, key)}
        rule, value = self.rules.get(key), self._saved(origin, key)
        if value is None or rule is None:
            return _now("%(setting)s: %(origin)s") % names
        names["origin"] = with_value(say(rule, value), names["origin"])
        return _now("%(setting)s: %(origin)s") % names

    def _input(self, key: str, origin: Origin) -> str:
        place = named(origin.level, origin.name) if origin.source in BY_PEOPLE else ""
        names = {"setting": self.label(key), "place": place}
        return _now("%(setting)s (%(place)s)") % names if place else names["setting"]

    def _shared(self, origin: Origin, key: str) -> str:
        given = _now("From the shared configuration %(name)s") % {"name": origin.template}
        if not origin.name:
            return given
        return f"{given}, {lowered(self._set_at(origin, origin.set_as or key, told=False))}"

    def _set_at(self, origin: Origin | Shadow, key: str, *, told: bool = True) -> str:
        """Return who set it where and when; ``told`` names the config template it is set for."""
        names = {"place": named(origin.level, origin.name), "template": origin.template}
        if told and origin.template:
            names["place"] = _now("%(place)s in %(template)s") % names
        save = self.save_of(origin, key)
        if save is None or save.author is None:
            return _now("Set at %(place)s") % names
        names |= {"person": person_name(save.author), "day": day(save.created_at, self.zone)}
        return _now("Set by %(person)s at %(place)s on %(day)s") % names

    def _origin_of(self, shadow: Shadow, key: str) -> str:
        if shadow.source in BY_PEOPLE:
            return self._set_at(shadow, key)
        return str(SOURCES.get(shadow.source, ""))

    def _over(self, shadow: Shadow, key: str) -> str:
        names = {
            "value": self._value(shadow, key),
            "place": named(shadow.level, shadow.name),
        }
        if shadow.source not in BY_PEOPLE:
            default = _now("over %(value)s, the default") % names
            return default if names["value"] else _now("over the default")
        if not names["value"]:
            return _now("over the value from %(place)s") % names
        return _now("over %(value)s from %(place)s") % names

    def _saved(self, origin: Origin | Shadow, key: str) -> Any:  # noqa: ANN401  any JSON value
        save = self.saves.whole(origin)
        # What a config template gives has rules of its own, which may call it a secret.
        if save is None or origin.template or self._is_secret(key):
            return None
        value = value_at(save.values, key)
        return None if as_reference(value) else value

    def _is_secret(self, key: str) -> bool:
        """Whether a key is marked, or what it lies in."""
        parts = key.split(".")
        above = (".".join(parts[:end]) for end in range(1, len(parts) + 1))
        return any(rule.secret for one in above if (rule := self.rules.get(one)))

    def _value(self, shadow: Shadow, key: str) -> str:
        """Return a value that does not count in words; nothing where it may not be said."""
        rule, value = self.rules.get(key), self.value_of(shadow, key)
        return "" if rule is None or value is None else say(rule, value)


def with_value(value: str, origin: str) -> str:
    """Return "85, set by Ana at Line 3 on 4 May, over 80 from Factory Chicago"."""
    names = {"value": value, "origin": lowered(origin)}
    return _now("%(value)s, %(origin)s") % names if origin else value


def lowered(sentence: str) -> str:
    """Return a sentence as it goes on after a comma."""
    return sentence[:1].lower() + sentence[1:]
