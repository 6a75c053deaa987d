"""A hook of schemathesis: calls go without the headers that repeat them or make them conditional.

It would send made-up ones with every call: of all edits none would be made, and of all POSTs with
the same key only the first. Tests of their own look at these headers.
"""

from typing import Any

import schemathesis

LEFT_OUT = {"Idempotency-Key", "If-Match", "If-None-Match"}


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    for calls in raw_schema["paths"].values():
        for call in calls.values():
            if isinstance(call, dict) and "parameters" in call:
                kept = [one for one in call["parameters"] if one.get("name") not in LEFT_OUT]
                call["parameters"] = kept
