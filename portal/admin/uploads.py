"""Text that comes as a file or is pasted."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from orchestration.expressions import DocumentError, load_yaml

MOST_BYTES = 1024 * 1024
TOO_LARGE = _("The file is larger than 1 MiB.")
NOT_TEXT = _("The file is not text in UTF-8.")


def read(upload: UploadedFile[bytes]) -> str:
    """Return the text of an uploaded file.

    Raises:
        django.forms.ValidationError: it is too large, or no text.
    """
    if (upload.size or 0) > MOST_BYTES:
        raise forms.ValidationError(TOO_LARGE)
    try:
        return bytes(upload.read()).decode()
    except UnicodeDecodeError as error:
        raise forms.ValidationError(NOT_TEXT) from error


def mapping(text: str, name: str) -> dict[str, Any]:
    """Return names and values written as YAML or JSON; nothing for no text.

    Raises:
        django.forms.ValidationError: it cannot be read; says the line and the column.
    """
    try:
        data = load_yaml(text, name=name) if text.strip() else {}
    except DocumentError as error:
        place = f"{error.line}:{error.column}: {error.message}"
        raise forms.ValidationError(place) from error
    if not isinstance(data, dict):
        raise forms.ValidationError(_("Names and values were expected."))
    return data


class TextOrFile(forms.Form):
    """The text of a document: a file wins over what was typed."""

    file = forms.FileField(label=_("File (YAML)"), required=False)
    text = forms.CharField(
        label=_("or text"),
        required=False,
        strip=False,
        widget=AdminTextareaWidget(attrs={"spellcheck": "false"}),
    )

    def clean_text(self) -> str:
        upload: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        text: str = read(upload) if upload else self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Choose a file, or write the text."))
        return text
