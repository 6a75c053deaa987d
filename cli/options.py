"""Options that many commands share, worded once."""

from typing import Annotated

import typer

from cli.output import Format

Output = Annotated[
    Format, typer.Option("--output", "-o", help="How the result is written.", show_default=True)
]
InContext = Annotated[
    str,
    typer.Option(
        "--context", envvar="SITEWRIGHT_CONTEXT", help="The context, where there are several."
    ),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the end; the exit code tells how.")]
Timeout = Annotated[
    int, typer.Option("--timeout", min=1, help="Give up waiting after so many seconds.")
]
Comment = Annotated[str, typer.Option("--comment", help="A remark that is kept with it.")]
Version = Annotated[str, typer.Option("--version", help="The version; else the newest.")]
Solution = Annotated[str, typer.Option("--solution", help="The solution template.")]
Instance = Annotated[
    str, typer.Option("--instance", help="The copy's name, where it is not the solution's.")
]
Lines = Annotated[
    list[str], typer.Argument(metavar="LINE...", help="Lines: a name, or a way like a/b/line.")
]
LineOptions = Annotated[
    list[str] | None, typer.Option("--target", help="A line; may be given again.")
]
Under = Annotated[str, typer.Option("--under", help="A place: it and everything below.")]
Place = Annotated[str, typer.Argument(metavar="PLACE", help="A name, or a way like a/b/place.")]
DisplayName = Annotated[str, typer.Option("--display-name", help="What people read.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

WAIT_SECONDS = 1800
