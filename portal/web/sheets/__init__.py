"""Sheets as files: CSV, Excel workbooks and YAML, read and written in one shape.

`read(kind, name, content)` gives the rows of a file; `write(kind, rows, type)` a file of rows.
"""

from portal.web.sheets.reading import MOST_BYTES, read, rows_of
from portal.web.sheets.types import Type
from portal.web.sheets.writing import File, write, write_with_errors

__all__ = ["MOST_BYTES", "File", "Type", "read", "rows_of", "write", "write_with_errors"]
