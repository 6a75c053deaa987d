"""What may be done to a single attempt: cancel it, or make it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orchestration.models import Deployment
from orchestration.queries.deployments import deployments
from orchestration.services import rollouts
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from portal.web.responses import see
from rbac.permissions import Perm


@needs(Perm.DEPLOY)
@require_POST
def cancel(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop an attempt that has not begun to change its line."""
    attempt = get_object_or_404(deployments(request.user), pk=pk)
    rollouts.cancel(request.user, attempt)
    messages.success(request, _done(attempt) % attempt.target)
    return see(request, reverse("monitor-deployment", args=[pk]))


@needs(Perm.DEPLOY, Perm.UNINSTALL)
@require_POST
def retry(request: PortalRequest, pk: int) -> HttpResponse:
    """Make a failed attempt again, as a new one."""
    attempt = get_object_or_404(deployments(request.user), pk=pk)
    started = rollouts.retry(request.user, [attempt])
    return see(request, reverse("monitor-deployment", args=[started.deployments.get().pk]))


def _done(attempt: Deployment) -> str:
    """What can be said after a cancel; of what was offered nobody knows whether it has begun."""
    if attempt.generation:
        return _("It is called off on %s; if the site had begun, it goes back.")
    return _("Cancelled. Nothing was changed on %s.")
