"""Secrets by name and by reference: which count where, and which a line may refer to.

A reference says by its version what it is: `VALUE`, a value saved for a key marked secret; `SAVED`,
one saved before its key was marked, named by the configuration revision and the key; `DEFAULT`, a
schema's default, named by the template version and the key; anything else is the version of a
named secret. No rights here: whoever calls has asked.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from orchestration.expressions import SecretReference, Value, lookup, split_path
from orchestration.models import (
    ConfigTemplate,
    ConfigTemplateVersion,
    ConfigurationRevision,
    NamedSecret,
    NamedSecretVersion,
    SecretValue,
    SolutionInstance,
    SolutionTemplateVersion,
    SolutionVersion,
    Target,
)
from orchestration.queries import sight
from orchestration.resolution import Injected, Resolution, ResolutionProblem, Subject
from orchestration.resolution.secrets import Found, references
from orchestration.states import ACTIVE_DEPLOYMENT
from rbac.access import below
from rbac.models import User

VALUE, SAVED, DEFAULT = "value", "saved", "default"
MENTION = '"$secret"'  # stands in every content that refers to a secret
_DIGITS = 19  # one more than every number of these that a column holds
SOLUTION, CONFIG = "solution", "config"
VERSIONS: Mapping[str, type[SolutionTemplateVersion | ConfigTemplateVersion]] = {
    SOLUTION: SolutionTemplateVersion,
    CONFIG: ConfigTemplateVersion,
}
Name: TypeAlias = tuple[str, str | None]  # name and version of a reference


@dataclass(frozen=True)
class Row:
    """Where a secret was set, for which template (None: any), and its keys.

    What stands in a version counts as set at the root of the version's context.
    """

    node: int
    template: int | None = None
    keys: tuple[str, ...] = ()


def newest() -> QuerySet[NamedSecretVersion]:
    """The version of each named secret that counts."""
    newer = NamedSecretVersion.objects.filter(
        secret=OuterRef("secret"), number__gt=OuterRef("number")
    )
    return NamedSecretVersion.objects.filter(~Exists(newer)).select_related("secret")


def counting(nodes: Collection[int]) -> dict[int, dict[str, str]]:
    """The named secrets of some places, each with the version that counts, by place."""
    found: dict[int, dict[str, str]] = {}
    for row in (
        newest().filter(secret__node__in=nodes).only("secret__node", "secret__name", "number")
    ):
        found.setdefault(row.secret.node_id, {})[row.secret.name] = row.reference
    return found


def named(by: User) -> QuerySet[NamedSecret]:
    """The named secrets at the places whose values a person may see, with what counts of each."""
    kept = newest().select_related("created_by").defer("ciphertext")
    rows = NamedSecret.objects.select_related("node__context")
    seen = sight.seen(by, sight.VALUES, rows, "node__path")
    return seen.prefetch_related(Prefetch("versions", kept)).order_by("node__path", "name")


def setters(values: Iterable[SecretReference]) -> dict[str, SecretValue]:
    """Who set the secret values behind references, and when, by name; never the values."""
    names = {one.name for one in values if one.version == VALUE}
    if not names:
        return {}
    rows = SecretValue.objects.filter(name__in=names).defer("ciphertext")
    return {row.name: row for row in rows.select_related("created_by")}


def with_own_secrets(
    template: int, targets: Sequence[Target], resolved: Iterable[tuple[Subject, Resolution]]
) -> Iterator[Resolution]:
    """The resolutions of some lines, failed where one refers to a secret that is not its own.

    A line may refer to what was set at its own place or above, for the solution or for a config
    template, and to what dependents have put in: that was theirs to use.
    """
    lines = list(resolved)
    wanted = {found.reference for _, resolution in lines for found in resolution.references}
    sources = (_set_values, _saved_values, _defaults, _named_values) if wanted else ()
    rows = {name: row for source in sources for name, row in source(wanted).items()}
    fitting = _Fitting(template, rows)
    for target, (subject, resolution) in zip(targets, lines, strict=True):
        wrong = tuple(fitting.problems(target, resolution.references, subject.injections))
        yield (
            replace(resolution, problems=(*resolution.problems, *wrong), canonical=b"", digest="")
            if wrong
            else resolution
        )


@dataclass(frozen=True)
class _Fitting:
    template: int
    rows: Mapping[Name, Row]

    def problems(
        self, target: Target, found: Sequence[Found], injected: Sequence[Injected]
    ) -> Iterator[ResolutionProblem]:
        above = set(target.node.path_ids())
        lent = {one.reference for step in injected for one in references(_section(step))}
        for one in found:
            if one.reference.version is None or one.reference in lent:
                continue  # told of already, or not this line's to answer for
            if wrong := self._wrong(one.reference, above):
                yield ResolutionProblem(one.key, "secret", wrong)

    def _wrong(self, reference: SecretReference, above: Collection[int]) -> str:
        row = self.rows.get((reference.name, reference.version))
        if row is None or row.node not in above or row.template not in {None, self.template}:
            return "this refers to a secret that does not belong here; set it anew"
        if row.keys and reference.key not in row.keys:
            return f"the secret {reference.name} has the keys {', '.join(row.keys)}; name one"
        if reference.key is not None and not row.keys:
            return f"the secret {reference.name} is one text and has no keys"
        return ""


def _section(step: Injected) -> Value:
    """What a dependent puts in; the rest of its configuration is not lent to anybody."""
    return lookup(dict(step.config), split_path(step.source))


def _set_values(wanted: Iterable[SecretReference]) -> dict[Name, Row]:
    names = {one.name for one in wanted if one.version == VALUE}
    rows = SecretValue.objects.filter(name__in=names).values_list("name", "node", "template")
    shared = _shared(template for _, _, template in rows)
    return {
        (name, VALUE): Row(node, None if template in shared else template)
        for name, node, template in rows
    }


def _saved_values(wanted: Iterable[SecretReference]) -> dict[Name, Row]:
    names = {one.name: saved_in(one.name) for one in wanted if one.version == SAVED}
    rows = ConfigurationRevision.objects.filter(pk__in=set(names.values())).values_list(
        "pk", "node", "template"
    )
    shared = _shared(template for _, _, template in rows)
    by_id = {pk: Row(node, None if template in shared else template) for pk, node, template in rows}
    return {(name, SAVED): by_id[pk] for name, pk in names.items() if pk in by_id}


def _defaults(wanted: Iterable[SecretReference]) -> dict[Name, Row]:
    found: dict[Name, Row] = {}
    names = {one.name: version_in(one.name) for one in wanted if one.version == DEFAULT}
    for kind, model in VERSIONS.items():
        ids = {pk for its, pk in names.values() if its == kind}
        versions = model._default_manager.select_related("template__node").in_bulk(ids)
        rows = {
            pk: Row(one.template.node.path_ids()[0], None if kind == CONFIG else one.template_id)
            for pk, one in versions.items()
        }
        found |= {
            (name, DEFAULT): rows[pk]
            for name, (its, pk) in names.items()
            if its == kind and pk in rows
        }
    return found


def _named_values(wanted: Iterable[SecretReference]) -> dict[Name, Row]:
    versions = {one.version for one in wanted} - {VALUE, SAVED, DEFAULT, None}
    ids = {named_in(version)[0] for version in versions}
    rows = NamedSecretVersion.objects.filter(secret__in=ids).select_related("secret")
    return {
        (row.secret.name, row.reference): Row(row.secret.node_id, None, tuple(row.keys))
        for row in rows.defer("ciphertext")
    }


def _shared(templates: Iterable[int]) -> set[int]:
    """Which templates are config templates: whoever is below may use their values."""
    return set(ConfigTemplate.objects.filter(pk__in=set(templates)).values_list("pk", flat=True))


def saved_in(name: str) -> int:
    """The configuration revision that a `SAVED` reference names; 0 for none."""
    return _number(name.partition(":")[0])


def version_in(name: str) -> tuple[str, int]:
    """The kind and the id of the template version that a `DEFAULT` reference names."""
    kind, number, *_ = (*name.split(":", 2), "", "")
    return kind, _number(number)


def named_in(version: str | None) -> tuple[int, int]:
    """The named secret and the number of its version; zeros for what is none."""
    secret, _, number = (version or "").partition(".")
    return _number(secret), _number(number)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0


def users(secret: NamedSecret) -> QuerySet[SolutionInstance]:
    """The copies that run, shall run or wait for what refers to a named secret."""
    waited_for = Q(deployments__instance=OuterRef("pk"), deployments__state__in=ACTIVE_DEPLOYMENT)
    told = SolutionVersion.objects.filter(
        Q(pk=OuterRef("current")) | Q(pk=OuterRef("desired")) | waited_for,
        content__contains=f'"version":"{secret.pk}.',
    ).filter(content__contains=MENTION)
    rows = SolutionInstance.objects.filter(Exists(told))
    return rows.select_related("target__node", "template__node")


def readers(secret: NamedSecret) -> QuerySet[SolutionInstance]:
    """The copies at and below the place of a named secret that were published with its name."""
    told = SolutionVersion.objects.filter(
        instance=OuterRef("pk"), content__contains=f'"name":{json.dumps(secret.name)}'
    ).filter(content__contains=MENTION)
    return SolutionInstance.objects.filter(
        Exists(told), below([secret.node.path], "target__node__path")
    )
