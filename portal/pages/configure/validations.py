"""What may be done about the external validation of a revision: ask again, or call it off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST

from orchestration.queries import revisions
from orchestration.queries import validations as queries
from orchestration.services import validations
from orchestration.states import ValidationState
from portal.web.needs import needs
from portal.web.requests import PortalRequest
from portal.web.responses import see
from rbac.permissions import Perm


@needs(Perm.PUBLISH)
@require_POST
def ask_again(request: PortalRequest, pk: int) -> HttpResponse:
    """Ask the other system anew about a revision that failed."""
    revision = get_object_or_404(revisions.revisions(request.user), pk=pk)
    validations.ask_again(request.user, revision)
    messages.success(request, _now("The other system is asked again."))
    return see(request, reverse("configure-revision", args=[pk]))


@needs(Perm.PUBLISH)
@require_POST
def call_off(request: PortalRequest, pk: int) -> HttpResponse:
    """Wait for no answer about a revision any more."""
    revision = get_object_or_404(revisions.revisions(request.user), pk=pk)
    open_ones = queries.validations(request.user).filter(state=ValidationState.PENDING)
    asked = get_object_or_404(open_ones, revision=revision)
    validations.cancel(request.user, asked)
    messages.success(request, _now("The validation was called off."))
    return see(request, reverse("configure-revision", args=[pk]))
