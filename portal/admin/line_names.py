"""Many names from one line of text: ``Line 1..40`` are forty."""

import re

_RANGE = re.compile(r"(\d+)\s*(?:\.\.+|\N{HORIZONTAL ELLIPSIS})\s*(\d+)")
_BETWEEN = re.compile(r"[,;\n]")


class TooMany(ValueError):
    """There are more names than are wanted, or none."""


def names(text: str, most: int) -> list[str]:
    """Return the names, in order.

    Names are separated by commas, semicolons or lines; in each, the first two numbers with two dots
    between them stand for all numbers from one to the other. Leading zeros are kept.

    Raises:
        TooMany: there would be no name, or more than ``most``.
    """
    found: list[str] = []
    for part in filter(None, map(str.strip, _BETWEEN.split(text))):
        match = _RANGE.search(part)
        if match is None:
            found.append(part)
        else:
            found += _spread(part, match, most)
        if len(found) > most:
            raise TooMany
    if not found:
        raise TooMany
    return found


def _spread(part: str, match: re.Match[str], most: int) -> list[str]:
    first, last = match.groups()
    width = len(first) if first.startswith("0") else 0
    # Before it is spread: somebody may type a billion.
    if not 0 <= int(last) - int(first) < most:
        raise TooMany
    numbers = range(int(first), int(last) + 1)
    before, after = part[: match.start()], part[match.end() :]
    return [f"{before}{number:0{width}}{after}" for number in numbers]
