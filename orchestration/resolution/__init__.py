"""Resolution: hierarchy + template + rules give configuration, errors, provenance, difference.

PURE: plain data in, plain data out; no database, clock or network.

Compiling, once per template version:
    `compile_template(data, schema, specification, includes=…)` gives a `CompiledTemplate` or
    raises `TemplateError` with everything that is wrong. `read_solution(data)` tells beforehand
    which schema and dependencies a template names.

Resolving, once per target:
    `resolve(compiled, path=[PathNode(…), …], levels=…, target=…, instance=…)` gives a
    `Resolution`: `.ok`, `.configuration`, `.components`, `.problems`, `.warnings`, `.canonical`,
    `.digest`, `.provenance` (an `Origin` for each dotted key) and `.provenance_json()` to store;
    `origins(stored)` reads that back. `compiled.place(path)` merges the places above many targets
    once: `place.below(node)` then is the path of each.

Comparing: `difference(before, after)` gives a list of `Change`.
"""

from orchestration.resolution.compiled import CompiledTemplate, compile_template
from orchestration.resolution.differences import Change, difference
from orchestration.resolution.injections import Injected, inject
from orchestration.resolution.layers import Place
from orchestration.resolution.model import (
    Origin,
    PathNode,
    ResolutionProblem,
    Shadow,
    TemplateError,
)
from orchestration.resolution.provenance import origins
from orchestration.resolution.resolving import Resolution, resolve
from orchestration.resolution.solution import Dependency, Injection, SolutionDocument, read_solution

__all__ = [
    "Change",
    "CompiledTemplate",
    "Dependency",
    "Injected",
    "Injection",
    "Origin",
    "PathNode",
    "Place",
    "Resolution",
    "ResolutionProblem",
    "Shadow",
    "SolutionDocument",
    "TemplateError",
    "compile_template",
    "difference",
    "inject",
    "origins",
    "read_solution",
    "resolve",
]
