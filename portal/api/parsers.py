"""Reading JSON bodies: not endless, not endlessly deep."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

MOST_BYTES = 8 * 1024 * 1024


class TooLarge(APIException):
    """The body is larger than anything this interface takes."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = f"A body may hold at most {MOST_BYTES} bytes."
    default_code = "too-large"


class JSONParser(parsers.JSONParser):
    """JSON whose depth Python can follow."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return what the body holds; raises ParseError."""
        try:
            parsed: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        return parsed
