"""Choosing lines, and confirming what goes where before anything starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from orchestration.models import SolutionInstance, SolutionVersion
from orchestration.queries import possible, revisions, solutions
from orchestration.queries.dependents import NOBODY, users_of
from orchestration.services import rollouts
from portal.web.copies import Copy, copies
from portal.web.listing import address, page_of
from portal.web.needs import needs
from portal.web.parts import Column, Tab
from portal.web.provenance import Named, differences_of
from portal.web.requests import PortalRequest
from portal.web.responses import see
from portal.web.scope import scope_of
from rbac.access import Verdict
from rbac.models import User
from rbac.permissions import Perm

SIZE = 200  # many are ticked at once
COLUMNS = (
    Column(_("Line")),
    Column(_("Solution")),
    Column(_("Status")),
    Column(_("Runs now")),
    Column(_("Next")),
)


@dataclass(frozen=True)
class Row:
    """One copy in the list, and why nothing can be done to it if so."""

    copy: Copy
    deploy: Verdict
    uninstall: Verdict

    @property
    def selectable(self) -> bool:
        """Whether ticking it leads anywhere."""
        return bool(self.deploy) or bool(self.uninstall)


@needs(Perm.DEPLOY, Perm.UNINSTALL)
@require_safe
def lines(request: PortalRequest) -> HttpResponse:
    """List the copies with what runs and what could run next."""
    by = request.user
    rows = _filtered(request)
    waiting = revisions.with_newer(rows)
    everything = request.GET.get("show") == "all"
    page = page_of(request, rows if everything else waiting, SIZE)
    return render(
        request,
        "deploy/lines.html",
        {
            "page": page,
            "rows": [_row(by, copy) for copy in copies(by, page.object_list)],
            "columns": COLUMNS,
            "everything": everything,
            "published": rows.exists(),
            "tabs": [
                Tab(_("To deploy"), address(request, show=""), not everything, waiting.count()),
                Tab(_("All"), address(request, show="all"), everything, rows.count()),
            ],
            "solutions": solutions.on_lines(by, scope_of(request)),
        },
    )


@dataclass(frozen=True)
class Step:
    """What one line would go through: from what runs to one of the choices."""

    instance: SolutionInstance
    choices: list[SolutionVersion]
    changes: list[Named]
    verdict: Verdict

    @property
    def first(self) -> bool:
        """Whether nothing runs there yet, so that there is nothing to compare with."""
        return self.instance.current_id is None


@needs(Perm.DEPLOY)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PortalRequest) -> HttpResponse:
    """Say what goes where and to how many; then start it."""
    chosen = list(_chosen(request).defer(None))
    if request.method == "POST":
        started = rollouts.deploy(
            request.user, _revisions(request, chosen), comment=request.POST.get("comment", "")[:300]
        )
        return see(request, reverse("deploy-rollout", args=[started.pk]))
    newer = revisions.newer_than_current(chosen)
    steps = [_step(request.user, instance, newer) for instance in chosen]
    going = [step for step in steps if step.verdict]
    return render(
        request,
        "deploy/confirm.html",
        {
            "crumbs": [(_("Deploy"), reverse("deploy-targets")), (_("Confirm"), "")],
            "steps": going,
            "left_out": [step for step in steps if not step.verdict],
        },
    )


@needs(Perm.UNINSTALL)
@require_http_methods(["GET", "HEAD", "POST"])
def uninstall(request: PortalRequest) -> HttpResponse:
    """Say what would be removed and from how many; then start it."""
    chosen = list(_chosen(request))
    if request.method == "POST":
        comment = request.POST.get("comment", "")[:300]
        started = rollouts.uninstall(request.user, chosen, comment=comment)
        return see(request, reverse("deploy-rollout", args=[started.pk]))
    by, users = request.user, users_of(request.user, chosen)
    steps = [
        Step(one, [], [], possible.uninstall(by, one, users.get(one.pk, NOBODY))) for one in chosen
    ]
    return render(
        request,
        "deploy/uninstall.html",
        {
            "crumbs": [(_("Deploy"), reverse("deploy-targets")), (_("Uninstall"), "")],
            "steps": [step for step in steps if step.verdict],
            "left_out": [step for step in steps if not step.verdict],
        },
    )


def _filtered(request: PortalRequest) -> QuerySet[SolutionInstance]:
    asked = request.GET
    rows = revisions.with_any(solutions.instances(request.user, scope_of(request)))
    if asked.get("solution", "").isdecimal():
        rows = rows.filter(template=int(asked["solution"]))
    if text := asked.get("q", "").strip():
        node = "target__node"
        rows = rows.filter(
            Q(**{f"{node}__name__icontains": text})
            | Q(**{f"{node}__display_name__icontains": text})
            | Q(**{f"{node}__parent__display_name__icontains": text})
        )
    return rows.order_by("target__node__path", "name")


def _chosen(request: PortalRequest) -> QuerySet[SolutionInstance]:
    """The copies that the address or the form names, as far as the person sees them."""
    asked = request.POST if request.method == "POST" else request.GET
    ids = [value for value in asked.getlist("instance") if value.isdecimal()]
    rows = solutions.instances(request.user).filter(pk__in=ids)
    return rows.order_by("target__node__path", "name")


def _row(by: User, copy: Copy) -> Row:
    return Row(
        copy,
        possible.deploy(by, copy.instance, copy.newest),
        possible.uninstall(by, copy.instance),
    )


def _step(by: User, instance: SolutionInstance, newer: Mapping[int, list[SolutionVersion]]) -> Step:
    choices = newer.get(instance.pk, [])
    verdict = possible.deploy(by, instance, choices[0] if choices else instance.current)
    changes = differences_of(instance.current, choices[0]) if choices else []
    return Step(instance, choices, changes, verdict)


def _revisions(request: PortalRequest, chosen: Iterable[SolutionInstance]) -> list[SolutionVersion]:
    """The revision posted for each copy; one that is not the copy's own is no choice."""
    wanted = {row.pk: request.POST.get(f"revision-{row.pk}", "") for row in chosen}
    ids = [value for value in wanted.values() if value.isdecimal()]
    rows = revisions.revisions(request.user).filter(pk__in=ids)
    return [row for row in rows if wanted.get(row.instance_id) == str(row.pk)]
