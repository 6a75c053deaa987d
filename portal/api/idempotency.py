"""``Idempotency-Key``: a POST that is sent again does its work once and answers the same."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orchestration.services import idempotency
from orchestration.services.idempotency import Answer, Call, Ticket
from rbac.access import granted_paths
from rbac.models import User
from rbac.permissions import Perm

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LARGEST = 256 * 1024  # bytes of an answer that is kept
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "Retry-After")
_BAD = 400
Handler = Callable[..., Response]


def once(by: User, handler: Handler, *, secret: bool) -> Handler:
    """Return the handler of a POST as one that does a call with a key only once.

    ``secret``: the answer shows something that is shown once, and is not kept.
    """

    def answered(request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        key = request.headers.get(HEADER)
        if key is None:
            return handler(request, *args, **kwargs)
        found = idempotency.begin(_call(by, key, request))
        if isinstance(found, Answer):
            headers = {**found.headers, REPLAYED: "true"}
            return Response(found.data, status=found.status, headers=headers)
        return _first(found, lambda: handler(request, *args, **kwargs), secret=secret)

    return answered


def _first(ticket: Ticket, work: Callable[[], Response], *, secret: bool) -> Response:
    """Do the work and keep its answer, both or neither."""
    try:
        with transaction.atomic():
            response = work()
            if response.status_code >= _BAD:
                transaction.set_rollback(True)
            else:
                _keep(ticket, response, secret=secret)
    except BaseException:
        idempotency.give_up(ticket)
        raise
    if response.status_code >= _BAD:
        idempotency.give_up(ticket)
    return response


def _keep(ticket: Ticket, response: Response, *, secret: bool) -> None:
    text = b"" if secret else JSONRenderer().render(response.data)
    headers = {name: response[name] for name in _KEPT_HEADERS if response.has_header(name)}
    keep = not secret and len(text) <= LARGEST
    data = json.loads(text) if keep and text else None
    idempotency.end(ticket, Answer(response.status_code, data, headers), keep=keep)


def _call(by: User, key: str, request: Request) -> Call:
    if not _KEY.fullmatch(key):
        said = "Give 1 to 255 visible characters, for example a UUID."
        raise ValidationError({HEADER: [said]}, code="malformed")
    asked = f"{request.method} {request.get_full_path()}\n{_content(request.data)}"
    # With a key of ours: a body may hold a password, which a plain hash would let be guessed.
    fingerprint = salted_hmac(HEADER, asked, settings.SECRET_KEY, algorithm="sha256").hexdigest()
    return Call(by, key, fingerprint, _standing(by))


def _content(data: object) -> str:
    """The body as a text that is the same for the same content."""
    if isinstance(data, QueryDict):
        data = {name: [_part(part) for part in parts] for name, parts in data.lists()}
    return json.dumps(data, sort_keys=True, default=str)


def _part(part: object) -> object:
    if not isinstance(part, UploadedFile):
        return part
    hashed = hashlib.sha256()
    for chunk in part.chunks():
        hashed.update(chunk)
    part.seek(0)
    return [part.name, hashed.hexdigest()]


def _standing(by: User) -> str:
    rights = {perm.value: sorted(granted_paths(by, perm)) for perm in Perm}
    return hashlib.sha256(json.dumps(rights, sort_keys=True).encode()).hexdigest()
