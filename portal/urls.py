"""Every address of the control plane."""

from django.conf import settings
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from portal.admin.site import site
from portal.pages.account.sign_in import sign_in
from portal.pages.account.sign_on import sign_on, sign_on_callback
from portal.pages.design import design
from portal.pages.home import home
from portal.pages.scope import choose_scope
from portal.web.health import healthz

handler400 = "portal.api.unhandled.bad_request"
handler403 = "portal.api.unhandled.permission_denied"
handler404 = "portal.api.unhandled.page_not_found"
handler500 = "portal.api.unhandled.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("monitor/", include("portal.pages.monitor.urls")),
    path("configure/", include("portal.pages.configure.urls")),
    path("deploy/", include("portal.pages.deploy.urls")),
    path("scope/", choose_scope, name="scope"),
    path("api/", include("portal.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("login/", sign_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("sign-on/", sign_on, name="sign-on"),
    path("sign-on/callback/", sign_on_callback, name="sign-on-callback"),
    path("account/", include("portal.pages.account.urls")),
    path("admin/", site.urls),
]

if settings.DEBUG or settings.SITEWRIGHT_DEMO:
    urlpatterns.append(path("design/", design, name="design"))
