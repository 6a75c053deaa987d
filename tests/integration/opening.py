"""Reading what only agents read, so that tests can say what was kept."""

from typing import Any

from orchestration.models import SecretValue
from orchestration.resolution.secrets import as_reference
from orchestration.services import vault


def opened(value: Any) -> Any:
    """Values with the secrets behind their references."""
    reference = as_reference(value)
    if reference is not None:
        return vault.decrypt(SecretValue.objects.get(name=reference.name))
    if isinstance(value, dict):
        return {key: opened(inner) for key, inner in value.items()}
    return value
