"""Who may set a key: whose it is by a version, and by the newest version that has it.

Values are kept for all versions of a template together. Whoever saves with an older version must
not get at what a newer one keeps for others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from orchestration.expressions import Parts, join_path
from orchestration.models import AnyVersion, Node
from orchestration.queries.templates import rules_of
from orchestration.resolution.leaves import changed_keys
from orchestration.rules import Rule, Schema
from rbac.access import YES, Verdict, may
from rbac.models import User
from rbac.permissions import Perm

_OWNERS = (("OT", Perm.EDIT_OT_VALUES), ("IT", Perm.EDIT_IT_VALUES))
_BOTH = frozenset(owner for owner, _perm in _OWNERS)


@dataclass(frozen=True)
class _Known:
    """The rules of one version."""

    name: str
    rules: Schema

    def has(self, parts: Parts) -> bool:
        """Whether a rule is about the key, about what it lies in, or what lies in it."""
        return bool(self.rules.over(parts) or self.rules.inside(parts))


class Ownership:
    """Whose the keys of a template are, for somebody who sets them by one of its versions."""

    def __init__(self, version: AnyVersion) -> None:
        self._version = version
        self._newest: dict[Parts, _Known | None] = {}

    def at(self, by: User, node: Node) -> Callable[[Parts], Verdict]:
        """Return what says of a key whether a person may set it at a node.

        Codes: those of the rights, ``value-disabled`` (``key``), and ``value-kept`` (``key``,
        ``version``, and those of ``right-missing``) where another version than the one saved
        with says so.
        """
        rights = {owner: may(by, perm, node) for owner, perm in _OWNERS}
        return partial(self._of, rights)

    def verdict(self, by: User, node: Node, keys: Iterable[Parts]) -> Verdict:
        """Whether a person may set all of these keys at a node; a no is about the first."""
        of = self.at(by, node)
        return next((no for key in keys if not (no := of(key))), YES)

    def may_change(
        self, by: User, node: Node, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Verdict:
        """Whether a person may set everything at a node that differs between two saves."""
        return self.verdict(by, node, changed_keys(before, after))

    @property
    def secret_parts(self) -> tuple[Parts, ...]:
        """The keys that are secret by the version or by the newest one."""
        found = dict.fromkeys(part for one in self._either for part in one.secret_parts)
        return tuple(found)

    @property
    def _either(self) -> Iterator[Schema]:
        own = rules_of(self._version)
        newest = rules_of(self._versions[0]) if self._versions else None
        return (one for one in (own, newest) if one is not None)

    def _of(self, rights: Mapping[str, Verdict], key: Parts) -> Verdict:
        own = rules_of(self._version)
        verdict = _by_rules(own, rights, key)
        newest = self._newest_with(key)
        if not verdict or newest is None or newest.rules is own:
            return verdict
        other = _by_rules(newest.rules, rights, key)
        if other or other.code != "right-missing":
            return other
        told = {**other.params, "key": join_path(key), "version": newest.name}
        return Verdict(ok=False, code="value-kept", params=told)

    def _newest_with(self, key: Parts) -> _Known | None:
        if key not in self._newest:
            self._newest[key] = next((one for one in self._known() if one.has(key)), None)
        return self._newest[key]

    def _known(self) -> Iterator[_Known]:
        """The versions with rules, the newest first; each is read when it is asked for."""
        for version in self._versions:
            rules = rules_of(version)
            if rules is not None:
                yield _Known(version.version, rules)

    @cached_property
    def _versions(self) -> list[AnyVersion]:
        rows = type(self._version)._default_manager.filter(template=self._version.template_id)
        return list(rows.order_by("-sort_key").only("version", "created_at"))


def _by_rules(rules: Schema | None, rights: Mapping[str, Verdict], key: Parts) -> Verdict:
    for parts in (key, *(rule.parts for rule in rules.inside(key))) if rules else (key,):
        verdict = _by_over(rules.over(parts) if rules else [], rights, parts)
        if not verdict:
            return verdict
    return YES


def _by_over(over: list[Rule], rights: Mapping[str, Verdict], parts: Parts) -> Verdict:
    """A rule without owners of its own belongs to those of what it lies in."""
    owners = next((rule.editable_by for rule in over if rule.editable_by < _BOTH), _BOTH)
    verdicts = [verdict for owner, verdict in rights.items() if owner in owners]
    if not any(verdicts):
        return verdicts[0]
    if any(rule.disabled for rule in over):
        return Verdict(ok=False, code="value-disabled", params={"key": join_path(parts)})
    return YES
