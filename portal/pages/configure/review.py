"""Step 4 of publishing: what each line would get, what is wrong with it, and what changes."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from orchestration.queries import configuring
from orchestration.queries.resolving import LineReview
from orchestration.states import CONFIGURATION_COMPLETED
from portal.pages.configure import base
from portal.web.configuration_files import as_file
from portal.web.journey import Journey, pack
from portal.web.listing import page_of
from portal.web.needs import needs
from portal.web.parts import Column
from portal.web.provenance import settings_of_review
from portal.web.requests import PortalRequest
from portal.web.responses import see
from portal.web.review_rows import failures, groups, row_of, seen_mark
from portal.web.shared_copies import shared_needs
from rbac.access import YES, Verdict, may
from rbac.models import User
from rbac.permissions import Perm

COLUMNS = (
    Column(_("Line")),
    Column(_("Result")),
    Column(_("What changes")),
    Column(_("Runs now")),
)


@needs(Perm.REVIEW)
@require_safe
def review(request: PortalRequest) -> HttpResponse:
    """Show every line resolved or failed, and identical differences together."""
    by = request.user
    way = base.journey(request, by)
    lines = base.lines_of(by, way)
    if not lines:
        return see(request, way.url("configure-lines", (), empty="1"))
    found = base.reviews(by, way, lines)
    rows = [row_of(by, way, one, base.rules(way.version)) for one in found]
    good = [row for row in rows if row.review.ok]
    verdicts = [may(by, Perm.PUBLISH, line.node) for line in lines]
    return render(
        request,
        "configure/review.html",
        {
            "way": way,
            "steps": way.steps("configure-review"),
            "page": page_of(request, sorted(rows, key=lambda row: row.review.ok)),
            "count": len(rows),
            "good": good,
            "bad": len(rows) - len(good),
            "failures": failures(way, [row for row in rows if not row.review.ok]),
            "groups": groups(good),
            "first": [row for row in good if row.first],
            "same": [row for row in good if not row.first and not row.changes],
            "shared": (shared := shared_needs(found, dict(way.uses))),
            "choosable": any(need.several for need in shared),
            "packed_lines": pack(way.lines),
            "columns": COLUMNS,
            "seen": seen_mark(found),
            "publish_url": way.url("configure-publish"),
            "values_url": way.url("configure-line-values"),
            "verdict": _verdict(way, verdicts),
            "publishable": sum(
                row.review.ok and bool(may_) for row, may_ in zip(rows, verdicts, strict=True)
            ),
            "ready": CONFIGURATION_COMPLETED,
            "not_mine": [line for line, may_ in zip(lines, verdicts, strict=True) if not may_],
        },
    )


def _verdict(way: Journey, verdicts: Sequence[Verdict]) -> Verdict:
    """Whether anything of it may be published."""
    if not (usable := way.withdrawn):
        return usable
    return YES if any(verdicts) else verdicts[0]


@needs(Perm.REVIEW)
@require_safe
def line(request: PortalRequest, target: int) -> HttpResponse:
    """Show what one line would get in full: every value with its origin."""
    by = request.user
    way = base.journey(request, by)
    one = _one(by, way, target)
    rules = base.rules(way.version)
    crumbs = [(_("Review"), way.url("configure-review")), (str(one.target), "")]
    download = reverse("configure-review-download", args=[target])
    return render(
        request,
        "configure/line.html",
        {
            "crumbs": crumbs,
            "way": way,
            "row": row_of(by, way, one, rules),
            "mend_url": way.url("configure-line-values", [target]),
            "settings": settings_of_review(by, one, rules),
            "components": one.veil.components(one.resolution.components),
            "download": f"{download}?{request.GET.urlencode()}",
        },
    )


@needs(Perm.REVIEW)
@require_safe
def download(request: PortalRequest, target: int) -> HttpResponse:
    """Give the final configuration of one line as YAML, secrets masked."""
    by = request.user
    way = base.journey(request, by)
    one = _one(by, way, target)
    name = f"{one.target.node.name}-{way.template.node.name}-{way.version.version}"
    return as_file(name, one.veil.masked(one.resolution.configuration or {}))


def _one(by: User, way: Journey, target: int) -> LineReview:
    lines = configuring.lines(by, way.template.node.context_id)
    return base.reviews(by, way, [get_object_or_404(lines, pk=target)])[0]
