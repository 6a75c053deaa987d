"""Every change asks for a right, and only services change anything."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ROOT / "orchestration" / "services"
QUESTIONS = {"may", "may_administer", "may_as_oneself", "may_give"}

Function = tuple[str, str]  # module and name


@cache
def functions() -> dict[Function, ast.FunctionDef]:
    """Every function of the services, by module and name."""
    return {
        (path.stem, node.name): node
        for path in SERVICES.glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def imported(module: str) -> dict[str, str]:
    """Where a name in a module comes from, when that is another service."""
    tree = ast.parse((SERVICES / f"{module}.py").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: node.module.rpartition(".")[2]
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        if node.module and node.module.startswith("orchestration.services.")
        for alias in node.names
    }


@cache
def tables(module: str) -> dict[str, list[Function]]:
    """The functions in each table of a module: whoever reads it calls one of them."""
    tree = ast.parse((SERVICES / f"{module}.py").read_text(encoding="utf-8"))
    return {
        node.target.id: [one for value in node.value.values for one in named(module, value)]
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        if isinstance(node.target, ast.Name) and isinstance(node.value, ast.Dict)
    }


def named(module: str, node: ast.AST) -> Iterator[Function]:
    """A function by its name, as a module knows it."""
    match node:
        case ast.Name(id=name):
            yield imported(module).get(name, module), name
        case ast.Attribute(attr=name, value=ast.Name(id=owner)):
            yield owner, name


def called(function: Function) -> Iterator[Function]:
    """What a function calls: of its own module, of another, or of anybody by its bare name."""
    module, _ = function
    for node in ast.walk(functions()[function]):
        match node:
            case ast.Call(func=target):
                yield from named(module, target)
            case ast.Name(id=name):
                yield from tables(module).get(name, ())


def asks(function: Function) -> bool:
    """Whether a function, or one that it calls, asks whether the person may."""
    seen, waiting = {function}, [function]
    while waiting:
        for other in called(waiting.pop()):
            if other[1] in QUESTIONS:
                return True
            if other in functions() and other not in seen:
                seen.add(other)
                waiting.append(other)
    return False


def done_by_people() -> list[Function]:
    """The public functions that do something for somebody."""
    return [
        key
        for key, function in functions().items()
        if not key[1].startswith("_")
        for argument in (*function.args.posonlyargs, *function.args.args)
        if argument.arg == "by" and ast.unparse(argument.annotation or argument) == "User"
    ]


def test_every_change_by_a_person_asks_for_a_right() -> None:
    found = done_by_people()
    assert len(found) > 30
    silent = {function for function in found if not asks(function)}
    assert silent == set()


# Only services write

WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
}
# Writes no row of ours: the settings of a framework, and a browser's session.
FOREIGN = {"portal/celery.py: app.conf.update", "portal/web/sessions.py: request.session.save"}


def outside() -> Iterator[Path]:
    """Everything that must not write rows of its own."""
    for folder in ("portal", "orchestration/queries", "orchestration/models"):
        yield from (ROOT / folder).rglob("*.py")
    yield ROOT / "orchestration" / "tasks.py"
    yield ROOT / "orchestration" / "hints.py"


def services_in(tree: ast.AST) -> set[str]:
    """Names under which a file knows services."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        if node.module and node.module.startswith(("orchestration.services", "rbac"))
        for alias in node.names
    }


def writes(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that write a row: by a query, or by an object of the database."""
    known = services_in(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr, value=owner)) if attr in WRITES:
                if isinstance(owner, ast.Name) and owner.id in known:
                    continue
                if is_of_the_database(node, attr, ast.unparse(owner)):
                    yield node


def is_of_the_database(call: ast.Call, attr: str, owner: str) -> bool:
    if ".objects" in owner or "_default_manager" in owner:
        return True
    if attr in {"update", "create"}:
        # dict.update and hashes take something; a queryset only takes names.
        return not call.args and bool(call.keywords)
    # A file or a cache is told what to delete or where to save; a row is not.
    return not call.args


def test_only_services_write() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {ast.unparse(call.func)}"
        for path in outside()
        for call in writes(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == FOREIGN


def test_the_guard_sees_what_it_looks_for() -> None:
    text = """
from orchestration.services import places
places.create(by)
Node.objects.create(name="x")
rows.update(state="x")
node.save()
nodes.filter(pk=1).delete()
{}.update({"a": 1})
hashed.update(b"x")
cache.delete("key")
"""
    lines = [call.lineno for call in writes(ast.parse(text))]
    assert lines == [4, 5, 6, 7]
