"""``python -m cli.reference``: the page docs/cli.md, made from the commands themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from cli.failures import MEANINGS
from cli.main import app

PAGE = Path("docs/cli.md")
_BEFORE = """\
<!-- Made by `python -m cli.reference` from the commands themselves. -->
# Command line

`sitewright` does by terminal and script what the portal and the admin site do by hand. It talks to
the REST interface and to nothing else; every command needs the right of the click it stands for.

```console
$ pip install "sitewright[cli]"
$ sitewright login https://sitewright.example        # keeps a token in a file only you can read
$ sitewright target list --under "Contoso/Plano"
$ sitewright target publish line-1 --solution washer
$ sitewright target install line-1 --solution washer --wait
```

In a pipeline set `SITEWRIGHT_URL` and `SITEWRIGHT_TOKEN` instead of signing in; they count before
the file. `SITEWRIGHT_CONTEXT` stands for `--context`, `SITEWRIGHT_CONFIG` for another file,
`SSL_CERT_FILE` for an authority of your own, `HTTPS_PROXY` for a proxy. `sitewright
--install-completion` teaches your shell the commands.

## Names

Places and lines go by name, by display name, or by a way such as `Contoso/Chicago/Line 3`, from
which places may be left out. Where several fit, they are listed with the way that means each alone.
`#12` is an id.

## Output

`-o json` and `-o yaml` write what the REST interface answers, key for key: read those in scripts.
`-o table` is for people and may change. Results go to standard output, everything else to standard
error.

## Exit codes

| Code | Meaning |
|---|---|
"""
_APPLY = """
## Folders: `apply`

`sitewright apply -f FOLDER` makes what the YAML and JSON files of a folder say there is to be, all
of it or nothing, and says of each object what was done. The same folder again changes nothing.
`--dry-run` shows what would differ, field by field. `--prune --set NAME` deletes what an earlier
apply of the same set made and no file wants any more: never what others made, and accounts are
closed, not deleted. `sitewright new solution NAME` writes such a folder to begin with.

Each document has a `kind`. `file: other.yaml` takes a text or values from another file of the
folder, as its own tool wrote it; fields that are not mentioned stay as they are. Files hold no
passwords and no enrolment tokens: people come by single sign-on, or somebody sets a password.

| Kind | Needs | May have |
|---|---|---|
| `Context` | `name`, `levels` | `display_name`, `capabilities` |
| `Capability` | `context`, `name` | `description` |
| `Group` | `name` | |
| `User` | `username` | `full_name`, `email`, `groups`, `active`, `staff` |
| `Site` | `path` | `display_name`, `time_zone` |
| `Target` | `path` | as `Site`, `scope`, `capabilities`, `specification`, `level` |
| `Hierarchy` | `name` | `context`, `level`, `children` |
| `Schema` | `context`, `name`, `version`, `text` | |
| `ConfigTemplate` | as `Schema` | `schema`, `display_name`, `description` |
| `SolutionTemplate` | as `Schema` | as `ConfigTemplate`, `specification`, `capabilities` |
| `Link` | `config_template`, `version`, `at` | |
| `Values` | `at`, `values` | `solution` or `config_template`, `version` |
| `RoleAssignment` | `role` | `user` or `group`, `at` or `context` and `solution`, `expires_at` |

`path` and `at` are ways by names, from the context down: `contoso/north/plant/line-1`. `file`
stands for `text`, for `values`, or for the whole of a hierarchy. `Values` are all values of the
place. Files of the field's own tools need no kind where a document refers to them; a hierarchy that
begins with `type: ServiceGroup` needs neither. JSON without a kind is left alone; YAML without one
is an error.

## Commands
"""


def reference() -> str:
    """Return the page."""
    codes = "".join(f"| {code.value} | {MEANINGS[code]} |\n" for code in MEANINGS)
    commands = "".join(_commands(get_command(app), "sitewright"))
    return f"{_BEFORE}{codes}{_APPLY}{commands}"


def _commands(group: Any, name: str) -> Iterator[str]:  # noqa: ANN401  typer keeps its types
    for word, command in group.commands.items():
        path = f"{name} {word}"
        if hasattr(command, "commands"):
            yield f"\n### {path}\n\n{_plain(command.help)}\n"
            yield from _commands(command, path)
        else:
            yield from _command(command, path)


def _command(command: Any, path: str) -> Iterator[str]:  # noqa: ANN401
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    words = " ".join(_argument(one) for one in arguments)
    level = "####" if path.count(" ") > 1 else "###"
    yield f"\n{level} {' '.join(filter(None, (path, words)))}\n\n{_plain(command.help)}\n"
    shown = [f"- {_option(one)}" for one in options if one.name != "help"]
    if shown:
        yield "\n" + "\n".join(shown) + "\n"


def _argument(argument: Any) -> str:  # noqa: ANN401
    word = str(argument.metavar or argument.name.upper())
    return word if argument.required or word.startswith("[") else f"[{word}]"


def _option(option: Any) -> str:  # noqa: ANN401
    names = ", ".join(f"`{name}`" for name in option.opts)
    needed = " (needed)" if option.required else ""
    kept = option.default not in {None, "", False} and not callable(option.default)
    default = f" Default: {option.default}." if kept else ""
    return f"{names}{needed}: {_plain(option.help)}{default}".removesuffix(": ")


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
    typer.echo(f"wrote {PAGE}")
