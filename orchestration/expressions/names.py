"""Names of templates and schemas with their versions."""

from orchestration.expressions.errors import wrong_type

_PAIR = 2


def versioned_name(reference: str) -> str:
    """Reduce a reference to `Name/Version`; what has no version raises Fault.

    A full resource path such as `/subscriptions/…/commonset/versions/1.0.0` counts by its last
    name and version.
    """
    parts = [part for part in reference.split("/") if part]
    if len(parts) > _PAIR and parts[-_PAIR].lower() == "versions":
        del parts[-_PAIR]
    if len(parts) < _PAIR:
        raise wrong_type(f"'{reference[:60]}' does not name a version", "write Name/1.0.0")
    return "/".join(parts[-_PAIR:])


def last_name(reference: str) -> str:
    """Give the last name of a resource path without its version."""
    parts = [part for part in reference.split("/") if part]
    lowered = [part.lower() for part in parts]
    if "versions" in lowered:
        parts = parts[: lowered.index("versions")]
    return parts[-1] if parts else ""
