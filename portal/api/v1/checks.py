"""Help for authors: what is wrong with a template, before it becomes a version."""

from typing import ClassVar

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.models import Context
from orchestration.queries import authoring
from portal.api.resource import Asked
from portal.api.rights import Rights
from portal.api.serializers.checks import FindingsShape, TemplateToCheck
from rbac.access import Denied, Verdict
from rbac.permissions import Perm


class CheckTemplate(Asked):
    """Everything questionable in a template, its schema and its specification."""

    rights: ClassVar[Rights] = {"post": (Perm.AUTHOR_SOLUTIONS,)}
    only_reads: ClassVar[tuple[str, ...]] = ("post",)

    @extend_schema(request=TemplateToCheck, responses=FindingsShape)
    def post(self, request: Request) -> Response:
        """Check texts, errors first; keeps nothing of them.

        What `manage.py check-template` says of files, with the names of the context known.
        """
        own = list(authoring.contexts(self.by)[:2])
        if not own:
            raise Denied(
                Verdict(
                    ok=False,
                    code="right-missing",
                    params={"perm": Perm.AUTHOR_SOLUTIONS.value, "place": gettext("any place")},
                )
            )
        wanted = self.given(TemplateToCheck)
        context = wanted.pop("context", None) or _only(own)
        findings = authoring.check(self.by, context, **wanted)
        sound = all(finding.severity != "error" for finding in findings)
        return Response(FindingsShape({"ok": sound, "findings": findings}).data)


def _only(contexts: list[Context]) -> Context:
    if len(contexts) > 1:
        said = gettext("You write solutions in several contexts: say which one is meant.")
        raise ValidationError({"context": [said]})
    return contexts[0]
