"""Files that commands read and write."""

from pathlib import Path
from typing import Any

import yaml

from cli import yaml12
from cli.failures import Exit, Failure


def text_of(path: Path) -> str:
    """Return a file's text; raises Failure where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{path} is not UTF-8 text.", Exit.USAGE) from error
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.", Exit.USAGE) from error


def mapping_of(path: Path) -> dict[str, Any]:
    """Return what a JSON or YAML file holds; raises Failure where that is no mapping."""
    try:
        data = yaml12.load(text_of(path))
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise Failure(f"{path} cannot be read: {said}.", Exit.USAGE) from error
    if not isinstance(data, dict):
        raise Failure(f"{path} must hold keys and values.", Exit.USAGE)
    return data


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises Failure where it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Failure(f"{path} is there already; nothing was changed.", Exit.CONFLICT) from error
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}.", Exit.USAGE) from error
