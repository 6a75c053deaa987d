"""Answers that are right for a plain form and for htmx alike."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django_htmx.http import HttpResponseClientRedirect

from portal.web.requests import wants_part


def see(request: HttpRequest, url: str) -> HttpResponse:
    """After a change: go and look at ``url`` (303; htmx is told to go there)."""
    if wants_part(request):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url, status=HTTPStatus.SEE_OTHER)


def invalid(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Show the form again with its errors and what was typed (422, swapped in by htmx)."""
    return render(request, template, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
