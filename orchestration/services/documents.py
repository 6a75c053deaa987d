"""Files that people write, as plain data."""

from typing import Any

from orchestration.expressions import DocumentError, load_yaml
from orchestration.services.errors import Invalid


def read_mapping(text: str, name: str) -> dict[str, Any]:
    """The keys and values of a YAML or JSON text; ``name`` is the file as people know it.

    Raises:
        Invalid: ``document-unreadable``, with line and column.
    """
    try:
        data = load_yaml(text, name=name)
    except DocumentError as error:
        problem = {
            "code": error.code,
            "message": error.message,
            "file": name,
            "line": error.line,
            "column": error.column,
        }
        raise Invalid("document-unreadable", [problem], name=name) from error
    if not isinstance(data, dict):
        problem = {"code": "not-a-mapping", "message": "expected keys and values", "file": name}
        raise Invalid("document-unreadable", [problem], name=name)
    return data
