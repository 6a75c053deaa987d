"""The types of files in which sheets come and go."""

from dataclasses import dataclass, field
from enum import StrEnum

from orchestration.services.errors import Invalid

MOST_CELL = 32_767  # characters, in a workbook


class Type(StrEnum):
    """A type of file, by the end of its name."""

    CSV = "csv"
    XLSX = "xlsx"
    YAML = "yaml"

    @property
    def media_type(self) -> str:
        """What it is called on the web."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Type.CSV: "text/csv; charset=utf-8",
    Type.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Type.YAML: "application/yaml; charset=utf-8",
}


@dataclass(frozen=True)
class RawRow:
    """The cells of one row as texts, and why some of them are none, by their places."""

    number: int
    cells: tuple[str, ...]
    wrong: dict[int, Invalid] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in the row."""
        return not any(self.cells) and not self.wrong


def type_of(name: str) -> Type:
    """The type that the end of a file's name says.

    Raises:
        Invalid: ``file-type``.
    """
    end = name.rpartition(".")[2].casefold()
    end = {"yml": "yaml"}.get(end, end)
    if end not in set(Type):
        raise Invalid("file-type", types=", ".join(f".{one}" for one in Type))
    return Type(end)
