"""What all REST views share: who asks, and what may come in."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from portal.api import etags, idempotency
from portal.api.known_filters import KnownFilters
from portal.api.paging import Pages
from portal.api.parsers import MOST_BYTES, JSONParser, TooLarge
from portal.api.rights import DeclaredRight, Rights
from portal.api.schema import Documented
from rbac.access import remember
from rbac.models import User

M = TypeVar("M", bound=Model)

STRANGER = 0  # nobody's id


def person(user: object) -> User:
    """Return who asks; a stranger has no rights and sees nothing."""
    return user if isinstance(user, User) else User(pk=STRANGER, is_active=False)


class Asked(APIView):
    """A view that knows who asks and says which rights it needs.

    ``shown_once`` names the actions whose answer holds a secret: it is not kept for a call that
    is repeated. ``only_reads`` names those that change nothing though they are a POST.
    ``volatile`` names what changes in an answer though nobody edits it.
    """

    rights: ClassVar[Rights]
    shown_once: ClassVar[tuple[str, ...]] = ()
    only_reads: ClassVar[tuple[str, ...]] = ()
    volatile: ClassVar[tuple[str, ...]] = ()
    schema: Any = Documented()
    parser_classes: Any = (JSONParser, parsers.MultiPartParser)
    permission_classes: Any = (DeclaredRight,)

    @property
    def by(self) -> User:
        """The person who asks."""
        return person(self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Refuse what is too large; read the person's grants once, however they signed in."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if int(length) > MOST_BYTES:
            raise TooLarge
        super().initial(request, *args, **kwargs)
        if isinstance(request.user, User):
            remember(request.user)
        self._guard((request.method or "").lower())

    def _guard(self, method: str) -> None:
        """Put around the handler what each method promises: tags, or to be done once."""
        handler = getattr(self, method, None)
        if handler is None:
            return
        action = getattr(self, "action", None) or method
        if method in {"get", "head"}:
            handler = etags.tagged(handler, self.volatile)
        elif method in {"put", "patch", "delete"}:
            handler = etags.guarded(self, handler, getattr(self, "get", None))
        elif method == "post" and self.by.pk != STRANGER and action not in self.only_reads:
            handler = idempotency.once(self.by, handler, secret=action in self.shown_once)
        setattr(self, method, handler)

    def held(self) -> Iterable[QuerySet[Any]]:
        """The rows that an edit writes: they are locked while it is compared with what is there."""
        return ()

    def echoed(self, sent: Any) -> Any:  # noqa: ANN401  JSON
        """What may be repeated of the body of an edit that came too late."""
        return sent

    def given(self, shape: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the body as a serializer understands it.

        Raises:
            rest_framework.exceptions.ValidationError: with every field that cannot be used.
        """
        serializer = shape(data=self.request.data, context={"by": self.by})
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data

    def listed(
        self, rows: Iterable[object], shape: type[BaseSerializer[Any]], **told: object
    ) -> Any:  # noqa: ANN401  JSON
        """Return rows as the answer's body; ``told`` is what their shape needs to know beside."""
        return shape(rows, many=True, context={"by": self.by, **told}).data


class Resource(Asked, GenericViewSet[M]):
    """One noun of the interface. ``get_queryset`` narrows it to what the person may see."""

    pagination_class = Pages
    filter_backends = (KnownFilters,)
    lookup_value_converter = "int"

    def held(self) -> Iterable[QuerySet[Any]]:
        """The row in the address."""
        named = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        rows = self.get_queryset().model._default_manager
        return (rows.filter(**{self.lookup_field: named}),)

    def get_serializer_context(self) -> dict[str, Any]:
        """Let serializers know who will read."""
        return {**super().get_serializer_context(), "by": self.by}

    def shown(self, row: object, shape: type[BaseSerializer[Any]] | None = None) -> Any:  # noqa: ANN401
        """Return a row as the answer's body."""
        used = shape or self.get_serializer_class()
        return used(row, context=self.get_serializer_context()).data  # type: ignore[arg-type]
