"""How calls that are repeated, and edits of what has changed, are described."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

TAG = OpenApiParameter(
    "ETag",
    str,
    "header",
    response=[200],
    description="Names what is shown. Another reader, or another selection, has another one.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, "header", description="The ETag of what you have: 304 if it is the same."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    "header",
    description=(
        "The ETag of what you started from, or `*` for anything. If it has changed since, nothing "
        "is done: 412 with `yours` and `current`."
    ),
)
IF_THERE_IS_NONE = OpenApiParameter(
    "If-None-Match", str, "header", description="`*`: only if there is nothing yet; else 412."
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    "header",
    description=(
        "1 to 255 visible characters of your own. The same call with the same key again does its "
        "work once and answers the same, for a day. 409 while the first one goes on, or where its "
        "answer held a secret; 422 if the key belongs to another call."
    ),
)
REPLAYED = OpenApiParameter(
    "Idempotency-Replayed",
    bool,
    "header",
    response=[200, 201, 202],
    description="True if this was done before.",
)
READING = [IF_NONE_MATCH, TAG]
ONCE = [KEY, REPLAYED]

# What a problem shows beside its words when both sides are to be looked at.
BOTH_SIDES = {
    "yours": {
        "type": "object",
        "description": "What you started from, by its `etag` or `base`, and what you sent.",
        "additionalProperties": True,
    },
    "current": {
        "type": "object",
        "description": "What is there now: its `etag` and `representation`, or its values.",
        "additionalProperties": True,
    },
}


def headers_of(view: Any, method: str) -> list[OpenApiParameter]:  # noqa: ANN401  as DRF has it
    """Return the headers that a call takes and answers with."""
    if not hasattr(view, "only_reads"):
        return []  # the description itself
    if method == "GET":
        return READING
    if method == "PUT":
        return [IF_MATCH, IF_THERE_IS_NONE, TAG]
    if method in {"PATCH", "DELETE"}:
        return [IF_MATCH, TAG] if method == "PATCH" else [IF_MATCH]
    action = getattr(view, "action", None) or method.lower()
    return [] if action in view.only_reads else ONCE
