"""Whether a version may stand in for the one that was asked for."""

import semver


def fits(asked: str, runs: str) -> bool:
    """Whether ``runs`` will do: the version asked for, or a newer one that breaks nothing.

    Nothing asked for is any version. Below 1.0.0 every minor version may break what was.
    """
    if not asked or asked == runs:
        return True
    try:
        wanted, there = semver.Version.parse(asked), semver.Version.parse(runs)
    except ValueError:
        return False
    if wanted.major != there.major or (wanted.major == 0 and wanted.minor != there.minor):
        return False
    return there >= wanted
