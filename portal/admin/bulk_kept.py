"""The rows of a sheet between the look at them and their import.

They travel with the page, signed, and nowhere else: values may hold secrets, which would otherwise
lie on the server until somebody decides, or for ever where nobody does.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing

from orchestration.queries.bulk_columns import Kind
from orchestration.services.bulk_plan import Row, Sheet
from orchestration.services.errors import Invalid
from portal.web.sheets import MOST_BYTES, Type
from rbac.models import User

_SALT = "sitewright.sheet"
_GOOD_FOR = 60 * 60  # seconds


@dataclass(frozen=True)
class Kept:
    """A sheet that somebody sent, and the type of its file."""

    sheet: Sheet
    type: Type


def pack(by: User, kept: Kept) -> str:
    """The sheet as a text that only this person can bring back.

    Raises:
        Invalid: ``file-too-large``.
    """
    sheet = kept.sheet
    rows = [
        [row.number, dict(row.data), {name: _plain(error) for name, error in row.wrong.items()}]
        for row in sheet.rows
    ]
    told = [by.pk, kept.type, sheet.kind, sheet.typed, sheet.decimal_comma, rows]
    text = signing.dumps(told, salt=_SALT, compress=True)
    if len(text) > MOST_BYTES:
        raise Invalid("file-too-large", most=MOST_BYTES // 1024**2)
    return text


def unpack(by: User, text: str) -> Kept:
    """The sheet that was packed.

    Raises:
        Invalid: ``sheet-too-old``, also for what nobody packed.
    """
    try:
        owner, file_type, kind, typed, comma, rows = signing.loads(
            text, salt=_SALT, max_age=_GOOD_FOR
        )
    except signing.BadSignature as error:
        raise Invalid("sheet-too-old") from error
    if owner != by.pk:
        raise Invalid("sheet-too-old")
    found = tuple(
        Row(number, data, {name: _error(*error) for name, error in wrong.items()})
        for number, data, wrong in rows
    )
    return Kept(Sheet(Kind(kind), found, typed=typed, decimal_comma=comma), Type(file_type))


def _plain(error: Invalid) -> list[Any]:
    return [error.code, dict(error.params)]


def _error(code: str, params: dict[str, Any]) -> Invalid:
    return Invalid(code, **params)
