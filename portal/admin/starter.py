"""A new solution to begin with: its files to read, copy or take home as one archive."""

import io
import zipfile
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Context
from orchestration.queries import authoring
from orchestration.resolution.starter import NAME, starter
from portal.admin.answers import person
from portal.admin.forms import offer_rows

# An archive of the same files is the same bytes, whenever it is made.
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class StarterForm(forms.Form):
    """What the solution is called, and where it will belong."""

    name = forms.RegexField(
        rf"\A(?:{NAME.pattern})\Z",
        label=_("Name of the solution"),
        max_length=40,
        strip=True,
        error_messages={"invalid": _("Use small letters, digits and hyphens.")},
    )
    context = forms.ModelChoiceField(Context.objects.none(), label=_("Context"), empty_label=None)


def page(request: HttpRequest, surroundings: dict[str, Any]) -> HttpResponse:
    """Ask for a name, then show the files; with ``archive`` give them as one. Keeps nothing."""
    contexts = authoring.contexts(person(request)).order_by("name")
    first = contexts.first()
    if first is None:
        raise PermissionDenied(gettext("New solutions are for who writes them."))
    asked = request.GET if "name" in request.GET else None
    form = StarterForm(asked, initial={"context": first.pk}, label_suffix="")
    offer_rows(form, "context", contexts)
    files: dict[str, str] = {}
    if asked is not None and form.is_valid():
        name = form.cleaned_data["name"]
        files = starter(name, form.cleaned_data["context"].name)
        if "archive" in request.GET:
            return _archive(name, files)
    shown = {"title": gettext("New solution"), "form": form, "files": files}
    return TemplateResponse(request, "admin/starter.html", surroundings | shown)


def _archive(name: str, files: dict[str, str]) -> HttpResponse:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}/{file}", _EARLIEST), text)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return HttpResponse(packed.getvalue(), content_type="application/zip", headers=headers)
