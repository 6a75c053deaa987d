"""Addresses of the agent protocol, version 1."""

from django.urls import path

from portal.api.agent import knocking, telling, wishes

urlpatterns = [
    path("enroll", knocking.enroll),
    path("challenge", knocking.challenge),
    path("session", knocking.session),
    path("desired", wishes.desired_state),
    path("content/<str:digest>", wishes.content),
    path("reports", telling.reports),
    path("heartbeat", telling.heartbeat),
]
