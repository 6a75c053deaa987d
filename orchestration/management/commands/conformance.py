"""`manage.py conformance FILE…`: check the configuration engine against vectors."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orchestration.resolution.conformance import Mismatch, check_vector


class Command(BaseCommand):
    """Runs files of vectors and prints each that fails, then the counts."""

    help = "Check the configuration engine against files of conformance vectors."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: object, files: list[Path], **options: object) -> None:
        """Run all vectors; exits with 1 when one fails."""
        passed = failed = 0
        for vector in self._vectors(files):
            mismatch = _outcome(vector)
            if mismatch is None:
                passed += 1
                continue
            failed += 1
            expected = json.dumps(mismatch.expected, ensure_ascii=False)
            self.stdout.write(f"{vector.get('id')}: expected {expected}, got {mismatch.got!r}")
        self.stdout.write(f"{passed} passed, {failed} failed")
        if failed:
            raise SystemExit(1)

    def _vectors(self, files: list[Path]) -> Iterator[dict[str, Any]]:
        for file in files:
            try:
                yield from json.loads(file.read_bytes())["vectors"]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CommandError(f"{file} is not a file of vectors: {error}") from error


def _outcome(vector: dict[str, Any]) -> Mismatch | None:
    """Run one vector; an engine that raises has failed it, and the others still run."""
    try:
        return check_vector(vector)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this vector's result
        return Mismatch("no exception", error)
