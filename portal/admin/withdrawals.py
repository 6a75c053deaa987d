"""Pages of a solution that change what may be done with it: withdrawing, validation elsewhere."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orchestration.models import SolutionTemplate, SolutionTemplateVersion
from orchestration.queries.withdrawn import still_running
from orchestration.services import validations, withdrawing
from portal.admin import columns
from portal.admin.answers import person
from portal.admin.forms import offer_rows, text
from portal.admin.pages import Act, ActForm, act, submitted
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm

SHOWN = 50  # lines that still run a version
Version = SolutionTemplateVersion


class WithdrawalForm(ActForm):
    """Which version, why, and what to use instead."""

    version = forms.ModelChoiceField(Version.objects.none(), label=_("Version"))
    reason = text(_("Reason"), most=300, help_text=_("Everybody reads it who would use it."))
    replacement = forms.ModelChoiceField(
        Version.objects.none(), label=_("Use instead"), required=False
    )


class ReinstatingForm(ActForm):
    """Which version may be used again."""

    version = forms.ModelChoiceField(Version.objects.none(), label=_("Version"))


class ValidationForm(ActForm):
    """Whether another system has to agree, and within how long."""

    required = forms.BooleanField(label=_("Another system has to agree"), required=False)
    hours = forms.IntegerField(
        label=_("Answer within (hours)"), min_value=1, max_value=validations.LONGEST_HOURS
    )


def withdraw(request: HttpRequest, template: SolutionTemplate, back: str) -> HttpResponse:
    """Take a version out of use."""
    by = _author(request, template)
    form = WithdrawalForm(submitted(request))
    usable = template.versions.filter(withdrawn_at=None)
    offer_rows(form, "version", usable)
    offer_rows(form, "replacement", usable)

    def take(data: dict[str, Any]) -> str:
        withdrawing.withdraw(
            by, data["version"], reason=data["reason"], replacement=data["replacement"]
        )
        return gettext("%(version)s is withdrawn.") % {"version": data["version"]}

    chosen = Act(
        title=gettext("Withdraw a version of %(solution)s") % {"solution": template},
        button=_("Withdraw"),
        do=take,
        then=back,
        back=back,
        note=_("It is not published or deployed any more. Lines that run it go on running it."),
        danger=True,
    )
    return act(request, form, chosen)


def reinstate(request: HttpRequest, template: SolutionTemplate, back: str) -> HttpResponse:
    """Let a withdrawn version be used again."""
    by = _author(request, template)
    form = ReinstatingForm(submitted(request))
    offer_rows(form, "version", template.versions.exclude(withdrawn_at=None))

    def give(data: dict[str, Any]) -> str:
        withdrawing.reinstate(by, data["version"])
        return gettext("%(version)s may be used again.") % {"version": data["version"]}

    chosen = Act(
        title=gettext("Reinstate a version of %(solution)s") % {"solution": template},
        button=_("Reinstate"),
        do=give,
        then=back,
        back=back,
    )
    return act(request, form, chosen)


def validation(request: HttpRequest, template: SolutionTemplate, back: str) -> HttpResponse:
    """Say whether revisions are validated elsewhere."""
    by = _author(request, template)
    now = {"required": template.external_validation, "hours": template.validation_hours}
    form = ValidationForm(submitted(request), initial=now)

    def settle(data: dict[str, Any]) -> str:
        validations.configure(by, template, required=data["required"], hours=data["hours"])
        return gettext("Saved for %(solution)s.") % {"solution": template}

    chosen = Act(
        title=gettext("External validation of %(solution)s") % {"solution": template},
        button=_("Save"),
        do=settle,
        then=back,
        back=back,
        note=_(
            "Each new revision waits for the answer of another system before it may be deployed. "
            "Set up a webhook for validation.requested, or let that system ask."
        ),
    )
    return act(request, form, chosen)


def told(by: User, version: SolutionTemplateVersion) -> SafeString | str:
    """What to know of a withdrawn version: why, what instead, and who still runs it."""
    if version.withdrawn_at is None:
        return ""
    because = version.withdrawn_because
    if version.replacement is not None:
        instead = gettext("Use %(version)s.") % {"version": version.replacement.version}
        because = f"{because} {instead}"
    return format_html(
        "<br><strong>{}</strong> {} · {} {}",
        gettext("Withdrawn"),
        columns.by_whom(version.withdrawn_at, version.withdrawn_by),
        because,
        _still_there([str(one.target) for one in still_running(by, version)[: SHOWN + 1]]),
    )


def _still_there(lines: list[str]) -> SafeString | str:
    if not lines:
        return ""
    more = ["…"] if len(lines) > SHOWN else []
    names = ", ".join([*lines[:SHOWN], *more])
    return format_html("<br>{}", gettext("Still there: %(lines)s") % {"lines": names})


def _author(request: HttpRequest, template: SolutionTemplate) -> User:
    by = person(request)
    may(by, Perm.AUTHOR_SOLUTIONS, template.node).require()
    return by
