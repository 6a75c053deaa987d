"""The admin site writes through services only, and shows nothing that nobody narrowed."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin import RelatedFieldListFilter
from django.urls import URLResolver, get_resolver

from portal.admin.base import InstallationAdmin, ServiceAdmin
from portal.admin.forms import ServiceForm
from portal.admin.site import SECTIONS, site

FOLDER = Path(__file__).resolve().parents[2] / "portal" / "admin"
NOUNS = sorted(site._registry.values(), key=str)
# What Django calls to write, to read and to let in: the base alone decides how.
BASE_DECIDES = (
    "save_model", "save_related", "save_form", "save_formset", "delete_model", "delete_queryset",
    "log_addition", "log_change", "log_deletion", "log_deletions", "get_queryset", "get_object",
    "changeform_view", "changelist_view", "delete_view", "history_view", "has_view_permission",
    "has_module_permission",
)  # fmt: skip
HOOKS = ("create", "change", "remove")
WRITES = {
    "bulk_create", "bulk_update", "create", "delete", "get_or_create", "raw", "save", "set",
    "update", "update_or_create",
}  # fmt: skip
OF_QUERYSETS = {"objects", "_default_manager", "_base_manager"}


def named(noun: object) -> str:
    return type(noun).__name__


@pytest.mark.parametrize("noun", NOUNS, ids=named)
def test_a_noun_leaves_writing_and_reading_to_the_base(noun: Any) -> None:
    assert isinstance(noun, ServiceAdmin)
    own = vars(type(noun))
    assert [name for name in BASE_DECIDES if name in own] == []
    assert type(noun).sees is not ServiceAdmin.sees


@pytest.mark.parametrize("noun", NOUNS, ids=named)
def test_a_noun_uses_nothing_of_django_that_writes_past_it(noun: Any) -> None:
    assert list(noun.inlines) == []
    assert list(noun.list_editable) == []
    assert issubclass(noun.form, ServiceForm)
    assert issubclass(noun.add_form, ServiceForm)


@pytest.mark.parametrize("noun", NOUNS, ids=named)
def test_a_noun_that_may_be_changed_names_the_service(noun: Any) -> None:
    kind = type(noun)
    base = InstallationAdmin if issubclass(kind, InstallationAdmin) else ServiceAdmin
    asked = {
        "create": noun.add_perm or kind.has_add_permission is not ServiceAdmin.has_add_permission,
        "change": noun.change_perm
        or kind.has_change_permission is not ServiceAdmin.has_change_permission,
        "remove": noun.remove_perm
        or kind.has_delete_permission is not ServiceAdmin.has_delete_permission,
    }
    offered = {hook: getattr(kind, hook) is not getattr(base, hook) for hook in HOOKS}
    assert offered == {hook: bool(wanted) for hook, wanted in asked.items()}


def test_without_a_word_a_noun_can_do_nothing() -> None:
    assert (ServiceAdmin.add_perm, ServiceAdmin.change_perm, ServiceAdmin.remove_perm) == (
        None,
        None,
        None,
    )
    assert ServiceAdmin.view_perms == ()


@pytest.mark.parametrize("noun", NOUNS, ids=named)
def test_choices_and_filters_are_narrowed_by_somebody(noun: Any) -> None:
    """A field that offers rows starts empty, or belongs to who looks after everything anyway."""
    offering = {
        name
        for form in (noun.form, noun.add_form)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.ModelChoiceField)
        if field.queryset is None or not field.queryset.query.is_empty()
    }
    assert not offering or isinstance(noun, InstallationAdmin)
    related = [one for one in noun.list_filter if one is RelatedFieldListFilter]
    by_name = [
        name
        for name in noun.list_filter
        if isinstance(name, str) and noun.model._meta.get_field(name.split("__")[0]).is_relation
    ]
    assert (related, by_name) == ([], [])


def calls() -> Iterator[tuple[str, ast.Attribute]]:
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield f"{path.name}:{node.lineno}", node.func


def test_no_page_of_it_writes_a_row() -> None:
    """``x.objects.create()`` and the like; services are called on modules, such as ``groups``."""
    writing = [
        place
        for place, call in calls()
        if call.attr in WRITES
        if isinstance(call.value, ast.Attribute) and call.value.attr in OF_QUERYSETS
    ]
    saving = [place for place, call in calls() if call.attr in {"save", "bulk_create"}]
    assert list(calls())
    assert writing + saving == []


def test_only_our_site_is_served() -> None:
    """What other packages register with Django's own site stays out of reach."""
    served = [
        pattern
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLResolver) and pattern.app_name == "admin"
    ]
    assert len(served) == 1
    foreign = set(admin.site._registry) - set(site._registry)
    assert foreign, "the test would prove nothing"
    names = {f"{model._meta.app_label}_{model._meta.model_name}" for model in foreign}
    addresses = {key for key in served[0].reverse_dict if isinstance(key, str)}
    assert {a for a in addresses if a.rsplit("_", 1)[0] in names} == set()


def test_every_noun_has_a_place_on_the_index() -> None:
    placed = [model for _, _, models in SECTIONS for model in models]
    assert sorted(map(str, placed)) == sorted(map(str, site._registry))
