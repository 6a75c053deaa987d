"""Every component on one page, to look at while working on them. Served in the demo only."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.web import samples


def design(request: HttpRequest) -> HttpResponse:
    """Show the components with easy and with awkward content."""
    now = timezone.now()
    context = {
        "crumbs": samples.CRUMBS,
        "samples": samples,
        "refused": samples.REFUSED,
        "now": now,
        "earlier": now - timedelta(minutes=12, seconds=40),
        "sort": request.GET.get("sort", "name"),
        "page": Paginator(range(1, 981), 50).get_page(request.GET.get("page", 4)),
        "rows": samples.rows(now),
        "steps": samples.steps(now - timedelta(minutes=3)),
        "definitions": samples.definitions(now),
    }
    return render(request, "design.html", context)
