"""External validations: what waits for an answer, and what was answered."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import Validation
from orchestration.queries import validations as queries
from orchestration.services import validations
from orchestration.states import VALIDATION, PublicationState, State, ValidationState
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.base import ServiceAdmin, Tool
from portal.admin.filters import PlaceFilter, StateFilter
from portal.admin.pages import Act, Question, act, submitted
from portal.admin.site import site
from rbac.access import Place, may
from rbac.models import User
from rbac.permissions import Perm


class ValidationPlaceFilter(PlaceFilter):
    """Validations at a place and below."""

    path: ClassVar[str] = "revision__instance__target__node__path"


class ValidationStateFilter(StateFilter):
    """Validations in one state."""

    life: ClassVar[Mapping[str, State]] = VALIDATION


@admin.register(Validation, site=site)
class ValidationAdmin(ServiceAdmin[Validation]):
    """Questions to other systems whether a revision may be deployed."""

    view_perms = queries.SEEN_WITH
    shown = ("uid", "line", "state_word", "asked", "due", "answered", "found")
    row_pages = ("call_off", "ask_again")
    list_display = ("__str__", "line", "state_word", "asked", "due", "answered")
    list_filter = (ValidationStateFilter, ValidationPlaceFilter)
    search_fields = (
        "revision__instance__target__node__name",
        "revision__instance__target__node__display_name",
    )
    ordering = ("-pk",)
    due = columns.at("due_at", _("Answer by"))

    def sees(self, by: User) -> QuerySet[Validation]:
        return queries.validations(by)

    def place(self, obj: Validation) -> Place:
        return obj.revision.instance.target.node

    def tools(self, request: HttpRequest, obj: Validation) -> Sequence[Tool]:
        if not may(request.user, Perm.PUBLISH, obj.revision.instance.target.node):
            return ()
        if obj.state == ValidationState.PENDING:
            return [(_("Call it off"), self.address("call_off", obj.pk))]
        if obj.revision.state == PublicationState.EXTERNAL_VALIDATION_FAILED:
            return [(_("Ask again"), self.address("ask_again", obj.pk))]
        return ()

    def call_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then wait for no answer any more."""
        asked, by = self.get_object(request, object_id), person(request)

        def stop(_data: dict[str, Any]) -> str:
            validations.cancel(by, asked)
            return gettext("The validation was called off.")

        note = _("The revision cannot be deployed then. It can be asked about again.")
        return self._do(request, asked, _("Call it off"), stop, note)

    def ask_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then put the question anew, with an id of its own."""
        asked, by = self.get_object(request, object_id), person(request)

        def again(_data: dict[str, Any]) -> str:
            validations.ask_again(by, asked.revision)
            return gettext("The other system is asked again.")

        note = _("The answer to the question before does not count any more.")
        return self._do(request, asked, _("Ask again"), again, note)

    def _do(
        self,
        request: HttpRequest,
        asked: Validation,
        button: str | Promise,
        do: Callable[[dict[str, Any]], str],
        note: str | Promise,
    ) -> HttpResponse:
        chosen = Act(
            title=str(asked),
            button=button,
            do=do,
            then=self.address("changelist"),
            back=self.address("change", asked.pk),
            note=note,
            facts=[(_("Line"), self.line(asked))],
        )
        return act(request, Question(submitted(request)), chosen)

    @admin.display(description=_("Line"))
    def line(self, obj: Validation) -> str:
        return str(obj.revision.instance.target)

    @admin.display(description=_("State"), ordering="state")
    def state_word(self, obj: Validation) -> SafeString:
        return columns.status(VALIDATION[obj.state])

    @admin.display(description=_("Asked"), ordering="requested_at")
    def asked(self, obj: Validation) -> SafeString:
        return columns.by_whom(obj.requested_at, obj.requested_by)

    @admin.display(description=_("Answered"), ordering="answered_at")
    def answered(self, obj: Validation) -> SafeString | str:
        if obj.answered_at is None:
            return columns.NOTHING
        return columns.by_whom(obj.answered_at, obj.answered_by)

    @admin.display(description=_("What is wrong"))
    def found(self, obj: Validation) -> SafeString | str:
        return columns.listed(
            format_html(
                "{}: {} {}",
                one["code"],
                one["message"],
                columns.listed(
                    f"{note['info']['level']}: {note['info']['message']}"
                    for note in one.get("additionalInfo", ())
                )
                if one.get("additionalInfo")
                else "",
            )
            for one in obj.errors
        )
