"""Values at places as the rows of a sheet want them: one row a key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from orchestration.expressions import Fault, Parts, join_path, lookup, split_path
from orchestration.models import AnyVersion, ConfigurationRevision, Node
from orchestration.queries.bulk_columns import Kind
from orchestration.queries.ownership import Ownership
from orchestration.queries.saved import current_values
from orchestration.queries.templates import rules_of
from orchestration.resolution import veil
from orchestration.resolution.secrets import put
from orchestration.services import configuration
from orchestration.services.apply_plan import Action, Difference, Run
from orchestration.services.apply_values import version_of
from orchestration.services.bulk_cells import value_of
from orchestration.services.bulk_plan import Result, Row, Sheet, document_of, failed, unreadable
from orchestration.services.errors import Invalid, ServiceError
from rbac.access import Denied, may
from rbac.permissions import Perm

_COMMENT = "import"
_TEMPLATE = ("solution", "config_template", "version")


@dataclass
class _Save:
    """The rows about one template at one place, and what the values there are to be."""

    node: Node
    version: AnyVersion
    rows: list[tuple[Row, Parts]] = field(default_factory=list)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    base: int = 0

    @property
    def edit(self) -> configuration.Edit:
        return configuration.Edit(self.node, self.after, self.base)


def values(run: Run, sheet: Sheet) -> list[Result]:
    """Set and unset single values; those that no row names stay as they are."""
    gathered = _Gathered(run)
    for row in sheet.rows:
        gathered.take(row)
    results = gathered.results
    for alike in gathered.by_version():
        _plan(alike, sheet)
        results += _saved(run, alike)
    return results


class _Gathered:
    """Rows on their way into saves, and what cannot be one."""

    def __init__(self, run: Run) -> None:
        self.results: list[Result] = []
        self._run = run
        self._places: dict[str, Node] = {}
        self._versions: dict[tuple[object, ...], AnyVersion] = {}
        self._saves: dict[tuple[int, int], _Save] = {}

    def take(self, row: Row) -> None:
        """Put a row to others of its place and template."""
        wrong = unreadable(row, _name(row))
        if wrong:
            self.results.append(wrong)
            return
        try:
            self._save_of(row).rows.append((row, _parts(row)))
        except (ServiceError, Denied) as error:
            self.results.append(failed(Kind.VALUES, row, _name(row), error))

    def by_version(self) -> Iterable[list[_Save]]:
        """The saves that go by the same version, together."""
        found: dict[tuple[type, int], list[_Save]] = {}
        for save in self._saves.values():
            if save.rows:
                key = (type(save.version), save.version.pk)
                found.setdefault(key, []).append(save)
        return found.values()

    def _save_of(self, row: Row) -> _Save:
        node = self._place(row.text("at"))
        named = (node.context_id, *(row.text(column) for column in _TEMPLATE))
        if named not in self._versions:
            self._versions[named] = version_of(self._run, document_of(row), node)
        version = self._versions[named]
        save = self._saves.setdefault(
            (node.pk, version.template.pk), _Save(node=node, version=version)
        )
        if save.version.pk != version.pk:
            raise Invalid("field-wrong", field="version", wanted="the same for all rows of a place")
        return save

    def _place(self, way: str) -> Node:
        if way not in self._places:
            node = self._run.place(way)
            # Else whoever may not see values could guess them: the right guess is "unchanged".
            may(self._run.by, Perm.VIEW_VALUES, node).require()
            self._places[way] = node
        return self._places[way]


def _name(row: Row) -> str:
    template = row.text("solution") or row.text("config_template")
    return f"{template} {row.text('key')} at {row.text('at')}"


def _parts(row: Row) -> Parts:
    try:
        return split_path(row.text("key"))
    except Fault as error:
        wanted = 'keys with dots between, such as a.b or a."b.c"'
        raise Invalid("field-wrong", field="key", wanted=wanted) from error


def _plan(saves: Sequence[_Save], sheet: Sheet) -> None:
    """Work out what the values are to be."""
    version = saves[0].version
    rules = rules_of(version)
    current = current_values(version.template, [save.node.pk for save in saves])
    for save in saves:
        found = current.get(save.node.pk)
        save.before, save.base = (found.values, found.number) if found else ({}, 0)
        save.after = dict(save.before)
        for row, parts in save.rows:
            value = row.data.get("value")
            if sheet.typed:
                rule = rules.rule_for(join_path(parts)) if rules else None
                value = value_of(str(value), rule, decimal_comma=sheet.decimal_comma)
            save.after = _with(save.after, parts, value)


def _with(tree: dict[str, Any], parts: Parts, value: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    """The values with one set, or unset where it is none; a map that is left empty goes too."""
    if value is not None:
        return put(tree, parts, value)
    inner = tree.get(parts[0])
    rest = {key: other for key, other in tree.items() if key != parts[0]}
    if len(parts) > 1 and isinstance(inner, dict):
        kept = _with(inner, parts[1:], None)
        return {**tree, parts[0]: kept} if kept else rest
    return rest if len(parts) == 1 else tree


def _saved(run: Run, saves: Sequence[_Save]) -> list[Result]:
    """Save all at once; where that fails one by one, so that every row says how it is."""
    version = saves[0].version
    secret = frozenset(Ownership(version).secret_parts)
    try:
        with transaction.atomic():
            made = configuration.save(
                run.by, version, [save.edit for save in saves], comment=_COMMENT
            )
    except (ServiceError, Denied):
        return [result for save in saves for result in _alone(run, save, secret)]
    found = {revision.node_id: revision for revision in made}
    return [result for save in saves for result in _done(save, found.get(save.node.pk), secret)]


def _alone(run: Run, save: _Save, secret: frozenset[Parts]) -> list[Result]:
    try:
        with transaction.atomic():
            made = configuration.save(run.by, save.version, [save.edit], comment=_COMMENT)
    except (ServiceError, Denied) as error:
        return _refused(save, error, secret)
    return _done(save, made[0] if made else None, secret)


def _done(
    save: _Save, made: ConfigurationRevision | None, secret: frozenset[Parts]
) -> list[Result]:
    """What became of each row. Secrets typed in plain are references by now."""
    after = made.values if made else save.before
    hidden = veil(secret, save.before, after)
    results = []
    for row, parts in save.rows:
        one = _only(save.before, parts), _only(after, parts)
        changes = tuple(
            Difference(change.key, change.before, change.after, change.secret)
            for change in hidden.changes(*one)
        )
        results.append(Result(row.number, _name(row), _action(save, parts, changes), changes))
    return results


def _action(save: _Save, parts: Parts, changes: Sequence[Difference]) -> Action:
    if not changes:
        return Action.UNCHANGED
    return Action.CREATE if lookup(dict(save.before), parts) is None else Action.UPDATE


def _only(values: Mapping[str, Any], parts: Parts) -> dict[str, Any]:
    value = lookup(dict(values), parts)
    return {} if value is None else put({}, parts, value)


def _refused(save: _Save, error: ServiceError | Denied, secret: frozenset[Parts]) -> list[Result]:
    """Of rows that are refused together each that is to blame; all, where nobody knows which."""
    keys = _blamed(error)
    blamed = {row.number for row, parts in save.rows if any(_meet(parts, key) for key in keys)}
    results = []
    for row, parts in save.rows:
        if not blamed or row.number in blamed:
            results.append(failed(Kind.VALUES, row, _name(row), _about(error, parts)))
            continue
        # What a secret would come to is not told to somebody who may not save it.
        hidden = any(_meet(parts, key) for key in secret)
        now = None if hidden else lookup(dict(save.before), parts)
        same = not hidden and now == lookup(save.after, parts)
        action = Action.UNCHANGED if same else Action.UPDATE if now is not None else Action.CREATE
        results.append(Result(row.number, _name(row), action))
    return results


def _blamed(error: ServiceError | Denied) -> list[Parts]:
    params = error.verdict.params if isinstance(error, Denied) else error.params
    problems = error.problems if isinstance(error, Invalid) else ()
    keys = [params.get("key"), *(problem.get("key") for problem in problems)]
    return [split_path(str(key)) for key in keys if key]


def _about(error: ServiceError | Denied, parts: Parts) -> ServiceError | Denied:
    """The same error with the problems of one key alone."""
    if not isinstance(error, Invalid) or not error.problems:
        return error
    own = [one for one in error.problems if _meet(parts, split_path(str(one.get("key") or "")))]
    return Invalid(error.code, own or error.problems, **error.params)


def _meet(one: Parts, other: Parts) -> bool:
    """Whether one key is the other, or lies in it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
