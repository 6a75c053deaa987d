"""What pages of schemas and solutions say of a version: remarks, its rules, who uses it."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestration.queries.uses import Spread
from orchestration.resolution import Finding
from orchestration.rules import Schema
from portal.admin import columns
from portal.templatetags.ui import as_text

SHOWN = 50
SEEN = "seen_uses"  # of a row: who uses it, as far as the reader of the page sees them


def remarks(findings: Sequence[Finding]) -> SafeString | str:
    """What `check-template` finds, one line each."""
    if not findings:
        return _("Nothing to remark.")
    lines = [str(finding) for finding in findings[:SHOWN]]
    left = len(findings) - SHOWN
    if left > 0:
        lines.append(ngettext("%(count)s more", "%(count)s more", left) % {"count": left})
    return columns.listed(lines)


def published(rules: Schema | None) -> SafeString | str:
    """The rules as JSON Schema, folded up."""
    if rules is None:
        return columns.NOTHING
    block = columns.block(as_text(rules.json_schema()))
    return format_html("<details><summary>{}</summary>{}</details>", _("JSON Schema"), block)


def spread(found: Spread | None) -> str:
    """On how many lines a version is published, and on how many it runs."""
    if found is None:
        return _("on no line")
    counts = {"published": found.published, "running": found.running}
    words = ngettext(
        "published for %(published)s line, runs on %(running)s",
        "published for %(published)s lines, runs on %(running)s",
        found.published,
    )
    return words % counts
