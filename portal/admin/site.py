"""The admin site of IT: Django's own, entered by right and not by a staff flag."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import (
    Agent,
    ApiToken,
    Capability,
    ConfigTemplate,
    Context,
    Delivery,
    Deployment,
    EnrolmentToken,
    Event,
    NamedSecret,
    Node,
    Schema,
    SignIn,
    SolutionTemplate,
    Target,
    TemplateLink,
    Validation,
    Webhook,
)
from portal.admin import bulk, columns, front, health, playground, starter
from portal.admin.answers import person
from portal.web.navigation import IT_PERMS
from portal.web.sentences import refusal
from rbac.access import Denied, may_anywhere
from rbac.models import Role, RoleAssignment, User

SECTIONS: tuple[tuple[str, Promise, tuple[type[Model], ...]], ...] = (
    ("agents", _("Agents"), (Agent, EnrolmentToken)),
    ("places", _("Places and lines"), (Node, Target, Context, Capability, NamedSecret)),
    ("access", _("People and access"), (RoleAssignment, Role, User, Group, SignIn, ApiToken)),
    ("solutions", _("Solutions"), (SolutionTemplate, ConfigTemplate, TemplateLink, Schema)),
    ("outside", _("Other systems"), (Webhook, Delivery, Validation)),
    ("records", _("What happened"), (Deployment, Event)),
)
V = TypeVar("V", bound=Callable[..., HttpResponseBase])


class ITSite(AdminSite):
    """Open to who holds an IT right anywhere; each noun narrows what is seen and done there."""

    site_title = _("Sitewright admin")
    site_header = _("Sitewright admin")
    index_title = _("Set-up and care")
    index_template = "admin/index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request.user, *IT_PERMS)

    def admin_view(self, view: V, cacheable: bool = False) -> V:  # noqa: FBT001, FBT002
        """Send strangers to the portal's sign-in, and people without an IT right away."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if not self.has_permission(request):
                raise PermissionDenied
            try:
                return guarded(request, *args, **kwargs)
            except Denied as denied:
                raise PermissionDenied(refusal(denied.verdict)) from denied

        return cast("V", inner)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one page to sign in at, the portal's."""
        if request.user.is_authenticated:
            return redirect("admin:index", permanent=False)
        return redirect_to_login(reverse("admin:index"), settings.LOGIN_URL)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        mine = [
            path("health/", self.admin_view(self.health), name="health"),
            path("bulk/", self.admin_view(self.bulk), name="bulk"),
            path("bulk/export/", self.admin_view(self.bulk_export), name="bulk-export"),
            path("playground/", self.admin_view(self.playground), name="playground"),
            path("new-solution/", self.admin_view(self.starter), name="starter"),
        ]
        return [*mine, *super().get_urls()]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Our sections in our order, instead of one list a Django app."""
        apps = self._build_app_dict(request).values()
        rows = {row["model"]: row for app in apps for row in app["models"]}
        sections = []
        for key, name, models in SECTIONS:
            found = [rows[model] for model in models if model in rows]
            address = f"{reverse('admin:index')}#{key}"
            section = {"name": name, "app_label": key, "app_url": address, "models": found}
            if found:
                sections.append(section | {"has_module_perms": True})
        return sections

    def app_index(  # type: ignore[override]
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's apps mean nothing to people: the index has all there is."""
        return redirect("admin:index")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """What needs somebody comes first: agents that knock, failures, agents away."""
        return super().index(request, front.state(person(request)) | (extra_context or {}))

    def health(self, request: HttpRequest) -> TemplateResponse:
        """Parts, workers, work that is due, agents away, keys and versions."""
        context = self.each_context(request) | health.state(person(request))
        context["title"] = gettext("System health")
        return TemplateResponse(request, "admin/health.html", context)

    def bulk(self, request: HttpRequest) -> HttpResponseBase:
        """Sites, lines and values as sheets."""
        return bulk.page(request, self.each_context(request))

    def bulk_export(self, request: HttpRequest) -> HttpResponseBase:
        """A sheet to take home."""
        return bulk.export(request, self.each_context(request))

    def playground(self, request: HttpRequest) -> HttpResponse:
        """A template tried out before it becomes a version."""
        return playground.page(request, self.each_context(request))

    def starter(self, request: HttpRequest) -> HttpResponse:
        """The files of a new solution."""
        return starter.page(request, self.each_context(request))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One's own password is changed on one's account page, whatever else one may do."""
        return redirect("account-password")


site = ITSite(name="admin")
site.empty_value_display = columns.NOTHING
