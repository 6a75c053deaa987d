"""The catalog, and how far each solution has spread, for one person."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from orchestration.models import (
    Node,
    SchemaVersion,
    SolutionInstance,
    SolutionTemplate,
    SolutionTemplateVersion,
)
from orchestration.queries import places, sight
from orchestration.states import (
    CONFIGURATION_PENDING,
    INSTANCE,
    UNUSABLE_PUBLICATION,
    Severity,
    Word,
    instance_word,
)
from rbac.access import visible
from rbac.models import User

_LOUDEST = (Severity.DANGER, Severity.PROGRESS, Severity.WARNING, Severity.QUIET)
# What an agent says of a copy that should run and does not.
ILL = ("stopped", "failed")
# What the portal's word for a copy is made of; then copies, those that run, the last change.
_WORD = ("state", "configuration_pending", "publication")
Group = tuple[str, bool, str, int, int, datetime]
# The revisions of a list are shown by number: their content stays where it is until asked for.
_CONTENT = ("current__content", "current__provenance", "desired__content", "desired__provenance")


@dataclass(frozen=True)
class Spread:
    """How far one solution has come on the lines a person may see.

    ``words`` counts installed copies by portal word; ``worst`` is the loudest.
    """

    template: SolutionTemplate
    versions: list[SolutionTemplateVersion]
    published: int
    deployed: int
    lines: int
    updated_at: datetime | None
    words: dict[Word, int]

    @property
    def worst(self) -> Word | None:
        """The word that wants attention most, None when nothing is published."""
        return min(self.words, key=loudness, default=None)


def templates(by: User) -> QuerySet[SolutionTemplate]:
    """Solutions in the catalog that a person may see."""
    rows = SolutionTemplate.objects.select_related("node__context")
    return visible(by, sight.SOLUTIONS, rows, "node__path")


def template_versions(by: User) -> QuerySet[SolutionTemplateVersion]:
    """Versions of the solutions a person may see, newest first."""
    rows = SolutionTemplateVersion.objects.select_related(
        "template__node__context", "schema__schema"
    )
    seen = visible(by, sight.SOLUTIONS, rows, "template__node__path")
    return seen.order_by("template__node__name", "-sort_key")


def schema_versions(by: User) -> QuerySet[SchemaVersion]:
    """Schema versions of the contexts whose catalog a person may see."""
    catalogs = visible(by, sight.SOLUTIONS, Node.objects.filter(kind=Node.Kind.CATALOG))
    return SchemaVersion.objects.filter(
        schema__context__in=catalogs.values("context")
    ).select_related("schema__context")


def instances(by: User, within: Node | None = None) -> QuerySet[SolutionInstance]:
    """Installed and published copies on the lines a person may see."""
    rows = SolutionInstance.objects.select_related(
        "template__node",
        "target__node__context",
        "target__node__parent",
        "target__agent",
        "current__template_version",
        "desired__template_version",
    ).defer(*_CONTENT)
    return sight.seen(by, sight.INSTALLED, rows, "target__node__path", within)


def on_lines(by: User, within: Node | None = None) -> list[SolutionTemplate]:
    """The solutions of which a person sees a copy."""
    ids = instances(by, within).order_by().values("template")
    rows = SolutionTemplate.objects.filter(pk__in=ids).select_related("node")
    return sorted(rows, key=lambda template: str(template).casefold())


def loudness(word: Word) -> int:
    """Order words by how much they want attention, the loudest first."""
    return _LOUDEST.index(word.severity)


def word_of(instance: SolutionInstance) -> Word:
    """The portal's one word for a copy."""
    return instance_word(
        instance.state,
        configuration_pending=instance.configuration_pending,
        publication=instance.publication,
    )


def words() -> list[Word]:
    """Every word a copy can have, loudest first."""
    states = {row.word: None for row in INSTANCE.values()}
    return sorted([*states, *UNUSABLE_PUBLICATION.values(), CONFIGURATION_PENDING], key=loudness)


