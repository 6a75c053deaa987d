"""Applying a folder of files: all of it, or nothing."""

from http import HTTPStatus
from typing import ClassVar

from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.services import applying
from portal.api import problems
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.applying import ApplyBody, PlanShape, problems_of
from rbac.permissions import Perm

_REFUSED = "apply-refused"


class Apply(Asked):
    """What a folder in version control says becomes what there is."""

    rights: ClassVar[Rights] = {
        "post": (
            Perm.EDIT_HIERARCHY,
            Perm.EDIT_TARGETS,
            Perm.AUTHOR_SOLUTIONS,
            Perm.EDIT_IT_VALUES,
            Perm.EDIT_OT_VALUES,
            Perm.MANAGE_CONTEXT,
            Perm.MANAGE_ACCESS,
        )
    }

    @extend_schema(request=ApplyBody, responses=PlanShape)
    def post(self, request: Request) -> Response:
        """Make, change and with ``prune`` delete what files want; unchanged files change nothing.

        Each object needs the right that making it by hand needs. One that cannot be made, and
        nothing is: 422, with every reason, file and line. A dry run says them with 200.
        """
        wanted = self.given(ApplyBody)
        plan = applying.apply(
            self.by,
            wanted["documents"],
            set_name=wanted["set"],
            dry_run=wanted["dry_run"],
            prune=wanted["prune"],
        )
        if plan.ok or plan.dry_run:
            return Response(PlanShape(plan).data)
        found = [problem for item in plan.items for problem in problems_of(item)]
        wrong = sum(item.error is not None for item in plan.items)
        said = ngettext(
            "%(count)s object cannot be made as it is wanted, so nothing was changed.",
            "%(count)s objects cannot be made as they are wanted, so nothing was changed.",
            wrong,
        ) % {"count": wrong}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        body = problems.body(status, _REFUSED, said, problems=found)
        return Response(body, status=status, content_type=problems.MEDIA_TYPE)
