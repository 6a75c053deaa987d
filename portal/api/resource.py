"""What all REST views share: who asks, and what may come in."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from django.db.models import Model
from rest_framework import parsers
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

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
    """A view that knows who asks and says which rights it needs."""

    rights: ClassVar[Rights]
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

    def get_serializer_context(self) -> dict[str, Any]:
        """Let serializers know who will read."""
        return {**super().get_serializer_context(), "by": self.by}

    def shown(self, row: object, shape: type[BaseSerializer[Any]] | None = None) -> Any:  # noqa: ANN401
        """Return a row as the answer's body."""
        used = shape or self.get_serializer_class()
        return used(row, context=self.get_serializer_context()).data  # type: ignore[arg-type]
