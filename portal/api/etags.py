"""ETags: whoever reads can ask whether it changed, whoever edits can ask that it did not.

A tag is the hash of what this reader is shown. An edit with ``If-Match`` is compared in the
transaction that writes, while the rows are locked: of two who started from the same, one wins.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

ANY = "*"
Handler = Callable[..., Response]


class Editable(Protocol):
    """What a view says about what it edits."""

    @property
    def volatile(self) -> tuple[str, ...]:
        """What changes in an answer though nobody edits it."""

    def held(self) -> Iterable[QuerySet[Model]]:
        """The rows that an edit of it writes."""

    def echoed(self, sent: Any) -> Any:  # noqa: ANN401  JSON
        """What may be repeated of a body."""


class Outdated(APIException):
    """Somebody changed it since the caller read it; carries both."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    default_detail = "It has changed since you read it. Look at both."
    default_code = "changed-meanwhile"

    def __init__(self, yours: dict[str, Any], current: dict[str, Any] | None) -> None:
        super().__init__()
        self.yours = yours
        self.current = current


def tag_of(data: object, volatile: Sequence[str] = ()) -> str:
    """Return the strong tag of a representation.

    What is ``volatile`` makes a part of its own: who edits does not care that it has changed.
    """
    if not (volatile and isinstance(data, Mapping)):
        return f'"{_hash(data)}"'
    lasting = {key: value for key, value in data.items() if key not in volatile}
    return f'"{_hash(lasting)}-{_hash({key: data.get(key) for key in volatile})}"'


def _hash(data: object) -> str:
    return hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:32]


def tagged(handler: Handler, volatile: Sequence[str] = ()) -> Handler:
    """Return the handler of a GET as one that gives a tag, and 304 to whoever has it."""

    def answered(request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        response = handler(request, *args, **kwargs)
        if response.status_code != HTTPStatus.OK or not hasattr(response, "data"):
            return response  # a file, or a stream
        return _with_tag(request, response, volatile)

    return answered


def _with_tag(request: Request, response: Response, volatile: Sequence[str]) -> Response:
    tag = tag_of(response.data, volatile)
    if _names(request.headers.get("If-None-Match", ""), tag):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


def guarded(view: Editable, handler: Handler, read: Handler | None) -> Handler:
    """Return the handler of an edit as one that refuses what started from something else.

    ``read`` is the handler of a GET of the same address.
    """

    def answered(request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        match, none = (request.headers.get(name) for name in ("If-Match", "If-None-Match"))
        if read is None or (match is None and none is None):
            return _merged(view, request, lambda: handler(request, *args, **kwargs))
        with transaction.atomic():
            _hold(view)
            before = _current(view, lambda: read(request, *args, **kwargs))
            # What would be refused in any case is refused as ever: a condition comes last. So the
            # edit is made, and undone where it does not hold.
            response = handler(request, *args, **kwargs)
            if not _holds(match, none, before):
                raise Outdated(_yours(view, request, match or none or ""), before)
            again = request.method != "DELETE"
            after = _current(view, lambda: read(request, *args, **kwargs)) if again else None
        if after is not None:
            response["ETag"] = after["etag"]
        return response

    return answered


def _merged(view: Editable, request: Request, edit: Callable[[], Response]) -> Response:
    """Make an edit without a condition.

    A PATCH leaves what it does not name as it is. It has to be read while the row is locked: else
    of two at the same moment the later one takes back what the earlier one did.
    """
    if request.method != "PATCH":
        return edit()
    with transaction.atomic():
        _hold(view)
        return edit()


def _hold(view: Editable) -> None:
    for rows in view.held():
        list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def _holds(match: str | None, none: str | None, current: dict[str, Any] | None) -> bool:
    tag = current["etag"] if current else ""
    fits = match is None or _names(_lasting(match), _lasting(tag), weakly=False)
    return fits and (none is None or not _names(_lasting(none), _lasting(tag)))


def _lasting(tags: str) -> str:
    """Leave out the parts of tags that are of what nobody edits."""
    return re.sub(r'-[0-9a-f]{32}"', '"', tags)


def _names(header: str, tag: str, *, weakly: bool = True) -> bool:
    """Whether a list of tags names this one; an empty tag is of nothing."""
    if not tag:
        return False
    named = [one.strip() for one in header.split(",")]
    if weakly:
        named = [one.removeprefix("W/") for one in named]
    return tag in named or named == [ANY]


def _current(view: Editable, read: Callable[[], Response]) -> dict[str, Any] | None:
    """What a GET would show now, and its tag; None where there is nothing."""
    try:
        data = read().data
    except Http404:
        return None
    return {"etag": tag_of(data, view.volatile), "representation": data}


def _yours(view: Editable, request: Request, tag: str) -> dict[str, Any]:
    sent = view.echoed(request.data) if request.method != "DELETE" else None
    return {"etag": tag} | ({"sent": sent} if sent else {})
