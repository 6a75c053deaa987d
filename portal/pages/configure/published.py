"""Published revisions: the list, how several differ, one in full, and deleting it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from orchestration.models import SolutionVersion
from orchestration.queries import possible, published, revisions
from orchestration.queries.dependents import dependencies_of, sections
from orchestration.queries.places import time_zone_of, time_zones
from orchestration.queries.secrecy import veil_of
from orchestration.queries.solutions import on_lines
from orchestration.queries.validations import newest_of, waiting
from orchestration.queries.withdrawn import withdrawal
from orchestration.services import publishing
from orchestration.states import PUBLICATION, VALIDATION, PublicationState, State
from portal.web.configuration_files import as_file
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.provenance import compared, differences_of, settings_of_revision
from portal.web.remarks import remark
from portal.web.requests import PortalRequest, text_of
from portal.web.responses import see
from portal.web.scope import scope_of
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

MOST_COMPARED = 8  # revisions beside each other

COLUMNS = (
    Column(_("Line")),
    Column(_("Solution")),
    Column(_("Revision")),
    Column(_("Status")),
    Column(_("On the line")),
    Column(_("Published")),
    Column(_("By")),
)


@dataclass(frozen=True)
class Row:
    """A revision as the list shows it."""

    revision: SolutionVersion

    @property
    def state(self) -> State:
        """Its publication, with the word for it."""
        return PUBLICATION[self.revision.state]

    @property
    def runs(self) -> bool:
        """Whether it is what runs on its line."""
        return self.revision.instance.current_id == self.revision.pk

    @property
    def coming(self) -> bool:
        """Whether it is on its way to the line."""
        return not self.runs and self.revision.instance.desired_id == self.revision.pk


@needs(Perm.VIEW_VALUES)
@require_safe
def revisions_list(request: PortalRequest) -> HttpResponse:
    """List what was published on the lines the person sees, newest first."""
    by, asked, within = request.user, request.GET, scope_of(request)
    solution = asked.get("solution", "")
    rows = published.listed(
        by,
        within,
        text=text_of(asked, "q"),
        solution=int(solution) if solution.isdecimal() else 0,
        person=text_of(asked, "by"),
    )
    page = page_of(request, rows)
    return render(
        request,
        "configure/published.html",
        {
            "page": page,
            "rows": [Row(row) for row in page],
            "zones": time_zones(row.instance.target.node for row in page),
            "columns": COLUMNS,
            "solutions": on_lines(by, within),
            "people": published.authors(by),
        },
    )


@needs(Perm.VIEW_VALUES)
@require_safe
def compare(request: PortalRequest) -> HttpResponse:
    """Show how two revisions differ; what is the same is left out."""
    asked = [one for one in request.GET.getlist("revision") if one.isdecimal()]
    found = revisions.revisions(request.user).filter(pk__in=asked[:MOST_COMPARED])
    rows = sorted(found, key=_age)
    context: dict[str, object] = {
        "crumbs": [(_("Published"), reverse("configure-published")), (_("Compare"), "")],
        "rows": rows,
    }
    if len(rows) == 2:  # noqa: PLR2004  one is compared with another
        older, newer = rows
        context |= {"older": older, "newer": newer, "changes": differences_of(older, newer)}
    elif rows:
        context["compared"] = compared(rows)
    return render(request, "configure/compare.html", context)


@needs(Perm.VIEW_VALUES)
@require_safe
def revision(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one revision: its configuration with origins, its components, what may be done."""
    by = request.user
    row = _one(by, pk)
    running, zone = row.instance.current, time_zone_of(row.instance.target.node)
    return render(
        request,
        "configure/revision.html",
        {
            "crumbs": [(_("Published"), reverse("configure-published")), (_title(row), "")],
            "row": Row(row),
            "revision": row,
            "remark": remark(by, row),
            "title": _title(row),
            "settings": settings_of_revision(by, row, zone),
            "components": veil_of(row).components(row.components),
            "others": _others(by, row),
            "running": running if running and running.pk != row.pk else None,
            "changes": differences_of(running, row) if running else [],
            "uses": dependencies_of(row),
            "sections": sections(by, row),
            "deletion": published.deletion(by, row),
            **_validation(by, row),
            "withdrawn": withdrawal(row.template_version),
            "deploy": possible.deploy(by, row.instance, row),
            "deploy_url": f"{reverse('deploy-confirm')}?instance={row.instance_id}",
            "topic": f"target:{row.instance.target_id}",
            "zone": zone,
        },
    )


@needs(Perm.VIEW_VALUES)
@require_safe
def download(request: PortalRequest, pk: int) -> HttpResponse:
    """Give the configuration of a revision as YAML, secrets masked."""
    row = _one(request.user, pk)
    name = f"{row.instance.target.node.name}-{row.instance.name}-{row.label}"
    return as_file(name, veil_of(row).masked(row.configuration))


@needs(Perm.PUBLISH)
@require_POST
def delete(request: PortalRequest, pk: int) -> HttpResponse:
    """Delete a revision that is not in use."""
    row = _one(request.user, pk)
    publishing.delete(request.user, row)
    messages.success(request, _now("%(name)s deleted.") % {"name": _title(row)})
    return see(request, reverse("configure-published"))


def _validation(by: User, row: SolutionVersion) -> dict[str, object]:
    """What another system says about a revision, and whether one may ask again or stop waiting."""
    asked = newest_of([row]).get(row.pk)
    return {
        "asked": asked,
        "validation": VALIDATION[asked.state] if asked else None,
        "waiting": waiting(asked),
        "failed": row.state == PublicationState.EXTERNAL_VALIDATION_FAILED,
        "publisher": may(by, Perm.PUBLISH, row.instance.target.node),
    }


def _one(by: User, pk: int) -> SolutionVersion:
    return get_object_or_404(revisions.revisions(by), pk=pk)


def _others(by: User, row: SolutionVersion) -> Sequence[SolutionVersion]:
    """The other revisions of the same copy, to compare with."""
    rows = revisions.revisions(by).filter(instance=row.instance).exclude(pk=row.pk)
    return list(rows.defer("content", "provenance"))


def _title(row: SolutionVersion) -> str:
    return _now("%(solution)s %(revision)s on %(line)s") % {
        "solution": row.instance.template,
        "revision": row.label,
        "line": row.instance.target,
    }


def _age(row: SolutionVersion) -> tuple[object, int]:
    return row.published_at, row.pk
