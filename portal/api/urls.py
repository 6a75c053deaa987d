"""Addresses below /api/."""

from django.urls import include, path

urlpatterns = [
    path("agent/v1/", include("portal.api.agent.urls")),
    path("v1/", include("portal.api.v1.urls")),
]
