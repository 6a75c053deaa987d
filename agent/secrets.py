"""Putting the values of secrets where a content refers to them, at the last moment.

The journal, the content and the records of components hold references only; what drivers get
holds the values.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agent import sealing
from agent.entries import Entry
from agent.failures import WorkError
from agent.masking import Mask
from agent.wire import Component, Content, Reference, SealedSecret, Workload

_MARK = "$secret"


@dataclass(frozen=True)
class Secrets:
    """What opens the secrets of one agent; without a key, none. ``mask`` knows what was opened."""

    key: X25519PrivateKey | None = None
    agent: int = 0
    mask: Mask = field(default_factory=Mask)

    def opened(self, order: Workload, content: Content) -> Content:
        """Return the content with values for references; raises ``WorkError`` if one is missing."""
        if not mentioned([content.configuration, *(c.properties for c in content.components)]):
            return content
        values = {secret.reference: self._value(order, secret) for secret in order.secrets}
        return Content(
            tuple(_component(component, values) for component in content.components),
            _filled(content.configuration, values),
        )

    def recall(self, entries: Iterable[Entry]) -> None:
        """Mask again what was opened before a restart: what runs may still print it."""
        for entry in entries:
            for order in filter(None, (entry.good, entry.active)):
                for secret in order.secrets:
                    with contextlib.suppress(WorkError):
                        self._value(order, secret)

    def _value(self, order: Workload, secret: SealedSecret) -> Any:  # noqa: ANN401 - any JSON value
        if self.key is None:
            raise WorkError("content", "secret-unopenable", "this agent has no key for secrets")
        try:
            value = sealing.unseal(self.key, secret, agent=self.agent, instance=order.instance)
        except sealing.SealError as error:
            raise WorkError("content", "secret-unopenable", str(error)) from error
        self.mask.learn(value)
        return value


def mentioned(value: object) -> bool:
    """Tell whether there is a reference to a secret in a value."""
    if isinstance(value, Mapping):
        return _reference(value) is not None or any(map(mentioned, value.values()))
    return isinstance(value, list) and any(map(mentioned, value))


def _component(component: Component, values: Mapping[Reference, Any]) -> Component:
    return replace(component, properties=_filled(component.properties, values))


def _filled(value: Any, values: Mapping[Reference, Any]) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        reference = _reference(value)
        if reference is None:
            return {key: _filled(item, values) for key, item in value.items()}
        if reference not in values:
            text = f"the control plane sent no value of the secret {reference[0]}"
            raise WorkError("content", "secret-missing", text, retryable=True)
        return values[reference]
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return value


def _reference(value: Mapping[str, Any]) -> Reference | None:
    fields = value.get(_MARK) if len(value) == 1 else None
    if not isinstance(fields, dict) or "name" not in fields:
        return None
    if not all(isinstance(text, str) for text in fields.values()):
        return None
    return fields["name"], fields.get("key"), fields.get("version")
