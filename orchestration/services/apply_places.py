"""Contexts, capabilities, sites and targets as files want them."""

from typing import Any

from orchestration.models import Node
from orchestration.queries import places as seen
from orchestration.services import contexts, places
from orchestration.services.apply_files import Document
from orchestration.services.apply_plan import (
    Outcome,
    Run,
    as_new,
    differences,
    given,
)
from orchestration.services.errors import Invalid


def context(run: Run, document: Document) -> Outcome:
    """A context with its levels."""
    name = document.text("name")
    wanted = given(document, {"display_name": document.text, "levels": document.texts})
    found = seen.contexts(run.by).filter(name=name).first()
    if found is None:
        made = contexts.create(run.by, name, **wanted)
        return Outcome(name, (made.pk, 0), as_new(wanted), created=True)
    now = {"display_name": found.display_name, "levels": found.levels}
    changes = differences(now, wanted)
    if changes:
        contexts.change(run.by, found, **(now | wanted))
    return Outcome(name, (found.pk, 0), changes)


def capability(run: Run, document: Document) -> Outcome:
    """Something that lines can do."""
    owner, name = run.context(document.text("context")), document.text("name")
    if not name:
        raise Invalid("name-empty")
    wanted = given(document, {"description": document.text})
    key, found = f"{owner.name}/{name}", owner.capabilities.filter(name=name).first()
    if found is None:
        made = contexts.add_capability(run.by, owner, name, **wanted)
        return Outcome(key, (made.pk, 0), as_new(wanted), created=True)
    changes = differences({"description": found.description}, wanted)
    if changes:
        contexts.add_capability(run.by, owner, name, **wanted)
    return Outcome(key, (found.pk, 0), changes)


def site(run: Run, document: Document) -> Outcome:
    """A place between the context and its lines."""
    path = document.text("path")
    parent, name = run.around(path)
    wanted = given(document, {"display_name": document.text, "time_zone": document.text})
    node = run.child(parent, name)
    if node is None:
        made = places.create_site(run.by, parent, name, **wanted)
        run.learn(parent, made)
        return Outcome(path, (made.pk, 0), as_new(wanted), created=True)
    _be(node, Node.Kind.SITE, path)
    return Outcome(path, (node.pk, 0), _changed(run, node, wanted))


def target(run: Run, document: Document) -> Outcome:
    """A line, with what it offers."""
    path = document.text("path")
    parent, name = run.around(path)
    about = given(document, {"display_name": document.text, "time_zone": document.text})
    offers = given(document, _offers(document))
    node = run.child(parent, name)
    if node is None:
        level = level_of(parent, document)
        made = places.create_target(
            run.by, parent, name, display_name=about.get("display_name", ""), level=level, **offers
        )
        if about.get("time_zone"):
            _changed(run, made.node, about)
        run.learn(parent, made.node)
        run.unlearn_offers(parent.pk)
        return Outcome(path, (made.pk, 0), as_new(about | offers), created=True)
    _be(node, Node.Kind.TARGET, path)
    return Outcome(path, (node.pk, 0), _changed(run, node, about) + _offered(run, node, offers))


def _offers(document: Document) -> dict[str, Any]:
    return {
        "scope": document.text,
        "capabilities": lambda key: sorted(document.texts(key)),
        "specification": document.mapping,
    }


def _changed(run: Run, node: Node, wanted: dict[str, Any]) -> Any:  # noqa: ANN401  differences
    """What differs of a place's names and zone, which are changed."""
    now = {key: getattr(node, key) for key in ("name", "display_name", "time_zone")}
    changes = differences(now, wanted)
    if changes:
        places.change_node(run.by, node, **(now | wanted))
    return changes


def _offered(run: Run, node: Node, wanted: dict[str, Any]) -> Any:  # noqa: ANN401  differences
    """What differs of what a line offers, which is changed."""
    found = node.target
    now: dict[str, Any] = {"scope": found.scope, "specification": found.specification}
    if "capabilities" in wanted:
        now["capabilities"] = run.offers(found)
    changes = differences(now, wanted)
    if changes:
        now.setdefault("capabilities", run.offers(found))
        places.change_target(run.by, found, agent=found.agent, **(now | wanted))
        run.unlearn_offers(node.parent_id)
    return changes


def level_of(parent: Node, document: Document) -> int | None:
    """The level by its name, for targets that do not stand on the lowest one."""
    wanted = document.text("level")
    if not wanted:
        return None
    levels = [str(level).casefold() for level in parent.context.levels]
    if wanted.casefold() not in levels:
        raise Invalid("level-wrong", level=wanted)
    return levels.index(wanted.casefold())


def _be(node: Node, kind: Node.Kind, path: str) -> None:
    if node.kind != kind:
        raise Invalid("name-taken", name=path)
