"""Rules about imports that import-linter has no word for."""

from itertools import product

import grimp
import pytest

# The only parts of the agent the control plane may know.
SHARED = {"agent.wire", "agent.signing", "agent.sealing"}
MAY_SHARE = ("orchestration.services", "portal.api.agent")
# Inside these packages files do not know each other; `base` is what they all stand on, and `urls`
# is the list of what is there.
SIBLINGS = (
    "agent.drivers",
    "orchestration.expressions.functions",
    "portal.pages.monitor",
    "portal.pages.configure",
    "portal.pages.deploy",
)
PAGE_GROUPS = ("portal.pages.monitor", "portal.pages.configure", "portal.pages.deploy")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("agent", "cli", "demo", "orchestration", "portal", "rbac")


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_only_the_protocol_is_shared_with_the_agent(graph: grimp.ImportGraph) -> None:
    outside = [module for module in graph.modules if not inside(module, "agent")]
    wrong = [
        (module, imported)
        for module in outside
        for imported in graph.find_modules_directly_imported_by(module)
        if inside(imported, "agent")
        and not (imported in SHARED and any(inside(module, package) for package in MAY_SHARE))
    ]
    assert outside
    assert wrong == []


@pytest.mark.parametrize("package", SIBLINGS)
def test_siblings_do_not_know_each_other(graph: grimp.ImportGraph, package: str) -> None:
    siblings = graph.find_children(package) if package in graph.modules else set()
    wrong = [
        (module, imported)
        for module in siblings - {f"{package}.base", f"{package}.urls"}
        for imported in graph.find_modules_directly_imported_by(module)
        if imported in siblings and imported != f"{package}.base"
    ]
    assert wrong == []


def test_groups_of_pages_do_not_know_each_other(graph: grimp.ImportGraph) -> None:
    wrong = [
        (importer, imported)
        for importer, imported in product(PAGE_GROUPS, repeat=2)
        if importer != imported
        and graph.direct_import_exists(importer=importer, imported=imported, as_packages=True)
    ]
    assert wrong == []
