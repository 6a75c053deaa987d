"""The final configuration of a revision as rows: setting, value, and where the value is from."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.models import SolutionVersion
from orchestration.queries.secrecy import leaves
from orchestration.queries.templates import rules_of
from orchestration.resolution import Origin, origins

SOURCES: Mapping[str, Promise] = {
    "schema-default": _("Default of the solution"),
    "template": _("Fixed by the solution"),
    "include": _("Fixed by the solution"),
    "config": _("Shared configuration"),
    "expression": _("Worked out from other settings"),
    "injection": _("From solutions that use this one"),
    "unset": _("Not set"),
}


@dataclass(frozen=True)
class Setting:
    """One leaf of a final configuration; ``label`` is the key where the rules name none."""

    key: str
    label: str
    value: object
    unit: str
    secret: bool
    origin: str


def settings_of(revision: SolutionVersion) -> list[Setting]:
    """Return what a revision consists of, in the order of its configuration."""
    rules = rules_of(revision.template_version)
    named = {rule.key: rule for rule in rules.rules} if rules else {}
    known = origins(revision.provenance) if revision.provenance else {}
    return [
        Setting(
            key=leaf.key,
            label=(rule.label if (rule := named.get(leaf.key)) else "") or leaf.key,
            value=leaf.after,
            unit=(rule.unit if rule else "") or "",
            secret=leaf.secret,
            origin=origin_sentence(known.get(leaf.key)),
        )
        for leaf in leaves(revision)
    ]


def origin_sentence(origin: Origin | None) -> str:
    """Return where a value is from; a place is said by its name alone."""
    if origin is None:
        return ""
    if origin.source not in {"value", "linked"}:
        return str(SOURCES.get(origin.source, ""))
    over = next((shadow.name for shadow in origin.shadows if shadow.name), "")
    names = {"place": origin.name, "over": over}
    if over:
        return _now("Set at %(place)s, over %(over)s") % names
    return _now("Set at %(place)s") % names
