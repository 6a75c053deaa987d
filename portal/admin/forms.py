"""What all forms of the admin site share: who fills them in, and what the service answered."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceIterator, ModelChoiceIteratorValue
from django.utils.translation import gettext_lazy as _

from orchestration.models import Capability, Context, Node
from orchestration.queries import places
from orchestration.queries.time_zones import time_zones as zones_known
from portal.admin.answers import Answer, tell
from portal.admin.inline_help import add_help
from rbac.models import User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # of the stubs: a lazy translation

Words: TypeAlias = "str | _StrPromise"
M = TypeVar("M", bound=Model)
INDENT = "\u2003"


class ServiceForm(forms.ModelForm[M]):
    """A form whose content goes to a service; it never touches the row itself.

    ``by`` and ``answer`` are set on the class made for one request: whose choices to offer, and
    what the service said to the same content a moment ago.
    """

    by: ClassVar[User]
    answer: ClassVar[Answer | None] = None

    class Meta:
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  Django's own signature
        super().__init__(*args, **kwargs)
        self.offer()
        add_help(self)

    def offer(self) -> None:
        """Set the choices the person has; a form with choices overrides this."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.answer is not None:
            tell(self, self.answer)
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Leave the row as it is: the service compares with it, and judges."""


class _ByName(ModelChoiceIterator[Node]):
    """Places as a tree, siblings in the order of their names."""

    def __iter__(self) -> Iterator[tuple[ModelChoiceIteratorValue | str, str]]:
        if self.field.empty_label is not None:
            yield ("", str(self.field.empty_label))
        found = {node.pk: node for node in self.queryset}
        for pk in places.by_name(self.queryset):
            yield self.choice(found[pk])


class PlaceChoice(forms.ModelChoiceField[Node]):
    """Places as an indented tree."""

    iterator = _ByName

    def label_from_instance(self, obj: Node) -> str:
        return indented(obj)


class PlacesChoice(forms.ModelMultipleChoiceField[Node]):
    """Several places of an indented tree."""

    def label_from_instance(self, obj: Node) -> str:
        return indented(obj)


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field of a form choose among these rows."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def offer_choices(form: forms.BaseForm, name: str, choices: Iterable[tuple[str, object]]) -> None:
    """Let a field of a form choose among these values and labels."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = [(value, str(label)) for value, label in choices]


def time_zones() -> list[tuple[str, object]]:
    """Return every time zone, with none first: as the place above."""
    return [
        ("", _("as the place above")),
        *((name, name) for name in sorted(zones_known())),
    ]


def capability_names(by: User, context: Context | None = None) -> list[tuple[str, object]]:
    """Return the capabilities of one context, or of all a person sees, by name."""
    contexts = [context] if context else places.contexts(by)
    names = Capability.objects.filter(context__in=contexts).values_list("name", flat=True)
    return [(name, name) for name in sorted(set(names))]


def indented(node: Node) -> str:
    """Return a place's name behind as many spaces as it lies deep, with the name of its level."""
    kind = node.level_name or node.get_kind_display()
    return f"{INDENT * (node.path.count('/') - 2)}{node.title} ({kind})"


def text(
    label: Words, *, most: int = 64, required: bool = True, initial: str = "", help_text: Words = ""
) -> forms.CharField:
    """Return a field for one line of text."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        initial=initial,
        help_text=help_text,
        widget=AdminTextInputWidget,
    )


def lines(label: Words, *, required: bool = True, help_text: Words = "") -> forms.CharField:
    """Return a field for several lines of text."""
    return forms.CharField(
        label=label, required=required, widget=AdminTextareaWidget, help_text=help_text
    )
