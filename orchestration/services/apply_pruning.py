"""Taking away again what `apply` made: by the services, with their rights and refusals."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet

from orchestration.models import (
    AppliedObject,
    Capability,
    ConfigTemplate,
    ConfigTemplateVersion,
    Node,
    SchemaVersion,
    SolutionTemplate,
    SolutionTemplateVersion,
    TemplateLink,
)
from orchestration.queries import access, config_templates, places, solutions
from orchestration.services import (
    config_templates as links,
)
from orchestration.services import (
    contexts,
    discarding,
    groups,
    people,
    roles,
)
from orchestration.services import (
    places as changes,
)
from orchestration.services.apply_files import (
    CAPABILITY,
    CONFIG,
    GROUP,
    LINK,
    ROLE,
    SCHEMA,
    SITE,
    SOLUTION,
    TARGET,
    USER,
    VALUES,
)
from orchestration.services.apply_values import clear
from rbac.models import RoleAssignment, User

M = TypeVar("M", bound=Model)


def prune_one(by: User, mark: AppliedObject) -> bool:
    """Delete one object; whether there is anything to tell of it.

    What is gone already loses its mark. What the person may not see is as if it were not there,
    and keeps it. An account is closed, not deleted: events name it. A context stays.
    """
    prune = _PRUNERS.get(mark.kind)
    return prune is not None and prune(by, mark)


def _node(by: User, mark: AppliedObject) -> bool:
    row: Node | None = _found(mark, Node, places.nodes(by))
    if row is None:
        return False
    changes.remove(by, row)
    return _done(mark)


def _capability(by: User, mark: AppliedObject) -> bool:
    seen = Capability.objects.filter(context__in=places.contexts(by))
    row: Capability | None = _found(mark, Capability, seen)
    if row is None:
        return False
    contexts.remove_capability(by, row)
    return _done(mark)


def _schema(by: User, mark: AppliedObject) -> bool:
    row: SchemaVersion | None = _found(mark, SchemaVersion, solutions.schema_versions(by))
    if row is None:
        return False
    discarding.schema_version(by, row)
    return _done(mark)


def _config(by: User, mark: AppliedObject) -> bool:
    seen = config_templates.template_versions(by)
    row: ConfigTemplateVersion | None = _found(mark, ConfigTemplateVersion, seen)
    if row is None:
        return False
    discarding.config_version(by, row)
    return _done(mark)


def _solution(by: User, mark: AppliedObject) -> bool:
    seen = solutions.template_versions(by)
    row: SolutionTemplateVersion | None = _found(mark, SolutionTemplateVersion, seen)
    if row is None:
        return False
    discarding.solution_version(by, row)
    return _done(mark)


def _link(by: User, mark: AppliedObject) -> bool:
    row: TemplateLink | None = _found(mark, TemplateLink, config_templates.links(by))
    if row is None:
        return False
    links.unlink(by, row)
    return _done(mark)


def _values(by: User, mark: AppliedObject) -> bool:
    node = places.nodes(by).filter(pk=mark.object_id).first()
    template: SolutionTemplate | ConfigTemplate | None = (
        solutions.templates(by).filter(pk=mark.other_id).first()
        or config_templates.templates(by).filter(pk=mark.other_id).first()
    )
    version = template.versions.first() if template else None
    if node is None or version is None:
        return False
    told = clear(by, version, node)
    _done(mark)
    return told


def _group(by: User, mark: AppliedObject) -> bool:
    row: Group | None = _found(mark, Group, access.groups(by))
    if row is None:
        return False
    groups.remove(by, row)
    return _done(mark)


def _user(by: User, mark: AppliedObject) -> bool:
    row: User | None = _found(mark, User, access.people(by))
    if row is None or not row.is_active:
        return False
    people.change(by, row, is_active=False, is_staff=row.is_staff, groups=row.groups.all())
    return True


def _role(by: User, mark: AppliedObject) -> bool:
    row: RoleAssignment | None = _found(mark, RoleAssignment, access.assignments(by))
    if row is None:
        return False
    roles.take(by, row)
    return _done(mark)


def _found(mark: AppliedObject, model: type[M], seen: QuerySet[M]) -> M | None:
    if not model._default_manager.filter(pk=mark.object_id).exists():
        mark.delete()
        return None
    return seen.filter(pk=mark.object_id).first()


def _done(mark: AppliedObject) -> bool:
    mark.delete()
    return True


_PRUNERS: Mapping[str, Callable[[User, AppliedObject], bool]] = {
    CAPABILITY: _capability,
    GROUP: _group,
    USER: _user,
    SITE: _node,
    TARGET: _node,
    SCHEMA: _schema,
    CONFIG: _config,
    SOLUTION: _solution,
    LINK: _link,
    VALUES: _values,
    ROLE: _role,
}
