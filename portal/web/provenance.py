"""Why a value is what it is: who set it where and when, and what it stands in front of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestration.models import SolutionVersion
from orchestration.queries.provenance import Saves, saves_of
from orchestration.queries.resolving import LineReview
from orchestration.queries.secrecy import leaves
from orchestration.queries.templates import rules_of
from orchestration.queries.values import value_at
from orchestration.resolution import Change, Origin, Shadow, origins
from orchestration.rules import Rule, Schema
from portal.web.forms_writing import say
from portal.web.origins import SOURCES, Setting
from portal.web.place_names import day, named, person_name
from rbac.models import User

BY_PEOPLE = frozenset({"value", "linked"})


def settings_of_revision(by: User, revision: SolutionVersion) -> list[Setting]:
    """Return the configuration of a published revision with the origin of every value."""
    found = origins(revision.provenance) if revision.provenance else {}
    rules = rules_of(revision.template_version)
    return settings(leaves(revision), found, saves_of(by, found.values()), rules)


def settings_of_review(by: User, review: LineReview, rules: Schema | None) -> list[Setting]:
    """Return what a line would get with the origin of every value; nothing where it failed."""
    found = review.resolution.provenance
    shown = review.veil.changes(None, review.resolution.configuration)
    return settings(shown, found, saves_of(by, found.values()), rules)


def settings(
    shown: Iterable[Change], found: Mapping[str, Origin], saves: Saves, rules: Schema | None
) -> list[Setting]:
    """Return the leaves of a configuration as rows, in its own order."""
    known = {rule.key: rule for rule in rules.rules} if rules else {}
    return [
        Setting(
            key=leaf.key,
            label=label_of(known, leaf.key),
            value=_said(leaf, leaf.after, known),
            unit="",  # said with the value
            secret=leaf.secret,
            origin=origin_words(found.get(leaf.key), leaf.key, saves, known),
        )
        for leaf in shown
    ]


@dataclass(frozen=True)
class Named:
    """One setting that differs, by its label; of a secret only that it does.

    What components/differences.html reads: ``before`` and ``after`` are values as people say them.
    """

    key: str
    kind: str
    before: str
    after: str
    secret: bool = False


def named_changes(changes: Iterable[Change], rules: Schema | None) -> list[Named]:
    """Return what differs between two configurations, said with labels and units."""
    known = {rule.key: rule for rule in rules.rules} if rules else {}
    return [
        Named(
            label_of(known, change.key),
            change.kind,
            _said(change, change.before, known),
            _said(change, change.after, known),
            change.secret,
        )
        for change in changes
    ]


def _said(change: Change, value: object, known: Mapping[str, Rule]) -> str:
    if change.secret:
        return _("a secret value")
    return say(known.get(change.key) or Rule(change.key, (), "string"), value)


def label_of(known: Mapping[str, Rule], key: str) -> str:
    """Return what a setting is called; its key where the rules name none."""
    rule = known.get(key)
    return (rule.label if rule else "") or key


def origin_words(origin: Origin | None, key: str, saves: Saves, known: Mapping[str, Rule]) -> str:
    """Return "Set by Ana at Line 3 on 4 May, over 80 from Factory Chicago"."""
    if origin is None:
        return ""
    if origin.source == "expression" and origin.inputs:
        return _("Worked out from %(inputs)s") % {"inputs": _inputs(origin, known)}
    if origin.source not in BY_PEOPLE:
        return str(SOURCES.get(origin.source, ""))
    words = _set_at(origin, saves)
    return f"{words}, {over}" if (over := _over(origin.shadows, key, saves, known)) else words


def _set_at(origin: Origin, saves: Saves) -> str:
    names = {"place": named(origin.level, origin.name)}
    save = _save(origin.revision_ref, saves)
    if save is None or save.author is None:
        return _("Set at %(place)s") % names
    names |= {"person": person_name(save.author), "day": day(save.created_at)}
    return _("Set by %(person)s at %(place)s on %(day)s") % names


def _over(shadows: Iterable[Shadow], key: str, saves: Saves, known: Mapping[str, Rule]) -> str:
    shadow = next(iter(shadows), None)
    if shadow is None:
        return ""
    rule = known.get(key)
    if shadow.source not in BY_PEOPLE:
        if rule is None or not rule.has_default:
            return _("over the default")
        return _("over %(value)s, the default") % {"value": say(rule, rule.default)}
    save = _save(shadow.revision_ref, saves)
    value = shadow.value if shadow.value is not None else value_at(save and save.values, key)
    names = {"place": named(shadow.level, shadow.name)}
    if value is None or rule is None:
        return _("over the value from %(place)s") % names
    return _("over %(value)s from %(place)s") % {**names, "value": say(rule, value)}


def _save(ref: object, saves: Saves) -> Any:  # noqa: ANN401  a ConfigurationRevision or None
    return saves.get(ref) if isinstance(ref, int) else None


def _inputs(origin: Origin, known: Mapping[str, Rule]) -> str:
    return ", ".join(
        _("%(setting)s (%(place)s)") % {"setting": label, "place": place} if place else label
        for key, read in origin.inputs.items()
        for label in [label_of(known, key)]
        for place in [named(read.level, read.name) if read.source in BY_PEOPLE else ""]
    )
