"""Inline help: what the fields of the forms mean, where a form does not say it itself.

Named by field, or by form and field where the same name means something of its own.
"""

from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HELP: Mapping[str, Promise] = {
    "again": _("The same once more, against slips of the keyboard."),
    "agent": _("The agent that runs solutions for this line; offered are those above it."),
    "capabilities": _("What the line can do. A solution fits lines that have all it needs."),
    "NewVersionForm.capabilities": _("Only lines that have all of these can get the solution."),
    "context": _("The company or division it belongs to."),
    "description": _("For people: what it is for, in a sentence."),
    "display_name": _("What people read instead of the name."),
    "email": _("Where a link for a new password can be sent to."),
    "enabled": _("Switched off, nothing is told and nothing is kept for later."),
    "file": _("As its author wrote it. Choose a file, or paste the text."),
    "full_name": _("What colleagues read."),
    "group_name": _("Everybody in the group gets the role."),
    "groups": _("The roles of a group count for all who are in it."),
    "hours": _("Afterwards nobody can enrol with it any more."),
    "ValidationForm.hours": _("Without an answer by then, it counts as not valid."),
    "is_active": _("Switched off, the person is signed out at once and stays out."),
    "label": _("What people read wherever the role is named."),
    "members": _("Who gets the roles of the group."),
    "name": _("Short and lasting: programs and files use it, too."),
    "GroupForm.name": _("What the group is called, for example Night shift."),
    "NewUserForm.name": _("What the person types to sign in."),
    "WebhookForm.name": _("What people call the other system."),
    "node": _("It counts there and everywhere below."),
    "TokenForm.node": _("Agents that enrol with it belong to this place."),
    "parent": _("The place it belongs to. It can be moved later."),
    "replacement": _("What people are told to use; it is not changed for them."),
    "required": _("A revision can be deployed only once the other system called it valid."),
    "role": _("What may be done there; “Roles” on the first page says what each one allows."),
    "specification_file": _("What runs on the line, as YAML or JSON. Without it, values only."),
    "targets": _("Without a choice, an agent serves the free lines of its place."),
    "text": _("Instead of a file."),
    "time_zone": _("In which times at this place are shown; places below take it over."),
    "user_name": _("Give a role to one person, or to a group."),
    "uses": _("How many machines may enrol with the same token."),
    "value": _("Nobody is shown it again; it can only be replaced."),
    "version": _("Which version this is about."),
    "wanted": _("Which version counts there and everywhere below."),
}


def add_help(form: forms.BaseForm) -> None:
    """Give help to each field of a form that has none of its own."""
    for name, field in form.fields.items():
        if not field.help_text:
            field.help_text = help_for(type(form), name)


def help_for(form: type[forms.BaseForm], name: str) -> str:
    """Return the help for a field: that of its own form, or a form it is made from, comes first."""
    keys = [f"{kind.__name__}.{name}" for kind in form.__mro__]
    return next((str(HELP[key]) for key in (*keys, name) if key in HELP), "")
