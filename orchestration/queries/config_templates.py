"""Config templates, and where they are linked, for one person."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from orchestration.models import ConfigTemplate, ConfigTemplateVersion, Node, TemplateLink
from orchestration.queries import sight
from rbac.access import may, visible
from rbac.models import User


@dataclass(frozen=True)
class Reaching:
    """A link that counts at a place; ``here`` where it is the place's own.

    ``others`` are the links of the same template further up, the nearest first.
    """

    link: TemplateLink
    here: bool
    others: list[TemplateLink]

    @property
    def template(self) -> ConfigTemplate:
        """What is linked."""
        return self.link.template


def templates(by: User) -> QuerySet[ConfigTemplate]:
    """Config templates in the catalog that a person may see."""
    rows = ConfigTemplate.objects.select_related("node__context")
    return visible(by, sight.SOLUTIONS, rows, "node__path")


def template_versions(by: User) -> QuerySet[ConfigTemplateVersion]:
    """Versions of the config templates a person may see, newest first."""
    rows = ConfigTemplateVersion.objects.select_related("template__node__context", "schema__schema")
    seen = visible(by, sight.SOLUTIONS, rows, "template__node__path")
    return seen.order_by("template__node__name", "-sort_key")


def links(by: User) -> QuerySet[TemplateLink]:
    """What is linked to places whose values a person may see."""
    return visible(by, sight.VALUES, _links(), "node__path").order_by("node__path", "pk")


def links_of(by: User) -> Prefetch[str, QuerySet[TemplateLink], str]:
    """The same, to be read with config templates."""
    return Prefetch("links", links(by))


def links_at(by: User, node: Node) -> QuerySet[TemplateLink]:
    """The links of one place that the person may see the values of, in the order linked.

    Raises:
        rbac.access.Denied: the right to see values is missing.
    """
    _may_see(by, node)
    return _links().filter(node=node).order_by("pk")


def reaching(by: User, node: Node) -> list[Reaching]:
    """Every config template that counts at a place: its own first, then those from above.

    Whoever sees the values of a place sees them, and of places above no more than their name.

    Raises:
        rbac.access.Denied: the right to see values is missing.
    """
    _may_see(by, node)
    by_template: dict[int, list[TemplateLink]] = {}
    rows = _links().filter(node__in=node.path_ids()).order_by("pk")
    for link in sorted(rows, key=lambda link: -len(link.node.path)):
        by_template.setdefault(link.template_id, []).append(link)
    return [
        Reaching(nearest, nearest.node_id == node.pk, others)
        for nearest, *others in by_template.values()
    ]


def at_place(by: User, node: Node) -> QuerySet[ConfigTemplate]:
    """The config templates whose values a person may look at here: linked, or in their catalog."""
    known = Q(pk__in=templates(by).values("pk")) | Q(links__node__in=node.path_ids())
    rows = ConfigTemplate.objects.filter(known, node__context=node.context_id).distinct()
    return rows.select_related("node__context").order_by("node__display_name", "node__name")


def versions_at(by: User, node: Node, template: ConfigTemplate) -> list[ConfigTemplateVersion]:
    """The versions of one of `at_place`: the one that counts here first, then the newest.

    Without a right at the template itself a person knows the linked ones and no other.
    """
    links = TemplateLink.objects.filter(template=template, node__in=node.path_ids())
    nearest = links.order_by("-node__path").values_list("version", flat=True).first()
    known = Q(pk__in=template_versions(by).order_by().values("pk"))
    known |= Q(pk__in=links.order_by().values("version"))
    rows = ConfigTemplateVersion.objects.filter(known, template=template)
    found = list(rows.select_related("template__node__context").order_by("-sort_key"))
    return sorted(found, key=lambda version: version.pk != nearest)


def _links() -> QuerySet[TemplateLink]:
    return TemplateLink.objects.select_related(
        "node__context", "template__node", "version__template__node", "linked_by"
    )


def _may_see(by: User, node: Node) -> None:
    for perm in sight.VALUES:
        may(by, perm, node).require()
