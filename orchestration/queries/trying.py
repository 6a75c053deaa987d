"""What a stored version and a real line hold, as texts an author may try changes on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from orchestration.expressions import Parts, SecretReference, write_yaml
from orchestration.models import ConfigTemplateVersion, Node, SolutionTemplateVersion, Target
from orchestration.queries.linking import read_by_name
from orchestration.queries.subjects import Subjects
from orchestration.queries.templates import compiled
from orchestration.resolution import MASK, PathNode
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


@dataclass(frozen=True)
class PlaceTexts:
    """A place as an author may start from: its level and name, and two texts in YAML."""

    level: str
    name: str
    values: str = ""
    about: str = ""


@dataclass(frozen=True)
class Start:
    """A stored version, on a real line if one is named, as texts to go on from.

    ``hidden`` names the places whose values the person may not see, and which are left out.
    """

    template: str
    schema: str
    specification: str
    instance: str
    target: str = ""
    places: tuple[PlaceTexts, ...] = ()
    hidden: tuple[str, ...] = ()


def start(by: User, version: SolutionTemplateVersion, target: Target | None = None) -> Start:
    """What a version and a line hold now, secrets masked.

    Raises:
        rbac.access.Denied: the right to see the solution, or values on the line, is missing.
    """
    may(by, Perm.VIEW_SOLUTIONS, version.template.node).require()
    name = version.template.node.name
    texts = Start(
        template=version.config_text,
        schema=version.schema.text if version.schema else "",
        specification=_yaml(version.specification),
        instance=name,
    )
    if target is None:
        return texts
    may(by, Perm.VIEW_VALUES, target.node).require()
    template = compiled(version)
    secret = template.schema.secret_parts if template.schema else ()
    subjects = Subjects(version.template, [target], named=read_by_name(template))
    subject = subjects.of(target, name)
    nodes = Node.objects.select_related("context").in_bulk(target.node.path_ids())
    given = {name for node in subject.path for name in (*node.linked, *node.named)}
    marked = _marked(target.node.context_id, given)
    seen = {pk for pk, node in nodes.items() if may(by, Perm.VIEW_VALUES, node)}
    return replace(
        texts,
        target=_yaml(dict(subject.target)),
        places=tuple(
            _place(node, secret, marked) if node.ref in seen else PlaceTexts(node.level, node.name)
            for node in subject.path
        ),
        hidden=tuple(node.name for node in subject.path if node.ref not in seen),
    )


def _place(
    node: PathNode, secret: Iterable[Parts], marked: Mapping[str, Iterable[Parts]]
) -> PlaceTexts:
    about: dict[str, Any] = {"timeZone": node.time_zone, "labels": dict(node.labels)}
    for kind, given in (("linked", node.linked), ("named", node.named)):
        about[kind] = {
            name: _masked(dict(one), marked.get(name, ())) for name, one in given.items()
        }
    about = {key: value for key, value in about.items() if value}
    return PlaceTexts(
        node.level, node.name, _yaml(_masked(dict(node.values), secret)), _yaml(about)
    )


def _marked(context: int, names: Iterable[str]) -> dict[str, frozenset[Parts]]:
    """What is secret in config templates, by their Name/Version."""
    found = {}
    rows = ConfigTemplateVersion.objects.filter(template__node__context=context)
    for name in names:
        template, _, version = name.rpartition("/")
        row = rows.filter(template__node__name=template, version=version).first()
        if row is not None:
            found[name] = compiled(row).secret_settings
    return found


def _masked(values: Any, secret: Iterable[Parts], at: Parts = ()) -> Any:  # noqa: ANN401  JSON
    """Give values without those at secret keys, and without references to secrets."""
    if at in secret:
        return None if values is None else MASK
    if isinstance(values, dict):
        if SecretReference.read(values):
            return MASK
        return {key: _masked(value, secret, (*at, key)) for key, value in values.items()}
    if isinstance(values, list):
        return [_masked(value, (), at) for value in values]
    return values


def _yaml(data: Any) -> str:  # noqa: ANN401  JSON
    """Write data as text; nothing for nothing."""
    return write_yaml(data) if data else ""
