"""How the interface describes itself: OpenAPI, with the right that each call needs."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from portal.api import exports, problems, selecting
from portal.api.conditions import BOTH_SIDES, headers_of
from portal.api.rights import right_of, words_of


class Documented(AutoSchema):
    """Adds the declared right to each description."""

    def get_description(self) -> str:  # type: ignore[override]  # as the base class has it
        """Return the docstring of the action and the right it needs."""
        view: Any = self.view
        said = super().get_description() or ""
        return f"{said}\n\n{words_of(right_of(view, view.request))}".strip()

    def get_override_parameters(self) -> list[Any]:
        """Add the headers by which calls are repeated and edits are guarded."""
        given: list[Any] = super().get_override_parameters()
        return [*given, *headers_of(self.view, self.method)]

    def get_tags(self) -> list[str]:
        """Group calls by their noun: the first part of the address after the version."""
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]  # noqa: PLR2004  api, v1, noun

    def map_renderers(self, attribute: str) -> list[str]:
        """Describe answers as JSON; files of lists are told of by `add_files`."""
        mapped: list[str] = super().map_renderers(attribute)
        return [one for one in mapped if one not in {kind.media_type for kind in exports.FILES}]


PROBLEM = {
    "type": "object",
    "description": "Why something was not done (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "For programs; never changes its meaning."},
        "detail": {"type": "string", "description": "For people, in their language."},
        "params": {"type": "object", "description": "What the code is about."},
        **BOTH_SIDES,
        "problems": {
            "type": "array",
            "description": "Everything that is wrong with the input.",
            "items": {
                "type": "object",
                "properties": {
                    "key": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "additionalProperties": True,
            },
        },
    },
}


READING = (400, 401, 403, 404, 406)
WRITING = (*READING, 409, 412, 413, 415, 422)
"""Statuses of problems that any call may answer; some calls name more themselves."""


def add_problems(result: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
    """Say of every call what it answers when it says no."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for calls in result["paths"].values():
        for method, call in calls.items():
            if method == "parameters":
                continue
            for status in READING if method == "get" else WRITING:
                told = {"description": f"{HTTPStatus(status).phrase}.", "content": content}
                call["responses"].setdefault(str(status), told)
            for status, told in call["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    told["content"] = content
            if method == "get" and "ETag" in call["responses"].get("200", {}).get("headers", ()):
                call["responses"]["304"] = {"description": "It has not changed."}
    return result


def add_files(result: dict[str, Any], **_kwargs: object) -> dict[str, Any]:
    """Say of every list that it can be had as a file."""
    for calls in result["paths"].values():
        parameters = calls.get("get", {}).get("parameters", ())
        if any(one["name"] == selecting.PARAMETER for one in parameters):
            content = calls["get"]["responses"]["200"]["content"]
            rows = {"type": "array", "items": {"type": "object"}}
            content[exports.CsvFile.media_type] = {"schema": {"type": "string"}}
            content[exports.YamlFile.media_type] = {"schema": rows}
    return result


def described() -> dict[str, Any]:
    """Return the OpenAPI document of the whole interface, as its readers get it."""
    generator: Any = SchemaGenerator
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document
