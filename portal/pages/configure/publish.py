"""Step 5 of publishing: make the revisions, and say for each line how that ended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from orchestration.models import SolutionVersion
from orchestration.queries import possible, published
from orchestration.services import publishing
from orchestration.services.errors import Stale
from orchestration.services.publishing import Outcome
from orchestration.states import PUBLICATION, State
from portal.pages.configure import base
from portal.web.journey import Journey, pack, unpack
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.requests import PortalRequest, text_of
from portal.web.responses import see
from portal.web.review_rows import Row, failures, row_of, seen_mark
from portal.web.shared_copies import choice_of
from rbac.access import Verdict, may
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (Column(_("Line")), Column(_("Result")), Column(_("Revision")))


@dataclass(frozen=True)
class Made:
    """A line with the revision it has now; ``new`` where it was made just now."""

    revision: SolutionVersion
    new: bool

    @property
    def state(self) -> State:
        """How publishing it stands."""
        return PUBLICATION[self.revision.state]


@needs(Perm.PUBLISH)
@require_POST
def publish(request: PortalRequest) -> HttpResponse:
    """Make the revisions, if they are still what the person has seen."""
    by = request.user
    way = base.journey(request, by)
    lines = base.lines_of(by, way)
    if not lines:
        return see(request, way.url("configure-lines", (), empty="1"))
    found = base.reviews(by, way, lines)
    if request.POST.get("seen") != seen_mark(found):
        return _look_again(request, way)
    mine = [line for line in lines if may(by, Perm.PUBLISH, line.node)]
    try:
        made = publishing.publish(
            by,
            way.version,
            mine or lines,
            instance_name=way.instance,
            comment=text_of(request.POST, "comment"),
            reviewed={one.target.pk: one.resolution.digest for one in found},
            choice=choice_of(dict(way.uses)),
        )
    except Stale:
        return _look_again(request, way)
    return see(request, _result_url(way, made))


@needs(Perm.REVIEW)
@require_safe
def result(request: PortalRequest) -> HttpResponse:
    """Show each line with its revision, or why it has none, and the way on."""
    by = request.user
    way = base.journey(request, by)
    new, same, failed = (unpack(request.GET.get(name, "")) for name in ("made", "same", "failed"))
    rows = published.named(by, way.template, [*new, *same])
    bad = _failed(by, way, failed)
    return render(
        request,
        "configure/result.html",
        {
            "way": way,
            "steps": way.steps("configure-result"),
            "made": [Made(row, row.pk in new) for row in rows],
            "new": sum(row.pk in new for row in rows),
            "bad": len([row for row in bad if row.troubles]),
            "mended": [row.review.target for row in bad if not row.troubles],
            "failures": failures(way, [row for row in bad if row.troubles]),
            "columns": COLUMNS,
            "retry_url": way.url("configure-review", failed),
            "deploy": _deploy(by, rows),
            "deploy_url": _deploy_url(rows),
        },
    )


def _look_again(request: PortalRequest, way: Journey) -> HttpResponse:
    text = _now("Values have changed since you looked. Look again; nothing was published.")
    messages.warning(request, text)
    return see(request, way.url("configure-review"))


def _result_url(way: Journey, made: Iterable[publishing.Published]) -> str:
    ids: dict[Outcome, list[int]] = {outcome: [] for outcome in Outcome}
    for one in made:
        ids[one.outcome].append(one.revision.pk if one.revision else one.target.pk)
    return way.url(
        "configure-result",
        made=pack(ids[Outcome.PUBLISHED]),
        same=pack(ids[Outcome.UNCHANGED]),
        failed=pack(ids[Outcome.FAILED]),
    )


def _failed(by: User, way: Journey, lines: Sequence[int]) -> list[Row]:
    """The lines that failed, as they are now: one that was mended meanwhile has no troubles."""
    found = base.lines_of(by, replace(way, lines=tuple(lines)))
    reviews = base.reviews(by, way, found) if found else []
    return [row_of(by, way, one, base.rules(way.version)) for one in reviews]


def _deploy(by: User, rows: Sequence[SolutionVersion]) -> Verdict | None:
    """Whether anything of it may be deployed, None where there is nothing."""
    verdicts = [possible.deploy(by, row.instance, row) for row in rows]
    return next((one for one in verdicts if one), verdicts[0] if verdicts else None)


def _deploy_url(rows: Sequence[SolutionVersion]) -> str:
    query = urlencode({"instance": [row.instance_id for row in rows]}, doseq=True)
    return f"{reverse('deploy-confirm')}?{query}"
