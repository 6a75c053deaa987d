"""Files of `apply` as documents: one object each, in the order in which they can be made."""

import difflib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.expressions import DocumentError, load_yaml
from orchestration.services.errors import Invalid

MOST_FILES = 2_000
MOST_DOCUMENTS = 20_000

CONTEXT, CAPABILITY, GROUP, USER = "Context", "Capability", "Group", "User"
SITE, TARGET, SCHEMA = "Site", "Target", "Schema"
CONFIG, SOLUTION = "ConfigTemplate", "SolutionTemplate"
LINK, VALUES, ROLE, HIERARCHY = "Link", "Values", "RoleAssignment", "Hierarchy"

# In the order in which they are made, with the fields each must have and may have.
FIELDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    CONTEXT: (frozenset({"name", "levels"}), frozenset({"display_name", "capabilities"})),
    CAPABILITY: (frozenset({"context", "name"}), frozenset({"description"})),
    GROUP: (frozenset({"name"}), frozenset()),
    USER: (frozenset({"username"}), frozenset({"full_name", "email", "groups", "active", "staff"})),
    SITE: (frozenset({"path"}), frozenset({"display_name", "time_zone"})),
    TARGET: (
        frozenset({"path"}),
        frozenset({"display_name", "time_zone", "scope", "capabilities", "specification", "level"}),
    ),
    SCHEMA: (frozenset({"context", "name", "version", "text"}), frozenset()),
    CONFIG: (
        frozenset({"context", "name", "version", "text"}),
        frozenset({"schema", "display_name", "description"}),
    ),
    SOLUTION: (
        frozenset({"context", "name", "version", "text"}),
        frozenset({"schema", "specification", "display_name", "description", "capabilities"}),
    ),
    LINK: (frozenset({"config_template", "version", "at"}), frozenset()),
    VALUES: (frozenset({"at", "values"}), frozenset({"solution", "config_template", "version"})),
    ROLE: (
        frozenset({"role"}),
        frozenset({"user", "group", "at", "solution", "context", "expires_at"}),
    ),
    HIERARCHY: (frozenset({"name"}), frozenset({"context", "level", "children"})),
}
ORDER: Mapping[str, int] = {kind: number for number, kind in enumerate(FIELDS)}
_TEXTS = {SCHEMA, CONFIG, SOLUTION}
_CONTENT = {VALUES: "values"}
_SERVICE_GROUP = "ServiceGroup"
_MARKER = re.compile(r"^---(?:[ \t\r]|$)", re.MULTILINE)


@dataclass(frozen=True)
class File:
    """One file of the folder, by its path inside it."""

    name: str
    text: str


