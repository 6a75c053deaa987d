"""Functions that read the surroundings."""

from collections.abc import Callable, Mapping

from orchestration.expressions.context import Context
from orchestration.expressions.declaration import CallSite, Example, Run, compiled, eager
from orchestration.expressions.errors import Fault, Kind
from orchestration.expressions.names import versioned_name
from orchestration.expressions.paths import Parts, join_path, lookup, split_path
from orchestration.expressions.values import SecretReference, Value, describe, need_text


def _by_path(call: CallSite, read: Callable[[Parts], Run]) -> Run:
    """Read by a path that is known now, or only once its argument is evaluated."""
    if isinstance(call.literals[0], str):
        return read(split_path(call.literals[0]))
    argument = call.arguments[0]
    return lambda context: read(split_path(need_text(argument(context))))(context)


def _found(value: Value, what: str) -> Value:
    if value is None:
        raise Fault(Kind.NOT_FOUND, f"{what} is not there")
    return value


@compiled(
    "$val(path)",
    "The value of a key: from the hierarchy, lowest level first, else the template's own key; "
    "null when unset.",
    Example("$val(Motor.Speed)", 80, {"values": {"Motor": {"Speed": 80}}}),
)
def val(call: CallSite) -> Run:
    """Compile `$val`."""
    return _by_path(call, call.scope.value)


@compiled(
    "$property(path)",
    "A key of the same template, after evaluation.",
    Example("$property(Port)", 8080, {"configuration": {"Port": 8080}}),
)
def own_property(call: CallSite) -> Run:
    """Compile `$property`."""
    return _by_path(call, call.scope.own)


@eager(
    "$secret(name[, key])",
    "A reference to a secret; only the agent at the site resolves it.",
    Example("$secret(sql, password)", SecretReference("sql", "password")),
)
def secret(name: Value, key: Value = None) -> Value:
    """Make a secret reference."""
    return SecretReference(need_text(name), None if key is None else need_text(key))


@compiled(
    "$config(name[, path])",
    "The configuration of a linked or named config template, whole or at one path.",
    Example(
        "$config(Common/1.0.0, Dns)", "10.0.0.1", {"configs": {"Common/1.0.0": {"Dns": "10.0.0.1"}}}
    ),
)
def config(call: CallSite) -> Run:
    """Compile `$config`."""
    name, *path = call.arguments

    def run(context: Context) -> Value:
        wanted = versioned_name(need_text(name(context)))
        tree = _found(context.configs.get(wanted), f"the config template {wanted}")
        if not path:
            return tree
        text = need_text(path[0](context))
        return _found(lookup(tree, split_path(text)), f"'{text}' in {wanted}")

    return run


def _in_map(tree: Mapping[str, Value], path: Value, what: str) -> Value:
    parts = split_path(need_text(path))
    return _found(lookup(dict(tree), parts), f"'{join_path(parts)}' of {what}")


@compiled(
    "$target(name)",
    "A property of the target: name, displayName, id, level, scope, capabilities, site, labels.x.",
    Example("$target(labels.hall)", "4", {"target": {"labels": {"hall": "4"}}}),
)
def target(call: CallSite) -> Run:
    """Compile `$target`."""
    (path,) = call.arguments
    return lambda context: _in_map(context.target, path(context), "the target")


@compiled(
    "$site(level, property)",
    "A property of the place above at that level: name, timeZone, labels.x.",
    Example("$site(Factory, name)", "Chicago", {"sites": {"Factory": {"name": "Chicago"}}}),
)
def site(call: CallSite) -> Run:
    """Compile `$site`."""
    level, path = call.arguments

    def run(context: Context) -> Value:
        wanted = need_text(level(context))
        place = _found(context.sites.get(wanted), f"a place at the level {describe(wanted)}")
        return _in_map(place, path(context), f"the {wanted}")

    return run


@compiled(
    "$instance()",
    "The name of the solution instance.",
    Example("$instance()", "mixer-1", {"instance": "mixer-1"}),
)
def instance(_: CallSite) -> Run:
    """Compile `$instance`."""
    return lambda context: _found(context.instance, "an instance name")


@compiled(
    "$stagedRegistry()",
    "The address of the registry that a staged target pulls from.",
    Example("$stagedRegistry()", "10.0.0.9:5000", {"registry": "10.0.0.9:5000"}),
    aliases=("connectedRegistryIP",),
)
def staged_registry(_: CallSite) -> Run:
    """Compile `$stagedRegistry`."""
    return lambda context: _found(context.registry, "a staging registry")
