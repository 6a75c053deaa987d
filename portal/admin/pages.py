"""Pages of the admin site that do one thing: a form or a question, one service, an answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from portal.admin.answers import ANSWERS, tell
from portal.admin.inline_help import add_help
from portal.admin.site import site


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked before something is done.

    ``back`` is where to go without doing it. ``facts`` is what to look at before one decides, as
    pairs of a name and a value.
    """

    title: str
    button: str | Promise
    back: str
    note: str | Promise = ""
    facts: Sequence[tuple[str | Promise, object]] = ()
    danger: bool = False


@dataclass(frozen=True, kw_only=True)
class Act(Ask):
    """One thing to do.

    ``do`` calls the service with what was filled in, and returns the sentence that is shown once
    it is done. ``then`` is where to go afterwards.
    """

    do: Callable[[dict[str, Any]], str]
    then: str


class ActForm(forms.Form):
    """What has to be filled in before something is done."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's own signature
        super().__init__(*args, **kwargs)
        add_help(self)


class Question(ActForm):
    """Nothing to fill in: yes, or go back."""


def submitted(request: HttpRequest) -> QueryDict | None:
    """Return what was filled in, also when that is nothing at all; None before it is sent."""
    return request.POST if request.method == "POST" else None


def act(request: HttpRequest, form: forms.Form, chosen: Act) -> HttpResponse:
    """Show the question; on POST do it, and say what the service answered."""
    if request.method == "POST" and form.is_valid():
        try:
            done = chosen.do(form.cleaned_data)
        except ANSWERS as answer:
            tell(form, answer)
        else:
            messages.success(request, done)
            return redirect(chosen.then)
    return ask(request, form, chosen)


def ask(request: HttpRequest, form: forms.Form, asked: Ask) -> HttpResponse:
    """Show the question."""
    context = {**site.each_context(request), "title": asked.title, "act": asked, "form": form}
    return TemplateResponse(request, "admin/act.html", context)
