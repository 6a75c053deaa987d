"""The reference of the REST interface as a page, from its own description."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from portal.api.schema import described

METHODS = ("get", "post", "put", "patch", "delete")
HEAD = """# REST

Everything the portal does can be done by programs, below `/api/v1/`. This page is written by
`manage.py document-rest` from the interface's own description; the running server gives that
description as OpenAPI 3.1 at `/api/v1/schema/`, and a page to try calls at `/api/v1/docs/`.

## Manners

- **Signing in**: `POST /api/v1/auth/tokens/` with `username` and `password` gives a token; every
  other call carries it as `Authorization: Token …`. Tokens end, and can be revoked.
- **Rights** are those of the person the token belongs to, narrowed by the token's scope. What one
  may not see answers like what is not there: 404.
- **Problems** are `application/problem+json` (RFC 9457). `code` is for programs and keeps its
  meaning; `detail` is for people; `problems` holds everything that is wrong with a body.
- **Lists** come in pages (`limit`, follow `next`), sorted by `sort`, narrowed by the filters named
  below, cut to `fields`. `format=csv` or `format=yaml` gives all rows as a file. A parameter that a
  list does not know is refused.
- **Edits** may say what they started from: `If-Match` with the `ETag` that the reading gave. If
  somebody was faster the answer is 412 and holds both.
- **Repeating**: a POST with an `Idempotency-Key` is done once, however often it is sent within a
  day; the answer is the first one's.
- **Long work** (`/api/v1/bulk/…`) answers 202 and the address of an operation to poll or to follow.

## From nothing to a running line

```bash
SERVER=http://127.0.0.1:8000
TOKEN=$(curl -s $SERVER/api/v1/auth/tokens/ -F username=admin -F password=demo | jq -r .token)
call() { curl -s -H "Authorization: Token $TOKEN" -H "Content-Type: application/json" "$@"; }

call "$SERVER/api/v1/targets/?search=filling&fields=id,name"
call "$SERVER/api/v1/solution-versions/?sort=-created_at&limit=1"
call "$SERVER/api/v1/review/"  -d '{"version": 1, "targets": [8]}'
PUBLISHED=$(call "$SERVER/api/v1/publish/" -d '{"version": 1, "targets": [8]}')
BODY=$(echo "$PUBLISHED" | jq '{revisions: [.[].revision.id]}')
call "$SERVER/api/v1/rollouts/deploy/" -H "Idempotency-Key: monday-1" -d "$BODY"
call "$SERVER/api/v1/deployments/?target=8&limit=1"
```
"""


def reference() -> str:
    """Return the page as Markdown."""
    document = described()
    calls = sorted(_calls(document), key=lambda call: (call[0], call[1], METHODS.index(call[2])))
    shapes = document["components"]["schemas"]
    parts = [HEAD]
    for noun, found in groupby(calls, key=lambda call: call[0]):
        parts.append(f"\n## {noun}\n")
        parts += [_section(path, method, call, shapes) for _, path, method, call in found]
    return "".join(parts)


def _calls(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            if method in METHODS:
                yield call["tags"][0], path, method, call


def _section(path: str, method: str, call: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    lines = [f"\n### `{method.upper()} {path}`\n", f"{call['description'].strip()}\n"]
    queries = [one for one in call.get("parameters", ()) if one["in"] == "query"]
    if queries:
        lines.append(f"Parameters: {', '.join(map(_parameter, queries))}.\n")
    body = _body(call, shapes)
    if body:
        lines.append(f"Body: {body}.\n")
    good = [status for status in call["responses"] if status.startswith("2")]
    lines.append(f"Answers {', '.join(good)}.\n")
    return "\n".join(lines)


def _parameter(one: Mapping[str, Any]) -> str:
    return f"`{one['name']}`{' (needed)' if one.get('required') else ''}"


def _body(call: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    name: str = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    shape = shapes.get(name, {})
    needed = shape.get("required", ())
    fields = (
        f"`{key}`{' (needed)' if key in needed else ''}" for key in shape.get("properties", ())
    )
    return ", ".join(fields)
