"""Sheets out and in: export, look at what an import would do, import exactly that."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext

from orchestration.queries import bulk_rows
from orchestration.queries.bulk_columns import COLUMNS, Kind
from orchestration.services.bulk_import import import_rows
from orchestration.services.errors import ServiceError, Stale
from portal.admin.answers import person, said, tell
from portal.admin.bulk_forms import WORDS, ExportForm, ImportForm, exportable, importable
from portal.admin.bulk_kept import Kept, pack, unpack
from portal.admin.bulk_result import shown
from portal.web.sheet_reasons import reasons
from portal.web.sheets import File, Type, read, write, write_with_errors
from portal.web.sheets.types import type_of
from rbac.models import User

Surroundings = dict[str, Any]
EXPORT_IDS = "id_export_%s"  # both forms stand on one page


def page(request: HttpRequest, surroundings: Surroundings) -> HttpResponseBase:
    """Two forms; a file that is sent is looked at, and what was looked at is imported."""
    by = person(request)
    if not (importable(by) or exportable(by)):
        raise PermissionDenied
    if request.method != "POST":
        return _forms(request, surroundings)
    if "kept" in request.POST:
        return _decided(request, by, surroundings)
    form = ImportForm(request.POST, request.FILES)
    form.offer(by)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sheet = read(Kind(form.cleaned_data["kind"]), file.name, file.read())
            return _looked(request, by, Kept(sheet, type_of(file.name)), surroundings)
        except ServiceError as answer:
            tell(form, answer)
    return _forms(request, surroundings, form)


def export(request: HttpRequest, surroundings: Surroundings) -> HttpResponseBase:
    """A file of what the person may see, exactly as an import takes it."""
    by = person(request)
    form = ExportForm(request.GET, auto_id=EXPORT_IDS)
    form.offer(by)
    if not form.is_valid():
        return _forms(request, surroundings, exporting=form)
    kind = Kind(form.cleaned_data["kind"])
    rows = bulk_rows.rows(by, kind, form.cleaned_data["under"])
    try:
        return _download(write(kind, rows, Type(form.cleaned_data["type"])))
    except ServiceError as answer:
        tell(form, answer)
        return _forms(request, surroundings, exporting=form)


def _forms(
    request: HttpRequest,
    surroundings: Surroundings,
    importing: ImportForm | None = None,
    exporting: ExportForm | None = None,
) -> HttpResponse:
    by = person(request)
    wanted = {"kind": request.GET.get("kind"), "under": request.GET.get("under")}
    forms = (
        importing or ImportForm(initial=wanted),
        exporting or ExportForm(initial=wanted, auto_id=EXPORT_IDS),
    )
    for form in forms:
        form.offer(by)
    columns = [(WORDS[kind], [one.name for one in COLUMNS[kind]]) for kind in importable(by)]
    told = {
        "title": gettext("Import and export"),
        "importing": forms[0] if importable(by) else None,
        "exporting": forms[1] if exportable(by) else None,
        "columns": columns,
    }
    return TemplateResponse(request, "admin/bulk.html", surroundings | told)


def _looked(request: HttpRequest, by: User, kept: Kept, surroundings: Surroundings) -> HttpResponse:
    """Show what an import would do; it does nothing yet."""
    plan = import_rows(by, kept.sheet, dry_run=True)
    told = {
        "title": gettext("Import: %(what)s") % {"what": WORDS[kept.sheet.kind]},
        "plan": plan,
        "kept": pack(by, kept),
        **shown(plan),
    }
    return TemplateResponse(request, "admin/bulk_result.html", surroundings | told)


def _decided(request: HttpRequest, by: User, surroundings: Surroundings) -> HttpResponseBase:
    """Import what was looked at, or give it back as a file that says what is wrong."""
    try:
        kept = unpack(by, request.POST["kept"])
        if "errors" in request.POST:
            plan = import_rows(by, kept.sheet, dry_run=True)
            return _download(write_with_errors(kept.sheet, reasons(plan), kept.type))
        return _imported(request, by, kept, surroundings)
    except ServiceError as answer:
        messages.error(request, said(answer))
        return redirect("admin:bulk")


def _imported(
    request: HttpRequest, by: User, kept: Kept, surroundings: Surroundings
) -> HttpResponse:
    try:
        plan = import_rows(by, kept.sheet, expected=request.POST.get("digest") or "-")
    except Stale as answer:
        messages.warning(request, said(answer))
        return _looked(request, by, kept, surroundings)
    changed = shown(plan)["changed"]
    done = ngettext("%(count)s row was imported.", "%(count)s rows were imported.", changed)
    messages.success(request, done % {"count": changed})
    lists = {Kind.SITES: "node", Kind.TARGETS: "target"}
    name = lists.get(kept.sheet.kind)
    return redirect(f"admin:orchestration_{name}_changelist" if name else "admin:bulk")


def _download(file: File) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(file.content, content_type=file.type.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer
