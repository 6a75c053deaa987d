"""The order of versions."""

import semver

from orchestration.services.errors import Invalid


def sort_key(version: str) -> str:
    """A text that sorts as SemVer orders versions.

    Raises:
        Invalid: ``version-malformed``.
    """
    try:
        parsed = semver.Version.parse(version)
    except ValueError as error:
        raise Invalid("version-malformed", version=version) from error
    numbers = ".".join(f"{n:010d}" for n in (parsed.major, parsed.minor, parsed.patch))
    if not parsed.prerelease:
        return f"{numbers}~"  # a release comes after all its pre-releases
    parts = (
        f"0{int(part):010d}" if part.isdigit() else f"1{part}"
        for part in parsed.prerelease.split(".")
    )
    return f"{numbers}-{'.'.join(parts)}"[:200]
