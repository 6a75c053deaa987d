"""Configurations as rows that people read: settings with their origins, and what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orchestration.models import SolutionVersion
from orchestration.queries.places import time_zone_of
from orchestration.queries.provenance import saves_of
from orchestration.queries.resolving import LineReview
from orchestration.queries.revisions import compare, differing
from orchestration.queries.secrecy import leaves
from orchestration.queries.templates import rules_of
from orchestration.resolution import Change, Origin, origins
from orchestration.rules import Rule, Schema
from portal.web.forms_writing import say
from portal.web.origins import Storyteller
from rbac.models import User


@dataclass(frozen=True)
class Setting:
    """One leaf of a final configuration; ``label`` is the key where the rules name none.

    ``origin`` is where its value is from, ``reasons`` what it stands in front of, or is worked out
    from.
    """

    key: str
    label: str
    value: object
    unit: str
    secret: bool
    origin: str
    reasons: tuple[str, ...] = ()


def settings_of_revision(by: User, revision: SolutionVersion, zone: str = "") -> list[Setting]:
    """Return the configuration of a published revision with the origin of every value."""
    found = origins(revision.provenance) if revision.provenance else {}
    rules = rules_of(revision.template_version)
    story = Storyteller.of(saves_of(by, found.values()), rules, zone)
    return settings(leaves(revision), found, story)


def settings_of_review(by: User, review: LineReview, rules: Schema | None) -> list[Setting]:
    """Return what a line would get with the origin of every value; nothing where it failed."""
    found = review.resolution.provenance
    shown = review.veil.changes(None, review.resolution.configuration)
    zone = time_zone_of(review.target.node)
    return settings(shown, found, Storyteller.of(saves_of(by, found.values()), rules, zone))


def settings(
    shown: Iterable[Change], found: Mapping[str, Origin], story: Storyteller
) -> list[Setting]:
    """Return the leaves of a configuration as rows, in its own order."""
    return [
        Setting(
            key=leaf.key,
            label=story.label(leaf.key),
            value=_said(leaf, leaf.after, story.rules),
            unit="",  # said with the value
            secret=leaf.secret,
            origin=story.sentence(found.get(leaf.key), leaf.key),
            reasons=tuple(story.reasons(found.get(leaf.key), leaf.key)),
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


def differences_of(before: SolutionVersion | None, after: SolutionVersion) -> list[Named]:
    """Return how a revision differs from another one, or from nothing."""
    return named_changes(compare(before, after), rules_of(after.template_version))


@dataclass(frozen=True)
class Compared:
    """One setting that some revisions differ in; each of them with its value, empty for none."""

    label: str
    values: list[tuple[SolutionVersion, str]]


def compared(rows: Sequence[SolutionVersion]) -> list[Compared]:
    """Return how several revisions differ, by the rules of the newest, which comes last."""
    rules = rules_of(rows[-1].template_version) if rows else None
    known = {rule.key: rule for rule in rules.rules} if rules else {}
    return [
        Compared(
            label_of(known, key),
            [
                (row, _said(one, one.after, known) if one else "")
                for row, one in zip(rows, values, strict=True)
            ],
        )
        for key, values in differing(rows)
    ]


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
    if value is None:
        return _("not set")
    return say(known.get(change.key) or Rule(change.key, (), "string"), value)


def label_of(known: Mapping[str, Rule], key: str) -> str:
    """Return what a setting is called; its key where the rules name none."""
    rule = known.get(key)
    return (rule.label if rule else "") or key
