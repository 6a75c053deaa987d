"""What one fills in to take sheets home and to bring them back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orchestration.models import Node
from orchestration.queries import places
from orchestration.queries.bulk_columns import Kind
from portal.admin.forms import PlaceChoice, offer_choices, offer_rows
from portal.web.sentences import sentence
from portal.web.sheets import MOST_BYTES, Type
from rbac.access import may_anywhere
from rbac.models import User
from rbac.permissions import Perm

WORDS: Mapping[Kind, Promise] = {
    Kind.SITES: _("Places"),
    Kind.TARGETS: _("Lines"),
    Kind.VALUES: _("Values"),
}
TYPES: Mapping[Type, Promise] = {
    Type.XLSX: _("Excel workbook"),
    Type.CSV: _("CSV"),
    Type.YAML: _("YAML"),
}
_CHANGING: Mapping[Kind, tuple[Perm, ...]] = {
    Kind.SITES: (Perm.EDIT_HIERARCHY,),
    Kind.TARGETS: (Perm.EDIT_TARGETS,),
    Kind.VALUES: (Perm.EDIT_IT_VALUES, Perm.EDIT_OT_VALUES),
}
_SEEING: Mapping[Kind, tuple[Perm, ...]] = {
    Kind.SITES: (Perm.VIEW_HIERARCHY,),
    Kind.TARGETS: (Perm.VIEW_HIERARCHY,),
    Kind.VALUES: (Perm.VIEW_VALUES,),
}
_FILE_HELP = _("A CSV file, Excel workbook or YAML file, as an export gives it.")


def importable(by: User) -> list[Kind]:
    """What a person may change somewhere."""
    return [kind for kind, perms in _CHANGING.items() if may_anywhere(by, *perms)]


def exportable(by: User) -> list[Kind]:
    """What a person may see somewhere."""
    return [kind for kind, perms in _SEEING.items() if may_anywhere(by, *perms)]


class ImportForm(forms.Form):
    """A file, and what its rows are about."""

    required_css_class = "required"

    kind = forms.ChoiceField(label=_("What"))
    file = forms.FileField(label=_("File"), allow_empty_file=True, help_text=_FILE_HELP)

    def offer(self, by: User) -> None:
        """Offer what the person may change."""
        offer_choices(self, "kind", [(kind.value, WORDS[kind]) for kind in importable(by)])

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(sentence("file-too-large", {"most": MOST_BYTES // 1024**2}))
        return file


class ExportForm(forms.Form):
    """What to take home, from where, in which type of file."""

    kind = forms.ChoiceField(label=_("What"))
    under = PlaceChoice(
        Node.objects.none(),
        label=_("Inside"),
        required=False,
        empty_label=_("Everything you may see"),
    )
    type = forms.ChoiceField(
        label=_("Type of file"), choices=[(one.value, word) for one, word in TYPES.items()]
    )

    def offer(self, by: User) -> None:
        """Offer what the person may see."""
        offer_choices(self, "kind", [(kind.value, WORDS[kind]) for kind in exportable(by)])
        rows: Any = places.nodes(by).exclude(kind=Node.Kind.TARGET)
        offer_rows(self, "under", rows)
