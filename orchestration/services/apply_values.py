"""Links of config templates, and values at places, as files want them."""

from collections.abc import Mapping
from typing import Any

from orchestration.models import AnyVersion, Node, TemplateLink
from orchestration.queries import config_templates as seen_configs
from orchestration.queries import solutions as seen
from orchestration.queries.saved import current_values
from orchestration.queries.templates import rules_of
from orchestration.resolution import veil
from orchestration.services import config_templates, configuration
from orchestration.services.apply_files import Document
from orchestration.services.apply_plan import Difference, Outcome, Run
from orchestration.services.errors import Invalid
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm


def link(run: Run, document: Document) -> Outcome:
    """A config template version that counts at a place and below."""
    at, name = document.text("at"), document.text("config_template")
    node, wanted = run.place(at), document.text("version")
    rows = seen_configs.template_versions(run.by).filter(
        template__node__context=node.context_id, template__node__name=name
    )
    version = rows.filter(version=wanted).first()
    if version is None:
        raise Invalid("solution-unknown", solution=f"{name}/{wanted}")
    before = TemplateLink.objects.filter(node=node, template=version.template).first()
    row = config_templates.link(run.by, node, version)
    key = f"{name} at {at}"
    if before is None:
        change = Difference("version", None, wanted)
        return Outcome(key, (row.pk, 0), (change,), created=True)
    if before.version_id == version.pk:
        return Outcome(key, (row.pk, 0))
    change = Difference("version", before.version.version, wanted)
    return Outcome(key, (row.pk, 0), (change,))


def values(run: Run, document: Document) -> Outcome:
    """The values of a solution or config template at a place, whole."""
    at, wanted = document.text("at"), document.mapping("values")
    node = run.place(at)
    # Else whoever may not see values could guess them: the right guess is "unchanged".
    may(run.by, Perm.VIEW_VALUES, node).require()
    version = version_of(run, document, node)
    template = version.template.node
    before = current_values(version.template, [node.pk]).get(node.pk)
    edit = configuration.Edit(node, wanted, before.number if before else 0)
    saved = configuration.save(run.by, version, [edit], comment="apply")
    key, ids = f"{template.name} at {at}", (node.pk, template.pk)
    if not saved:
        return Outcome(key, ids)
    # Secrets typed in plain are references by now: of those only that they differ is told.
    kept = before.values if before else {}
    return Outcome(key, ids, _changes(version, kept, saved[0].values), created=before is None)


def clear(by: User, version: AnyVersion, node: Node) -> bool:
    """Unset every value at a place; whether there were any."""
    before = current_values(version.template, [node.pk]).get(node.pk)
    if before is None or not before.values:
        return False
    edit = configuration.Edit(node, {}, before.number)
    return bool(configuration.save(by, version, [edit], comment="apply"))


def _changes(
    version: AnyVersion, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Difference, ...]:
    rules = rules_of(version)
    hidden = veil(frozenset(rules.secret_parts if rules else ()), before, after)
    return tuple(
        Difference(change.key, change.before, change.after, change.secret)
        for change in hidden.changes(before, after)
    )


def version_of(run: Run, document: Document, node: Node) -> AnyVersion:
    """The version whose rules count: the one named, else the newest."""
    solution, config = document.text("solution"), document.text("config_template")
    if bool(solution) == bool(config):
        raise Invalid("field-missing", field="solution | config_template")
    wanted, context = document.text("version"), node.context_id
    found: AnyVersion | None
    if solution:
        solutions = seen.template_versions(run.by).filter(template__node__name=solution)
        solutions = solutions.filter(template__node__context=context)
        found = (solutions.filter(version=wanted) if wanted else solutions).first()
    else:
        configs = seen_configs.template_versions(run.by).filter(template__node__name=config)
        configs = configs.filter(template__node__context=context)
        found = (configs.filter(version=wanted) if wanted else configs).first()
    if found is None:
        raise Invalid("solution-unknown", solution=solution or config)
    return found