@dataclass(frozen=True)
class Document:
    """One object that is wanted, and where that is said. ``error`` is why it cannot be read."""

    kind: str
    file: str
    line: int
    data: Mapping[str, Any] = field(default_factory=dict)
    error: Invalid | None = None

    def text(self, key: str, default: str = "") -> str:
        """A text; numbers such as a version 1.0 are taken as they stand.

        Raises:
            Invalid: ``field-wrong``.
        """
        value = self.data.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise Invalid("field-wrong", field=key, wanted="text")
        return str(value)

    def texts(self, key: str) -> list[str]:
        """A list of texts; raises Invalid ``field-wrong``."""
        value = self.data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid("field-wrong", field=key, wanted="a list of texts")
        return [str(one) for one in value]

    def mapping(self, key: str) -> dict[str, Any]:
        """Keys and values; raises Invalid ``field-wrong``."""
        value = self.data.get(key) or {}
        if not isinstance(value, dict):
            raise Invalid("field-wrong", field=key, wanted="keys and values")
        return dict(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false; raises Invalid ``field-wrong``."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise Invalid("field-wrong", field=key, wanted="true or false")
        return value


def documents(files: Sequence[File]) -> list[Document]:
    """Every object that files want, in the order in which they can be made.

    What cannot be read is a document with an error; the others are still there.

    Raises:
        Invalid: ``too-much`` beyond `MOST_FILES` or `MOST_DOCUMENTS`.
    """
    if len(files) > MOST_FILES:
        raise Invalid("too-much", most=MOST_FILES)
    by_name = {file.name: file for file in files}
    raw = [one for file in files for one in _read(file)]
    referred = {_near(one, name) for one in raw for name in _references(one.data)}
    kept = [one for one in raw if one.file not in referred and not _is_data(one)]
    found = [made for one in kept for made in _expanded(_filled(one, by_name), kept)]
    if len(found) > MOST_DOCUMENTS:
        raise Invalid("too-much", most=MOST_DOCUMENTS)
    return sorted(found, key=_rank)


def _is_data(document: Document) -> bool:
    """JSON without a kind is some other tool's; YAML without one may be a slip of the pen."""
    return document.file.endswith(".json") and not document.kind


def _rank(document: Document) -> tuple[int, int]:
    """By kind; places from the top down."""
    depth = str(document.data.get("path", "")).count("/")
    return ORDER.get(document.kind, -1), depth


def _read(file: File) -> Iterator[Document]:
    """The documents of one file, which ``---`` parts."""
    starts = [0, *(match.start() for match in _MARKER.finditer(file.text))]
    for start, end in zip(starts, [*starts[1:], len(file.text)], strict=True):
        text = file.text[start:end]
        line = file.text.count("\n", 0, start)
        first = next((n for n, row in enumerate(text.splitlines()) if _speaks(row)), None)
        if first is None:
            continue
        yield _parsed(text, file.name, line, line + first + 1)


def _speaks(row: str) -> bool:
    row = row.strip()
    return bool(row) and not row.startswith(("#", "---", "..."))


def _parsed(text: str, name: str, above: int, line: int) -> Document:
    try:
        data = load_yaml(text, name=name)
    except DocumentError as error:
        problem = {
            "code": error.code,
            "message": error.message,
            "file": name,
            "line": above + error.line,
            "column": error.column,
        }
        wrong = Invalid("document-unreadable", [problem], name=name)
        return Document("", name, above + (error.line or 1), error=wrong)
    if not isinstance(data, dict):
        return Document("", name, line, error=Invalid("kind-missing"))
    kind = data.get("kind")
    if kind is None and data.get("type") == _SERVICE_GROUP:
        kind = HIERARCHY
    rest = {key: value for key, value in data.items() if key not in {"kind", "type"}}
    return Document(str(kind or ""), name, line, rest)


def _references(data: Mapping[str, Any]) -> Iterator[str]:
    """The files that a document names: by ``file``, itself or inside one of its fields."""
    for value in (data, *data.values()):
        if isinstance(value, Mapping) and isinstance(value.get("file"), str):
            yield value["file"]


def _near(document: Document, name: str) -> str:
    """A file's name, as seen from the document that names it."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(document.file), name))


def _filled(document: Document, files: Mapping[str, File]) -> Document:
    """The document with the files it names in their places, and its fields checked."""
    if document.error:
        return document
    try:
        data = {
            key: _content(document, value["file"], files) if _is_reference(value) else value
            for key, value in document.data.items()
            if key != "file"
        }
        if "file" in document.data:
            data |= _whole(document, files)
        _check_fields(document.kind, data)
    except Invalid as error:
        return Document(document.kind, document.file, document.line, document.data, error)
    return Document(document.kind, document.file, document.line, data)


def _is_reference(value: object) -> bool:
    return isinstance(value, Mapping) and set(value) == {"file"} and isinstance(value["file"], str)


def _whole(document: Document, files: Mapping[str, File]) -> Mapping[str, Any]:
    """What the file stands for that the document itself names."""
    name = document.text("file")
    if document.kind in _TEXTS:
        return {"text": _file(document, name, files).text}
    content = _content(document, name, files)
    if document.kind == HIERARCHY:
        return {key: value for key, value in content.items() if key != "type"}
    return {_CONTENT.get(document.kind, "file"): content}


def _content(document: Document, name: str, files: Mapping[str, File]) -> Any:  # noqa: ANN401  JSON
    found = _parsed(_file(document, name, files).text, name, 0, 1)
    if found.error:
        raise found.error
    return load_yaml(_file(document, name, files).text, name=name)


def _file(document: Document, name: str, files: Mapping[str, File]) -> File:
    found = files.get(_near(document, name))
    if found is None:
        raise Invalid("file-unknown", file=name)
    return found


def _check_fields(kind: str, data: Mapping[str, Any]) -> None:
    if not kind:
        raise Invalid("kind-missing")
    if kind not in FIELDS:
        raise Invalid("kind-unknown", kind=kind, kinds=", ".join(FIELDS))
    needed, possible = FIELDS[kind]
    known = sorted(needed | possible)
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            raise Invalid("field-unknown", field=str(key), known=", ".join(near or known))
    missing = sorted(needed - set(data))
    if missing:
        raise Invalid("field-missing", field=", ".join(missing))


def _expanded(document: Document, others: Iterable[Document]) -> Iterator[Document]:
    """A document as single objects: a context and its capabilities, a hierarchy's places."""
    if document.error:
        yield document
    elif document.kind == CONTEXT:
        yield document
        yield from _capabilities(document)
    elif document.kind == HIERARCHY:
        contexts = [other.data.get("name") for other in others if other.kind == CONTEXT]
        context = document.data.get("context") or (contexts[0] if len(contexts) == 1 else "")
        if context:
            yield from _places(document, document.data, str(context))
        else:
            wrong = Invalid("field-missing", field="context")
            yield Document(HIERARCHY, document.file, document.line, document.data, wrong)
    else:
        yield document


def _capabilities(document: Document) -> Iterator[Document]:
    """By name, or with a description; also as the reference product's own file has them."""
    listed: Any = document.data.get("capabilities") or []
    if isinstance(listed, Mapping):
        listed = (listed.get("properties") or listed).get("capabilities")
    for one in listed if isinstance(listed, list) else ():
        said = one if isinstance(one, Mapping) else {"name": one}
        data = {"context": document.data["name"], "name": said.get("name", "")}
        data |= {"description": said["description"]} if "description" in said else {}
        yield Document(CAPABILITY, document.file, document.line, data)


def _places(document: Document, branch: Mapping[str, Any], above: str) -> Iterator[Document]:
    """The places of a nested hierarchy, one after the other: nothing recurses."""
    waiting: list[tuple[Mapping[str, Any], str]] = [(branch, above)]
    while waiting:
        one, parent = waiting.pop()
        path = f"{parent}/{one.get('name', '')}"
        yield Document(SITE, document.file, document.line, {"path": path})
        children = one.get("children") or []
        waiting += [(child, path) for child in children if isinstance(child, Mapping)]
