"""`manage.py check-template TEMPLATE [--schema SCHEMA]`: every problem of a template."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orchestration.resolution import Draft, Written, check_draft


class Command(BaseCommand):
    """Prints a line for each finding; exits with 1 when one is an error."""

    help = "Report every problem of a template and its schema together."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", type=Path)
        parser.add_argument("--schema", type=Path)
        parser.add_argument("--specification", type=Path)

    def handle(
        self,
        *args: object,
        template: Path,
        schema: Path | None,
        specification: Path | None,
        **options: object,
    ) -> None:
        """Check the files; exits with 1 when the template cannot be used."""
        draft = Draft(
            _read(template), _read(schema, "schema"), _read(specification, "specification")
        )
        findings = check_draft(draft)
        for finding in findings:
            self.stdout.write(str(finding))
        errors = sum(finding.severity == "error" for finding in findings)
        warnings = len(findings) - errors
        self.stdout.write(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}")
        if errors:
            raise SystemExit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _read(file: Path | None, kind: str = "template") -> Written:
    if file is None:
        return Written("", kind)
    try:
        return Written(file.read_bytes(), file.name)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
