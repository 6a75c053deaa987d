"""Text that databases must compare byte by byte."""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class BytewiseField(models.CharField[str, str]):
    """Text ordered by its bytes, so that a range of paths is a subtree.

    PostgreSQL would otherwise sort by the rules of a language, and a range
    would take in strangers. SQLite compares bytes as it is.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        """Add the bytewise collation where the database needs to be told."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