def having(word: Word) -> Q:
    """The condition on copies for which the portal says this word."""
    quiet = [state for state, row in INSTANCE.items() if row.severity is Severity.QUIET]
    usable = ~Q(publication__in=list(UNUSABLE_PUBLICATION))
    for publication, unusable in UNUSABLE_PUBLICATION.items():
        if word == unusable:
            return Q(state__in=quiet, publication=publication)
    if word == CONFIGURATION_PENDING:
        return usable & Q(state__in=quiet, configuration_pending=True)
    states = [state for state, row in INSTANCE.items() if row.word == word]
    if word.severity is Severity.QUIET:
        return usable & Q(state__in=states, configuration_pending=False)
    return Q(state__in=states)


def word_counts(rows: QuerySet[SolutionInstance]) -> dict[Word, int]:
    """How many copies each portal word stands for, loudest first."""
    groups = rows.order_by().values_list(*_WORD).annotate(Count("pk"))
    counts: dict[Word, int] = {}
    for state, pending, publication, count in groups:
        word = instance_word(state, configuration_pending=pending, publication=publication)
        counts[word] = counts.get(word, 0) + count
    return dict(sorted(counts.items(), key=lambda item: loudness(item[0])))


def spreads(by: User, within: Node | None = None) -> list[Spread]:
    """One row a solution: those in the person's catalog and those on their lines."""
    installed = instances(by, within)
    known = {template.pk: template for template in templates(by)}
    groups: dict[int, list[Group]] = {}
    columns = ("template_id", *_WORD)
    for template, *row in (
        installed.order_by()
        .values_list(*columns)
        .annotate(Count("pk"), Count("current"), Max("updated_at"))
    ):
        groups.setdefault(template, []).append(tuple(row))
    missing = set(groups) - set(known)
    known |= SolutionTemplate.objects.select_related("node__context").in_bulk(missing)
    versions = _versions_of(list(known))
    lines = places.targets(by, within).count()
    rows = [_spread(known[pk], versions.get(pk, []), groups.get(pk, []), lines) for pk in known]
    return sorted(rows, key=lambda row: row.template.node.title.casefold())


def spread_of(by: User, template: SolutionTemplate, within: Node | None = None) -> Spread:
    """The row of one solution."""
    groups = list(
        instances(by, within)
        .filter(template=template)
        .order_by()
        .values_list(*_WORD)
        .annotate(Count("pk"), Count("current"), Max("updated_at"))
    )
    versions = _versions_of([template.pk]).get(template.pk, [])
    return _spread(template, versions, groups, places.targets(by, within).count())


def _versions_of(templates: list[int]) -> dict[int, list[SolutionTemplateVersion]]:
    found: dict[int, list[SolutionTemplateVersion]] = {}
    rows = SolutionTemplateVersion.objects.filter(template__in=templates)
    for version in rows.select_related("template__node").order_by("-sort_key"):
        found.setdefault(version.template_id, []).append(version)
    return found


def _spread(
    template: SolutionTemplate,
    versions: list[SolutionTemplateVersion],
    groups: list[Group],
    lines: int,
) -> Spread:
    words: dict[Word, int] = {}
    for state, pending, publication, count, *_ in groups:
        word = instance_word(state, configuration_pending=pending, publication=publication)
        words[word] = words.get(word, 0) + count
    return Spread(
        template=template,
        versions=versions,
        published=sum(group[3] for group in groups),
        deployed=sum(group[4] for group in groups),
        lines=lines,
        updated_at=max((group[5] for group in groups), default=None),
        words=words,
    )


def reach(
    by: User, template: SolutionTemplate, within: Node | None = None
) -> list[tuple[str, int, int]]:
    """How many copies run each version: (version, count, of all), newest first, "" for none."""
    rows = instances(by, within).filter(template=template).order_by()
    counts = dict(rows.values_list("current__template_version").annotate(Count("pk")))
    total = sum(counts.values())
    known = _versions_of([template.pk]).get(template.pk, [])
    found = [(version.version, counts[version.pk]) for version in known if version.pk in counts]
    if None in counts:
        found.append(("", counts[None]))
    return [(version, count, total) for version, count in found]
