"""The status pane: one attempt with its steps, live. A page of its own, too."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.models import Deployment
from orchestration.queries import deployments as queries
from orchestration.queries import places, possible
from orchestration.queries.revisions import compare, earlier_than_current
from orchestration.states import DEPLOYMENT, FAILED_DEPLOYMENT
from portal.web.needs import needs
from portal.web.remarks import remark
from portal.web.requests import PortalRequest
from portal.web.step_tree import tree
from portal.web.troubles import hold_of, trouble_of
from rbac.permissions import Perm


@needs(Perm.VIEW_DEPLOYMENTS)
@require_safe
def deployment(request: PortalRequest, pk: int) -> HttpResponse:
    """Show how far an attempt is, why it failed if it did, and what may be done."""
    by = request.user
    attempt = get_object_or_404(queries.deployments(by).defer(None), pk=pk)
    instance = attempt.instance
    newest = queries.latest(by, [instance]).get(instance.pk) == attempt
    revision = attempt.revision
    return render(
        request,
        "monitor/deployment.html",
        {
            "deployment": attempt,
            "remark": remark(by, attempt.rollout),
            "region": f"deployment-{pk}",
            "topic": f"deployment:{pk}",
            "details_id": f"trouble-{pk}",
            "before": str(attempt.from_revision or _("Before")),
            "after": str(revision or _("After")),
            "state": DEPLOYMENT[attempt.state],
            "failed": attempt.state in FAILED_DEPLOYMENT,
            "newest": newest,
            "zone": places.time_zone_of(attempt.target.node),
            "crumbs": [
                (_("Lines"), reverse("monitor-targets")),
                (str(attempt.target), reverse("monitor-target", args=[attempt.target_id])),
                (_title(attempt), ""),
            ],
            "title": _title(attempt),
            "steps": tree(queries.steps(attempt)),
            "trouble": trouble_of(attempt),
            "hold": hold_of(attempt),
            "changes": compare(attempt.from_revision, revision) if revision else [],
            "cancel": possible.cancel(by, attempt),
            "retry": possible.retry(by, attempt, newest=newest),
            "roll_back": possible.roll_back(by, instance, earlier_than_current(by, instance)),
        },
    )


def _title(attempt: Deployment) -> str:
    if attempt.revision is None:
        return str(_("Uninstallation of %(solution)s")) % {"solution": attempt.instance.template}
    return str(_("Deployment of %(solution)s %(revision)s")) % {
        "solution": attempt.instance.template,
        "revision": attempt.revision,
    }
