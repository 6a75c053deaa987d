"""Passwords and tokens: asked for without showing them, or read from standard input."""

import sys

import typer

from cli.failures import Exit, Failure


def secret(what: str, *, twice: bool = False) -> str:
    """Return what is typed; never an argument, which others on the machine could see."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, confirmation_prompt=twice, err=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise Failure(f"Give the {what.lower()} on standard input.", Exit.USAGE)
    return given
