"""The base of every noun on the admin site: reads by queries, writes by services, our rights.

A noun says which rights it needs and which service does what. It can do nothing until it says so.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar, cast

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext

from orchestration.queries.events import events
from portal.admin.answers import ANSWERS, Answer, person, said
from portal.admin.forms import ServiceForm
from rbac.access import Place, may, may_administer, may_anywhere
from rbac.models import User
from rbac.permissions import Perm

M = TypeVar("M", bound=Model)
Tool = tuple[str | Promise, str]
_ANSWER = "_answer"


class ServiceAdmin(ModelAdmin[M]):
    """One noun. ``None`` as the right for a verb means that nobody can do it here.

    ``shown`` are the facts on a row's own page that its form does not hold. ``row_pages`` and
    ``list_pages`` name methods that serve pages of their own, at the address of the same name.
    """

    view_perms: ClassVar[tuple[Perm, ...]] = ()
    add_perm: ClassVar[Perm | None] = None
    change_perm: ClassVar[Perm | None] = None
    remove_perm: ClassVar[Perm | None] = None
    shown: ClassVar[tuple[str, ...]] = ()

    row_pages: ClassVar[tuple[str, ...]] = ()
    list_pages: ClassVar[tuple[str, ...]] = ()

    form: type[ServiceForm[M]] = ServiceForm
    add_form: type[ServiceForm[M]] = ServiceForm
    show_full_result_count = False
    list_per_page = 50

    # What a noun says

    def sees(self, by: User) -> QuerySet[M]:
        """The rows a person may see, from a query of orchestration."""
        raise NotImplementedError

    def place(self, obj: M) -> Place:
        """The node whose rights count for a row."""
        raise NotImplementedError

    def create(self, request: HttpRequest, data: dict[str, Any]) -> M:
        """Call the service that makes a row, and return the row."""
        raise NotImplementedError

    def change(self, request: HttpRequest, obj: M, form: ServiceForm[M]) -> None:
        """Call the services for what was changed; ``obj`` is as the database has it."""
        raise NotImplementedError

    def remove(self, by: User, obj: M) -> None:
        """Call the service that removes a row."""
        raise NotImplementedError

    def tools(self, request: HttpRequest, obj: M) -> Sequence[Tool]:
        """Links of a row's own page: what else can be done with it."""
        return ()

    def learn(self, by: User, obj: M) -> None:
        """Note on a row what the facts on its page must know of who reads them."""

    def list_tools(self, request: HttpRequest) -> Sequence[Tool]:
        """Links of the list."""
        return ()

    # Addresses

    def get_urls(self) -> list[URLPattern]:
        rows = [self._page(name, f"<path:object_id>/{name}/") for name in self.row_pages]
        lists = [self._page(name, f"{name.replace('_', '-')}/") for name in self.list_pages]
        return [*lists, *rows, *super().get_urls()]

    def _page(self, name: str, route: str) -> URLPattern:
        view: Callable[..., HttpResponse] = getattr(self, name)
        address = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
        return path(route, self.admin_site.admin_view(view), name=address)

    def address(self, page: str, *args: object) -> str:
        """The address of a page of this noun: ``changelist``, ``change``, or one of its own."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    # Reading

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = self.sees(person(request))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M:
        """A row, or 404 for what is not there and for what is none of the person's business."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    # Rights

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return may_anywhere(request.user, *self.view_perms)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.add_perm is not None and may_anywhere(request.user, self.add_perm)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._has(request, self.change_perm, obj)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._has(request, self.remove_perm, obj)

    def _has(self, request: HttpRequest, perm: Perm | None, obj: M | None) -> bool:
        if perm is None:
            return False
        if obj is None:
            return may_anywhere(request.user, perm)
        return bool(may(request.user, perm, self.place(obj)))

    # Forms

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,  # noqa: ANN401
    ) -> type[ServiceForm[M]]:
        kwargs.setdefault("form", self.form if obj is not None else self.add_form)
        form = cast("type[ServiceForm[M]]", super().get_form(request, obj, change=change, **kwargs))
        form.by = person(request)
        form.answer = getattr(request, _ANSWER, None)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> tuple[str, ...]:
        return self.shown if obj is not None else ()

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> list[Any]:
        names = [str(name) for name in super().get_fields(request, obj)]
        first = (self.form if obj is not None else self.add_form).field_order or ()
        fields = [*first, *(name for name in names if name not in first)]
        if obj is None or self.has_change_permission(request, obj):
            return fields
        return [name for name in fields if hasattr(self.model, name) or hasattr(self, name)]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django's; what a service refuses is undone, and shown with what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ANSWERS as answer:
            setattr(request, _ANSWER, answer)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,  # noqa: ANN401
        **kwargs: Any,  # noqa: ANN401
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            self.learn(person(request), obj)
        context["tools"] = self.tools(request, obj) if obj is not None else ()
        return super().render_change_form(request, context, *args, **kwargs)

    # Writing: only ever through the service hooks

    def save_model(
        self,
        request: HttpRequest,
        obj: M,
        form: ServiceForm[M],
        change: bool,  # noqa: FBT001
    ) -> None:
        if change:
            self.change(request, self.get_object(request, str(obj.pk)), form)
        else:
            # Django goes on with the object it has: let it be the row that the service made.
            obj.__dict__.update(self.create(request, form.cleaned_data).__dict__)

    def save_related(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Nothing: the service has written what belongs to the row."""

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        self.remove(person(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        with transaction.atomic():
            for obj in queryset:
                self.remove(person(request), obj)

    def _unlogged(self, *_: object) -> None:
        """Nothing: the service has recorded an event, and there is one log."""

    log_addition = log_change = log_deletion = log_deletions = _unlogged  # type: ignore[assignment]

    def get_deleted_objects(
        self, objs: QuerySet[M] | Sequence[M], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What Django asks about before it deletes. What hangs on a row is the service's matter."""
        names = [str(obj) for obj in objs]
        refused = {str(obj) for obj in objs if not self.has_delete_permission(request, obj)}
        return names, {str(self.opts.verbose_name_plural): len(names)}, refused, []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except ANSWERS as answer:
            return self._explained(request, answer, self.address("change", object_id))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        context = {"title": title, "tools": self.list_tools(request), **(extra_context or {})}
        try:
            return super().changelist_view(request, context)
        except ANSWERS as answer:
            return self._explained(request, answer, self.address("changelist"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The events about a row, as far as the person may see them."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        rows = events(person(request), stages=True)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %(name)s") % {"name": obj},
            "events": rows.filter(object_type=type(obj).__name__, object_id=obj.pk)[:200],
            "opts": self.opts,
            "object": obj,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/object_history.html", context)

    def _explained(self, request: HttpRequest, answer: Answer, url: str) -> HttpResponse:
        messages.error(request, said(answer))
        return redirect(url)


class AdministratorsAdmin(ServiceAdmin[M]):
    """A noun that only who looks after the whole installation sees, and ends."""

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(may_administer(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(may_administer(request.user))


class InstallationAdmin(ServiceAdmin[M]):
    """A noun that belongs to no place: only who looks after the whole installation changes it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(may_administer(request.user))

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return bool(may_administer(request.user))
