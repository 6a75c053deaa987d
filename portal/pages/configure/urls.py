"""Addresses below /configure/."""

from django.urls import path

from portal.pages.configure import history, publish, published, review, validations
from portal.pages.configure.checks import check, check_config
from portal.pages.configure.line_values import line_values
from portal.pages.configure.lines import lines
from portal.pages.configure.places import place, places
from portal.pages.configure.solutions import solutions
from portal.pages.configure.values import values
from portal.pages.configure.version_impact import version_impact

OF_PLACE = "nodes/<int:node>/solutions/<int:solution>/"

urlpatterns = [
    path("", places, name="configure-hierarchy"),
    path("nodes/<int:pk>/", place, name="configure-place"),
    path(OF_PLACE, values, name="configure-values"),
    path(f"{OF_PLACE}history/", history.history, name="configure-history"),
    path(f"{OF_PLACE}history/<int:number>/restore/", history.restore, name="configure-restore"),
    path("versions/<int:version>/check/", check, name="configure-check"),
    path(
        "nodes/<int:node>/config-versions/<int:version>/check/",
        check_config,
        name="configure-check-config",
    ),
    path("solutions/", solutions, name="configure-solutions"),
    path("solutions/lines/", lines, name="configure-lines"),
    path("solutions/impact/", version_impact, name="configure-version-impact"),
    path("solutions/values/", line_values, name="configure-line-values"),
    path("solutions/review/", review.review, name="configure-review"),
    path("solutions/review/<int:target>/", review.line, name="configure-review-line"),
    path(
        "solutions/review/<int:target>/configuration.yaml",
        review.download,
        name="configure-review-download",
    ),
    path("solutions/publish/", publish.publish, name="configure-publish"),
    path("solutions/result/", publish.result, name="configure-result"),
    path("published/", published.revisions_list, name="configure-published"),
    path("published/compare/", published.compare, name="configure-compare"),
    path("published/<int:pk>/", published.revision, name="configure-revision"),
    path("published/<int:pk>/configuration.yaml", published.download, name="configure-download"),
    path("published/<int:pk>/delete/", published.delete, name="configure-revision-delete"),
    path(
        "published/<int:pk>/validation/ask-again/",
        validations.ask_again,
        name="configure-validation-again",
    ),
    path(
        "published/<int:pk>/validation/call-off/",
        validations.call_off,
        name="configure-validation-call-off",
    ),
]
