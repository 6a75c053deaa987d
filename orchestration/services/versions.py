"""The order of versions."""

import semver

from orchestration.services.errors import Invalid

LONGEST = 64  # characters of a version


def sort_key(version: str) -> str:
    """A text that sorts as SemVer orders versions.

    Raises:
        Invalid: ``version-malformed``.
    """
    if len(version) > LONGEST:
        raise Invalid("version-malformed", version=version)
    try:
        parsed = semver.Version.parse(version)
    except ValueError as error:
        raise Invalid("version-malformed", version=version) from error
    numbers = ".".join(_number(n) for n in (parsed.major, parsed.minor, parsed.patch))
    if not parsed.prerelease:
        return f"{numbers}~"  # a release comes after all its pre-releases
    parts = (
        f"0{_number(int(part))}" if part.isdigit() else f"1{part}"
        for part in parsed.prerelease.split(".")
    )
    # The sign between the parts sorts before all that parts are made of.
    return f"{numbers}-{'!'.join(parts)}"


def _number(number: int) -> str:
    """Its length first, so that 10 comes after 9 however long numbers are."""
    return f"{len(str(number)):02d}{number}"
