"""Configuration values at places, with what they inherit, for one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orchestration.expressions import Parts
from orchestration.models import (
    AnyTemplate,
    AnyVersion,
    ConfigurationRevision,
    Node,
    SecretValue,
)
from orchestration.queries.inheriting import Inheritance, Inherited, value_at
from orchestration.queries.ownership import Ownership
from orchestration.queries.saved import current_values
from orchestration.queries.secrets import setters
from orchestration.queries.templates import rules_of
from orchestration.resolution.secrets import as_reference, references
from orchestration.rules import Rule
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm

__all__ = ["Field", "Sheet", "history", "saves", "sheet", "sheets", "value_at"]


@dataclass(frozen=True)
class Field:
    """One key at one node: its rule, what is set here, and what it inherits.

    ``inherited_from`` is the nearest node above with a value, None when the
    value would be the rule's default; ``inherited_save`` is who set it and
    when, None where the person may not see that; ``inherited_template`` names
    the linked config template it is of. ``verdict`` says whether the person
    may change it. Of a secret set here ``secret`` says who set it, and when; a
    key that was secret stays so for as long as its value is one.
    """

    rule: Rule
    own: Any
    inherited: Any
    inherited_from: Node | None
    verdict: Verdict
    inherited_save: ConfigurationRevision | None = None
    inherited_template: str = ""
    secret: SecretValue | None = None

    @property
    def is_set(self) -> bool:
        """Whether the node itself has a value; null means not set here."""
        return self.own is not None

    @property
    def effective(self) -> object:
        """What counts at this node."""
        return self.own if self.is_set else self.inherited


@dataclass(frozen=True)
class Sheet:
    """All fields of one template at one node, and the revision they are from.

    ``secret_parts`` are the keys that are secret with all that lies in them, fields or not.
    """

    node: Node
    base: int
    revision: ConfigurationRevision | None
    fields: list[Field]
    secret_parts: Sequence[Parts] = ()


def sheet(by: User, version: AnyVersion, node: Node) -> Sheet:
    """The fields to fill in at one node.

    Raises:
        rbac.access.Denied: the right to see values is missing.
    """
    return sheets(by, version, [node])[0]


def sheets(by: User, version: AnyVersion, nodes: list[Node]) -> list[Sheet]:
    """The same for several nodes, with one read for all of them."""
    for node in nodes:
        may(by, Perm.VIEW_VALUES, node).require()
    above = Node.objects.select_related("context").in_bulk(
        {pk for node in nodes for pk in node.path_ids()}
    )
    current = current_values(version.template, above)
    schema = rules_of(version)
    rules = schema.rules if schema else ()
    inheritance = Inheritance(by, version, above, current)
    own = {node.pk: current[node.pk].values for node in nodes if node.pk in current}
    secrets = setters(found.reference for values in own.values() for found in references(values))
    ownership = Ownership(version)
    found = (
        _sheet(by, rules, node, inheritance, ownership, current.get(node.pk), secrets)
        for node in nodes
    )
    return [replace(one, secret_parts=ownership.secret_parts) for one in found]


def history(by: User, template: AnyTemplate, node: Node) -> list[ConfigurationRevision]:
    """Every save at a node, newest first."""
    may(by, Perm.VIEW_VALUES, node).require()
    return list(
        ConfigurationRevision.objects.filter(node=node, template=template.pk).select_related(
            "author"
        )
    )


def saves(template: AnyTemplate, numbers: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """The values as of certain saves, by node; ``numbers`` says which save of each node.

    No rights here: whoever calls has read the sheets of the nodes.
    """
    rows = ConfigurationRevision.objects.filter(
        node__in=numbers, number__in=set(numbers.values()), template=template.pk
    )
    return {row.node_id: row.values for row in rows if numbers[row.node_id] == row.number}


def _sheet(
    by: User,
    rules: tuple[Rule, ...],
    node: Node,
    inheritance: Inheritance,
    ownership: Ownership,
    own: ConfigurationRevision | None,
    secrets: Mapping[str, SecretValue],
) -> Sheet:
    inherited = inheritance.of(node)
    verdict = ownership.at(by, node)
    fields = [
        _field(
            rule,
            value_at(own.values, rule.key) if own else None,
            inherited(rule.key),
            verdict(rule.parts),
            secrets,
        )
        for rule in rules
        if rule.type != "object"
    ]
    return Sheet(node, own.number if own else 0, own, fields)


def _field(
    rule: Rule,
    own: Any,  # noqa: ANN401  any JSON value
    above: Inherited | None,
    verdict: Verdict,
    secrets: Mapping[str, SecretValue],
) -> Field:
    reference = as_reference(own)
    if reference or as_reference(above.value if above else None):
        rule = replace(rule, secret=True)
    kept = secrets.get(reference.name) if reference else None
    if above is None:
        inherited = rule.default if rule.has_default else None
        return Field(rule, own, inherited, None, verdict, secret=kept)
    return Field(
        rule, own, above.value, above.node, verdict, above.save, above.template, secret=kept
    )
