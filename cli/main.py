"""`sitewright`: everything the portal does, from a terminal or a script."""

import sys
from importlib.metadata import version as installed
from typing import Annotated

import httpx
import typer
from typer.exceptions import TyperException
from typer.main import get_command

from cli.commands import (
    agents,
    applying,
    config_templates,
    configurations,
    contexts,
    deployments,
    operations,
    roles,
    rollouts,
    schemas,
    signing_in,
    sites,
    solutions,
    starting,
    targets,
    users,
)
from cli.failures import Exit, Failure
from cli.output import tell

app = typer.Typer(
    name="sitewright",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they print local variables, tokens among them
    help="Configure, publish and deploy to lines. Names instead of ids; -o json for programs.",
)
app.command()(signing_in.login)
app.command()(signing_in.logout)
app.command()(signing_in.whoami)
app.command()(applying.apply)
for _name, _group in (
    ("context", contexts.app),
    ("site", sites.app),
    ("target", targets.app),
    ("agent", agents.app),
    ("schema", schemas.app),
    ("config-template", config_templates.app),
    ("solution-template", solutions.app),
    ("configuration", configurations.app),
    ("rollout", rollouts.app),
    ("deployment", deployments.app),
    ("operation", operations.app),
    ("role", roles.app),
    ("user", users.app),
    ("new", starting.app),
):
    app.add_typer(_group, name=_name)


def _say_version(wanted: bool) -> None:  # noqa: FBT001  as typer calls it
    if wanted:
        typer.echo(f"sitewright {installed('sitewright')}")
        raise typer.Exit


@app.callback()
def _everywhere(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_say_version, help="Say which one this is."
        ),
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run what the command line says; ends the program with the exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run a command; returns its exit code. Errors go to standard error."""
    command = get_command(app)
    try:
        ended = command.main(args=arguments, prog_name="sitewright", standalone_mode=False)
    except Failure as failure:
        tell(f"Error: {failure.message}")
        for detail in failure.details:
            tell(f"  {detail}")
        return failure.code
    except TyperException as error:
        said = error.format_message()
        if said:
            tell(f"Error: {said} See --help.")
        return Exit.USAGE
    except httpx.HTTPError as error:
        tell(f"Error: the server cannot be reached: {error}.")
        return Exit.UNREACHABLE
    except (KeyboardInterrupt, typer.Abort):
        ended = Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has seen enough
        return Exit.DONE
    if ended == Exit.INTERRUPTED:  # also told by the framework, as a code
        tell("Stopped. What the server had begun goes on.")
    return int(ended) if isinstance(ended, int) else Exit.DONE
