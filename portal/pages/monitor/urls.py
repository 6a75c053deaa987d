"""Addresses below /monitor/."""

from django.urls import path

from portal.pages.monitor.deployments import deployment
from portal.pages.monitor.events import events
from portal.pages.monitor.overview import overview
from portal.pages.monitor.solutions import solution, solutions
from portal.pages.monitor.targets import target, targets

urlpatterns = [
    path("", overview, name="monitor-overview"),
    path("solutions/", solutions, name="monitor-solutions"),
    path("solutions/<int:pk>/", solution, name="monitor-solution"),
    path("targets/", targets, name="monitor-targets"),
    path("targets/<int:pk>/", target, name="monitor-target"),
    path("events/", events, name="monitor-events"),
    path("deployments/<int:pk>/", deployment, name="monitor-deployment"),
]
