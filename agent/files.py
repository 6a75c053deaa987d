"""Files that are whole or absent, and names that are safe on any file system."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600
_READABLE = 40


def write_atomic(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Replace a file whole: after a power cut it holds the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def append(path: Path) -> BinaryIO:
    """Open a file to append to; a new one is its owner's only: programs print what they please."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE), "ab")


def sync_directory(path: Path) -> None:
    """Make a rename inside the directory durable; Windows has no such call and no need."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def safe_name(name: str) -> str:
    """Return a file name that is readable, safe everywhere and different for each name.

    The hash keeps apart what looks alike on a file system that ignores case, and keeps
    reserved names such as ``CON`` or ``..`` from ever standing alone.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_READABLE] or "component"
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def tail(path: Path, limit: int) -> str:
    """Return at most the last ``limit`` bytes of a text file, or "" when there is none."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - limit))
        return file.read(limit).decode(errors="replace").replace("\x00", "")
    return ""


def keep_short(path: Path, limit: int) -> None:
    """Start a log over once it is longer than ``limit`` bytes, keeping one older part."""
    # A log that cannot be shortened, on a full disk say, must not look like a failed program.
    with contextlib.suppress(OSError):
        if path.stat().st_size > limit:
            write_atomic(path.with_suffix(".old"), tail(path, limit // 2).encode())
            # Truncated, not renamed: the program goes on appending to the same file.
            os.truncate(path, 0)
