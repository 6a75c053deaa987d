"""The audit trail as a file, written while it is read: any length takes the same memory."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from orchestration.models import Event
from portal.web.event_sentences import sentence
from portal.web.sheets.cells import guarded
from portal.web.sheets.csv_files import write_csv

AT_ONCE = 500
HEADER = (
    "id", "at", "kind", "what", "outcome", "who", "address", "place", "object_type", "object_id",
    "object_name", "details",
)  # fmt: skip


def events_file(rows: QuerySet[Event]) -> StreamingHttpResponse:
    """Return events as CSV, newest first; moments are in UTC."""
    response = StreamingHttpResponse(
        write_csv(_lines(rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="events.csv"'
    return response


def _lines(rows: QuerySet[Event]) -> Iterator[Sequence[str]]:
    """Yield the header and a line an event, each batch by a query of its own."""
    yield HEADER
    ordered = rows.order_by("-pk")
    batch = list(ordered[:AT_ONCE])
    while batch:
        yield from map(_line, batch)
        batch = list(ordered.filter(pk__lt=batch[-1].pk)[:AT_ONCE])


def _line(event: Event) -> list[str]:
    cells = (
        event.pk,
        event.at.astimezone(UTC).isoformat(timespec="seconds"),
        event.kind,
        sentence(event),
        event.outcome,
        event.actor,
        event.address or "",
        event.node.title if event.node else "",
        event.object_type,
        event.object_id or "",
        event.object_name,
        json.dumps(event.params, ensure_ascii=False, sort_keys=True),
    )
    return [guarded(str(cell)) for cell in cells]
