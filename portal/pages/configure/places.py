"""Places: a list a level with what waits there, and the solutions of one place."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import ConfigurationRevision, Node, SolutionTemplate
from orchestration.queries import config_templates, configuring
from orchestration.queries import places as queries
from orchestration.queries.config_templates import Reaching
from orchestration.queries.configuring import Tally
from orchestration.states import Word, place_word
from portal.pages.configure import base
from portal.web.listing import address, page_of
from portal.web.needs import needs
from portal.web.parts import Column, Tab
from portal.web.place_names import named
from portal.web.requests import PortalRequest, text_of
from portal.web.scope import scope_of
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (
    Column(_("Place")),
    Column(_("Configuration")),
    Column(_("Installed copies")),
    Column(_("Values set here")),
    Column(_("Actions"), hidden=True),
)
SHARED_COLUMNS = (
    Column(_("Name")),
    Column(_("Version")),
    Column(_("Linked to")),
    Column(_("Values here last saved")),
    Column(_("Actions"), hidden=True),
)
SOLUTION_COLUMNS = (
    Column(_("Solution")),
    Column(_("Configuration")),
    Column(_("Installed copies")),
    Column(_("Values here last saved")),
    Column(_("Actions"), hidden=True),
)


@dataclass(frozen=True)
class Row:
    """One place of the list."""

    node: Node
    tally: Tally
    editable: bool

    @property
    def word(self) -> Word | None:
        """Whether its configuration is up to date, None where nothing is installed."""
        return _word(self.tally)


@dataclass(frozen=True)
class SolutionRow:
    """One solution at a place; ``missing`` names the capabilities that a line lacks for it."""

    template: SolutionTemplate
    tally: Tally
    save: ConfigurationRevision | None
    missing: list[str]

    @property
    def word(self) -> Word | None:
        """Whether the configuration of its copies is up to date, None where there are none."""
        return _word(self.tally)


@dataclass(frozen=True)
class SharedRow:
    """One config template that counts at a place: the link that does, and what is set here."""

    reaching: Reaching
    origin: str
    save: ConfigurationRevision | None


@needs(Perm.VIEW_VALUES)
@require_safe
def places(request: PortalRequest) -> HttpResponse:
    """List the places of one level, a tab a level."""
    by, within = request.user, scope_of(request)
    levels = configuring.level_names(by, within)
    wanted = request.GET.get("level", "")
    lowest = levels[-1][0] if levels else None  # the lines: most of the work is there
    chosen = next((one for one, _name in levels if _key(one) == wanted), lowest)
    rows = configuring.nodes(by, within).filter(level=chosen)
    if text := text_of(request.GET, "q"):
        rows = rows.filter(Q(name__icontains=text) | Q(display_name__icontains=text))
    page = page_of(request, rows)
    tallies = configuring.tallies(page.object_list)
    return render(
        request,
        "configure/places.html",
        {
            "tabs": [
                Tab(name, address(request, level=_key(one)), one == chosen) for one, name in levels
            ],
            "page": page,
            "rows": [Row(node, tallies[node.pk], _may_edit(by, node)) for node in page],
            "columns": COLUMNS,
        },
    )


@needs(Perm.VIEW_VALUES)
@require_safe
def place(request: PortalRequest, pk: int) -> HttpResponse:
    """Choose whose values to set at a place; with only one solution, go there."""
    by = request.user
    node = base.place(by, pk)
    offered = _offered(node)
    tallies, saves = configuring.by_solution(node), configuring.last_saves(node)
    known = configuring.solutions(by).filter(node__context=node.context_id)
    rows = [
        SolutionRow(
            template,
            tallies.get(template.pk, Tally()),
            saves.get(template.pk),
            _missing(template, offered),
        )
        for template in known.prefetch_related("capabilities")
    ]
    shared = [
        SharedRow(row, _origin(row), saves.get(row.template.pk))
        for row in config_templates.reaching(by, node)
    ]
    if len(rows) == 1 and not shared:
        return redirect("configure-values", node.pk, rows[0].template.pk)
    return render(
        request,
        "configure/place.html",
        {
            "crumbs": base.crumbs(by, node),
            "node": node,
            "rows": rows,
            "columns": SOLUTION_COLUMNS,
            "shared": shared,
            "shared_columns": SHARED_COLUMNS,
            "editable": _may_edit(by, node),
            "zone": queries.time_zone_of(node),
        },
    )


def _origin(row: Reaching) -> str:
    """Where a config template is linked, said of another place by its level and name."""
    if row.here:
        return _now("Here")
    return named(row.link.node.level_name, row.link.node.title)


def _key(level: int | None) -> str:
    return "top" if level is None else str(level)


def _word(tally: Tally) -> Word | None:
    return place_word(pending=tally.pending > 0) if tally.installed else None


def _may_edit(by: User, node: Node) -> bool:
    return bool(may(by, Perm.EDIT_OT_VALUES, node) or may(by, Perm.EDIT_IT_VALUES, node))


def _offered(node: Node) -> set[str] | None:
    """What a line can do; places above lines may hold values for any solution."""
    if node.kind != Node.Kind.TARGET:
        return None
    return {capability.name for capability in node.target.capabilities.all()}


def _missing(template: SolutionTemplate, offered: set[str] | None) -> list[str]:
    needed = {capability.name for capability in template.capabilities.all()}
    return [] if offered is None else sorted(needed - offered)
