"""Every field of the admin site's forms says what it means."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.admin.forms import ServiceForm
from portal.admin.inline_help import HELP, help_for
from portal.admin.pages import ActForm
from portal.admin.site import site


def below(form: Any) -> Iterator[Any]:
    for kind in form.__subclasses__():
        yield kind
        yield from below(kind)


FORMS = sorted({*below(ServiceForm), *below(ActForm)}, key=lambda form: form.__qualname__)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_field_says_what_it_means(form: Any) -> None:
    silent = [
        name
        for name, field in form.base_fields.items()
        if not field.help_text and not help_for(form, name)
    ]
    assert silent == []


def test_the_forms_are_found() -> None:
    assert site._registry
    names = {form.__name__ for form in FORMS}
    assert {"SiteForm", "TargetForm", "MoveForm", "FactoryForm"} <= names


def test_no_help_is_left_over() -> None:
    used = set()
    for form in FORMS:
        for name, field in form.base_fields.items():
            keys = [f"{kind.__name__}.{name}" for kind in form.__mro__]
            found = next((key for key in (*keys, name) if key in HELP), None)
            if found and not field.help_text:
                used.add(found)
    assert sorted(HELP.keys() - used) == []
