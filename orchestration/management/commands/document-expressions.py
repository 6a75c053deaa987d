"""`manage.py document-expressions`: write the reference of the functions."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from orchestration.expressions.reference import reference


class Command(BaseCommand):
    """Writes the page from the functions' own declarations."""

    help = "Write docs/expressions.md from the functions of the language."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path("docs/expressions.md"))

    def handle(self, *args: object, to: Path, **options: object) -> None:
        """Write the page."""
        to.write_text(reference(), encoding="utf-8")
        self.stdout.write(f"wrote {to}")
