"""The playground: a template and values in, the result with the origin of every value out.

Nothing is stored, and nothing of what is typed stands in an address.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from orchestration.models import Context
from orchestration.queries import authoring, trying
from portal.admin.answers import person
from portal.admin.playground_form import PlaygroundForm, StartForm, from_example, from_start
from portal.admin.playground_result import result_of
from portal.web.requests import wants_part
from rbac.models import User


def page(request: HttpRequest, surroundings: dict[str, Any]) -> HttpResponse:
    """Show what was typed with what comes of it; htmx gets the result alone."""
    by = person(request)
    contexts = list(authoring.contexts(by).order_by("name"))
    if not contexts:
        raise PermissionDenied(_("The playground is for who writes solutions."))
    asked = request.POST if request.method == "POST" else request.GET
    context = _chosen(contexts, asked)
    form, starting = _forms(request, by, context, asked)
    if wants_part(request):
        return TemplateResponse(request, "admin/playground_result.html", _result(by, form))
    shown = {
        **surroundings,
        **_result(by, form),
        "title": _("Playground"),
        "form": form,
        "starting": starting,
        "contexts": contexts,
        "context": context,
        "is_nav_sidebar_enabled": False,  # the texts need the room
    }
    return TemplateResponse(request, "admin/playground.html", shown)


def _chosen(contexts: list[Context], asked: QueryDict) -> Context:
    wanted = asked.get("context", "")
    return next((one for one in contexts if str(one.pk) == wanted), contexts[0])


def _forms(
    request: HttpRequest, by: User, context: Context, asked: QueryDict
) -> tuple[PlaygroundForm, StartForm]:
    """Return what was typed, or what a stored version and a line hold, or the example."""
    if request.method == "POST" and "load" not in request.POST:
        return PlaygroundForm(context, request.POST), StartForm(by, context)
    if not asked.get("version"):
        return PlaygroundForm(context, initial=from_example(context)), StartForm(by, context)
    starting = StartForm(by, context, asked)
    if not starting.is_valid():
        return PlaygroundForm(context, initial=from_example(context)), starting
    start = trying.start(by, starting.cleaned_data["version"], starting.cleaned_data["line"])
    if start.hidden:
        names = ", ".join(start.hidden)
        messages.warning(request, _("You may not see the values of %(names)s.") % {"names": names})
    return PlaygroundForm(context, initial=from_start(context, start)), starting


def _result(by: User, form: PlaygroundForm) -> dict[str, Any]:
    """Try out what the form holds; nothing where it is too large."""
    bound = form
    if not form.is_bound:
        data = QueryDict(mutable=True)
        data.update({name: str(value) for name, value in form.initial.items()})
        bound = PlaygroundForm(form.context, data)
    if not bound.is_valid():
        return {"result": None, "wrong": bound.errors}
    return {"result": result_of(*bound.trial(by))}
