"""Help for authors of solutions: what is wrong with texts that are not stored yet."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from orchestration.expressions import load_yaml
from orchestration.models import Context, Node, SchemaVersion, SolutionTemplateVersion
from orchestration.queries.templates import template_sources
from orchestration.resolution import Draft, Finding, Written, check_draft
from rbac.access import may, visible
from rbac.models import User
from rbac.permissions import Perm


class SchemaTexts(Mapping[str, Any]):
    """The schema versions of a context as raw data by ``Name/Version``, read when asked for.

    An author who types has every keystroke checked: reading all of a context each time would cost
    more than the check.
    """

    def __init__(self, context: Context) -> None:
        self._rows = SchemaVersion.objects.filter(schema__context=context)
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  whatever a document holds
        """Return one schema; raises KeyError."""
        if name not in self._read:
            schema, _, version = name.rpartition("/")
            rows = self._rows.filter(schema__name=schema, version=version)
            row = None if "\0" in name else rows.first()  # PostgreSQL would not even look
            if row is None:
                raise KeyError(name)
            self._read[name] = load_yaml(row.text, name=name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        for name, version in self._rows.values_list("schema__name", "version"):
            yield f"{name}/{version}"

    def __len__(self) -> int:
        """Return how many there are."""
        return self._rows.count()


def contexts(by: User) -> QuerySet[Context]:
    """The contexts in which a person may write solutions, anywhere in them."""
    rows = visible(by, Perm.AUTHOR_SOLUTIONS, Node.objects.all())
    return Context.objects.filter(pk__in=rows.order_by().values("context"))


def check(
    by: User, context: Context, *, template: str, schema: str = "", specification: str = ""
) -> list[Finding]:
    """Everything that is wrong or questionable about the texts of a solution, errors first.

    Names in them are looked up in the context.

    Raises:
        rbac.access.Denied: the person writes no solutions there.
    """
    return check_draft(draft(by, context, template, schema, specification))


def draft(
    by: User, context: Context, template: str, schema: str = "", specification: str = ""
) -> Draft:
    """The texts of a solution, ready to be checked in a context.

    Raises:
        rbac.access.Denied: the person writes no solutions there.
    """
    if not contexts(by).filter(pk=context.pk).exists():
        may(by, Perm.AUTHOR_SOLUTIONS, context.nodes.get(kind=Node.Kind.CATALOG)).require()
    return _draft(context, template, schema, specification)


def _draft(context: Context, template: str, schema: str = "", specification: str = "") -> Draft:
    return Draft(
        Written(template, "template"),
        Written(schema, "schema"),
        Written(specification, "specification"),
        schemas=SchemaTexts(context),
        includes=template_sources(context.pk),
    )


def remarks_on(version: SolutionTemplateVersion) -> list[Finding]:
    """What is questionable about a stored version; whoever calls has asked whether it is seen."""
    context = version.template.node.context
    schema = version.schema.text if version.schema else ""
    specification = json.dumps(version.specification) if version.specification else ""
    return check_draft(_draft(context, version.config_text, schema, specification))


def remarks_on_schema(version: SchemaVersion) -> list[Finding]:
    """What is questionable about a stored schema by itself: older spellings, mostly."""
    context = version.schema.context
    found = check_draft(_draft(context, "configs: {}", version.text))
    return [finding for finding in found if finding.code != "unused-rule"]
