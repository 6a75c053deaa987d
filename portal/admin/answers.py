"""What a service answered, as errors of a form or as a message."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import ngettext

from orchestration.services.errors import Invalid, ServiceError
from portal.web.sentences import refusal, sentence
from rbac.access import Denied
from rbac.models import User

M = TypeVar("M", bound=Model)
ANSWERS = (Denied, ServiceError)
Answer = Denied | ServiceError

# Beside which field an answer is said, where the form has that field.
FIELDS: Mapping[str, str] = {
    "agent-elsewhere": "agent",
    "capability-unknown": "capabilities",
    "document-unreadable": "text",
    "level-too-deep": "parent",
    "level-wrong": "level",
    "levels-empty": "levels",
    "levels-in-use": "levels",
    "levels-repeated": "levels",
    "lines-out-of-range": "lines",
    "name-empty": "name",
    "name-missing": "name",
    "name-taken": "name",
    "parent-not-a-place": "parent",
    "password-weak": "password",
    "pattern-without-number": "line_name",
    "schema-refused": "text",
    "schema-unknown": "schema",
    "scope-in-use": "scope",
    "scope-reserved": "scope",
    "target-elsewhere": "targets",
    "template-refused": "text",
    "time-zone-unknown": "time_zone",
    "version-exists": "version",
    "version-malformed": "version",
}


def person(request: HttpRequest) -> User:
    """Return who is signed in.

    Raises:
        django.core.exceptions.PermissionDenied: nobody is.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def said(answer: Answer) -> str:
    """Return the sentence for an answer."""
    if isinstance(answer, Denied):
        return refusal(answer.verdict)
    return sentence(answer.code, answer.params)


def tell(form: BaseForm, answer: Answer) -> None:
    """Add an answer to a form that was cleaned: the sentence, then each problem with its place."""
    code = "" if isinstance(answer, Denied) else answer.code
    field = FIELDS.get(code, "")
    lines = [said(answer), *map(_problem, answer.problems if isinstance(answer, Invalid) else ())]
    for line in lines:
        form.add_error(field if field in form.fields else None, line)


def each(request: HttpRequest, rows: Iterable[M], act: Callable[[User, M], object]) -> list[M]:
    """Do something to each row for the person, and say how it went; return those it went well for.

    One row that cannot be changed does not hold up the others.
    """
    by, done = person(request), []
    for row in rows:
        try:
            act(by, row)
        except ANSWERS as answer:
            messages.error(request, f"{row}: {said(answer)}")
        else:
            done.append(row)
    if done:
        text = ngettext("Done: %(names)s.", "Done for %(count)s: %(names)s.", len(done))
        names = ", ".join(str(row) for row in done)
        messages.success(request, text % {"count": len(done), "names": names})
    return done


def _problem(problem: Mapping[str, object]) -> str:
    parts = [f"{problem[key]}:" for key in ("file", "key") if problem.get(key)]
    if problem.get("line"):
        parts.append(f"{problem['line']}:{problem.get('column') or 1}:")
    return " ".join([*parts, str(problem.get("message") or problem.get("code") or "")])
