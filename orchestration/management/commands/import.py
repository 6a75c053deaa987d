"""``manage.py import``: bring a solution's files into the catalog."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orchestration.models import Context, Node
from orchestration.services import importing
from orchestration.services.errors import Invalid, ServiceError
from rbac.access import Denied, Verdict
from rbac.models import User
from rbac.permissions import LABELS, Perm


class Command(BaseCommand):
    """Imports schema, template, specification and values: all of it, or nothing."""

    help = (
        "Import the files of a solution or config template: schema, template, components, values."
    )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401
        """Let ``--version`` be the solution's: Django's own, of itself, is no use here."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what may be given."""
        parser.add_argument("--context", required=True, help="name of the context")
        parser.add_argument("--as-user", required=True, help="whose rights count, by user name")
        for option, meaning in (
            ("schema", "rules of the configuration (YAML)"),
            ("template", "config template (YAML)"),
            ("specification", "components (JSON or YAML)"),
            ("values", "configuration values to set at a place (YAML)"),
        ):
            parser.add_argument(f"--{option}", type=Path, metavar="FILE", help=meaning)
        parser.add_argument("--schema-name", default="", help="where the file does not say it")
        parser.add_argument("--schema-version", default="", help="where the file does not say it")
        parser.add_argument(
            "--kind",
            choices=importing.KINDS,
            default=importing.SOLUTION,
            help="what the template is",
        )
        parser.add_argument("--name", default="", help="name of the solution or config template")
        parser.add_argument("--version", default="", help="its version")
        parser.add_argument("--display-name", default="", help="what people call it")
        parser.add_argument(
            "--at", default="", metavar="PLACE/PLACE/…", help="where values are set, by names"
        )
        parser.add_argument(
            "--capability", action="append", default=[], help="needed of a line; may be repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        """Import, and say what there is now."""
        context = self._one(Context, "context", name=options["context"])
        by = self._one(User, "user", username=options["as_user"])
        files = importing.Files(
            **{name: _text(options[name]) for name in _FILES},
            name=options["name"],
            version=options["version"],
            display_name=options["display_name"],
            schema_name=options["schema_name"],
            schema_version=options["schema_version"],
            at=_place(context, options["at"]),
            capabilities=options["capability"],
            kind=options["kind"],
        )
        try:
            imported = importing.load(by, context, files)
        except Denied as error:
            raise CommandError(_refused(error.verdict)) from error
        except ServiceError as error:
            raise CommandError(_said(error)) from error
        for warning in imported.warnings:
            self.stderr.write(f"warning: {warning}")
        for row in (imported.schema, imported.solution, imported.config, imported.values):
            if row is not None:
                self.stdout.write(str(row))

    def _one(self, model: Any, noun: str, **key: str) -> Any:  # noqa: ANN401
        row = model._default_manager.filter(**key).first()
        if row is None:
            raise CommandError(f"there is no {noun} called {next(iter(key.values()))}")
        return row


_FILES = ("schema", "template", "specification", "values")


def _text(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is not UTF-8 text") from error


def _place(context: Context, names: str) -> Node | None:
    """The place at the end of a way of names from the top of the context, itself left out."""
    if not names:
        return None
    node = Node.objects.get(context=context, parent=None)
    for name in filter(None, names.split("/")):
        found = node.children.exclude(kind=Node.Kind.CATALOG).filter(name=name).first()
        if found is None:
            raise CommandError(f"there is no place called {name} in {node.title}")
        node = found
    return node


def _refused(verdict: Verdict) -> str:
    """The code of a refusal; of a missing right also which, and where."""
    if verdict.code != "right-missing":
        return f"{verdict.code}: {dict(verdict.params)}"
    right = LABELS[Perm(str(verdict.params["perm"]))]
    return f"{verdict.code} (right: {right}, at: {verdict.params['place']})"


def _said(error: ServiceError) -> str:
    """The code, what it is about, and every problem with its place in the file."""
    about = ", ".join(f"{name}: {value}" for name, value in error.params.items())
    lines = [f"{error.code} ({about})" if about else error.code]
    for problem in error.problems if isinstance(error, Invalid) else ():
        place = [str(problem[part]) for part in ("file", "key") if problem.get(part)]
        if problem.get("line"):
            place.append(f"line {problem['line']}, column {problem.get('column', 0)}")
        said = ", ".join(place)
        message = problem.get("message", problem.get("code"))
        hint = f" ({problem['hint']})" if problem.get("hint") else ""
        lines.append(f"  {said}: {message}{hint}" if said else f"  {message}{hint}")
    return "\n".join(lines)
