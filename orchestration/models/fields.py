"""Columns that need more than a plain field: text compared byte by byte, JSON written fast."""

import json

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from orchestration.resolution import record_json


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


class RecordEncoder(json.JSONEncoder):
    """Writes records of provenance, thousands of which are stored at once."""

    def encode(self, o: object) -> str:
        """Write a record as JSON."""
        return record_json(o).decode()
