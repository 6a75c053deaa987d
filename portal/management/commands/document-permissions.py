"""`manage.py document-permissions`: write who may do what."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from portal.permissions_page import permissions_page


class Command(BaseCommand):
    """Writes the page from roles, rights and addresses."""

    help = "Write docs/permissions.md from the roles, the rights and what they open."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=Path("docs/permissions.md"))

    def handle(self, *args: object, to: Path, **options: object) -> None:
        """Write the page."""
        to.write_text(permissions_page(), encoding="utf-8")
        self.stdout.write(f"wrote {to}")
