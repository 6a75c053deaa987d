"""`manage.py document-rest`: write the reference of the REST interface."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from portal.api.reference import reference


class Command(BaseCommand):
    """Writes the page from the interface's own description."""

    help = "Write docs/rest.md from the description of the REST interface."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path("docs/rest.md"))

    def handle(self, *args: object, to: Path, **options: object) -> None:
        """Write the page."""
        to.write_text(reference(), encoding="utf-8")
        self.stdout.write(f"wrote {to}")
