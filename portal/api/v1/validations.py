"""External validations: another system agrees to a revision before it may be deployed."""

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import SolutionTemplate, Validation
from orchestration.queries import revisions, sight, solutions
from orchestration.queries import validations as queries
from orchestration.services import validations
from portal.api.enums import VALIDATION_STATES
from portal.api.filters import IdFilter, UnderFilter
from portal.api.reading import Listed
from portal.api.resource import Asked, Resource
from portal.api.rights import Rights
from portal.api.serializers.validations import (
    NewValidationPolicy,
    ValidationAnswer,
    ValidationDetail,
    ValidationPolicy,
    ValidationShape,
)
from rbac.permissions import Perm


class ValidationFilters(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """``state=Pending`` is what waits for an answer."""

    under = UnderFilter(field_name="revision__instance__target__node__path")
    target = IdFilter(field_name="revision__instance__target_id")
    solution = IdFilter(field_name="revision__instance__template_id")
    revision = IdFilter(field_name="revision_id")
    state = django_filters.ChoiceFilter(choices=VALIDATION_STATES)


class Validations(Listed, Resource[Validation]):
    """Questions to other systems whether a revision may be deployed."""

    rights: ClassVar[Rights] = {
        "list": queries.SEEN_WITH,
        "retrieve": queries.SEEN_WITH,
        "answer": (Perm.VALIDATE,),
        "cancel": (Perm.PUBLISH,),
    }
    serializer_class = ValidationShape
    filterset_class = ValidationFilters
    lookup_field = "uid"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Validation]:
        """Validations of revisions on lines the person may see or validate."""
        return queries.validations(self.by)

    @extend_schema(responses=ValidationDetail)
    def retrieve(self, request: Request, uid: str) -> Response:
        """One question, with the configuration to judge."""
        return Response(self.shown(self.get_object(), ValidationDetail))

    @extend_schema(request=ValidationAnswer, responses=ValidationShape)
    def answer(self, request: Request, uid: str) -> Response:
        """Answer it: once, and in time."""
        asked, wanted = self.get_object(), self.given(ValidationAnswer)
        errors = wanted.get("errors", ())
        validations.answer(self.by, asked, valid=wanted["status"] == "Valid", errors=errors)
        return Response(self.shown(self.get_object()))

    @extend_schema(request=None, responses=ValidationShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uid: str) -> Response:
        """Wait for no answer any more; the revision has then failed."""
        validations.cancel(self.by, self.get_object())
        return Response(self.shown(self.get_object()))


class AskAgain(Asked):
    """The validation of one revision."""

    rights: ClassVar[Rights] = {"post": (Perm.PUBLISH,)}

    @extend_schema(request=None, responses={201: ValidationShape})
    def post(self, request: Request, revision: int) -> Response:
        """Ask anew about a revision whose validation failed."""
        row = get_object_or_404(revisions.revisions(self.by), pk=revision)
        made = validations.ask_again(self.by, row)
        shown = get_object_or_404(queries.validations(self.by), pk=made.pk)
        return Response(ValidationShape(shown, context={"by": self.by}).data, status=201)


class Policy(Asked):
    """Whether revisions of a solution are validated elsewhere."""

    rights: ClassVar[Rights] = {"get": sight.SOLUTIONS, "put": (Perm.AUTHOR_SOLUTIONS,)}

    def template(self) -> SolutionTemplate:
        """The solution in the address, if the person may see it."""
        return get_object_or_404(solutions.templates(self.by), pk=self.kwargs["solution"])

    def held(self) -> Iterable[QuerySet[Any]]:
        """The solution."""
        return (SolutionTemplate.objects.filter(pk=self.kwargs["solution"]),)

    @extend_schema(responses=ValidationPolicy)
    def get(self, request: Request, solution: int) -> Response:
        """Whether, and within how many hours."""
        return Response(ValidationPolicy(self.template(), context={"by": self.by}).data)

    @extend_schema(request=NewValidationPolicy, responses=ValidationPolicy)
    def put(self, request: Request, solution: int) -> Response:
        """Set it. What is published already stays as it is."""
        changed = validations.configure(self.by, self.template(), **self.given(NewValidationPolicy))
        return Response(ValidationPolicy(changed, context={"by": self.by}).data)
