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
    `origins(stored)` reads that back.

Resolving many: `resolve_many(compiled, subjects)` gives one `Resolution` after the other.

Comparing: `difference(before, after)` gives a list of `Change`; `impact(compiled, subjects, edit)`
tells how an edit that is not saved yet would change targets, alike ones in one `Effect`.

Showing: `veil(keys, configuration)` gives a `Veil` that masks what is secret.

Authoring: `check_template(template, schema)` gives every `Finding`, errors first; so does
`check_draft(Draft(Written(text, name), …))` for texts that may not even be readable.
`try_out(Trial(…))` goes on to resolve them on made-up places.
"""

from orchestration.resolution.authoring import Finding, check_template
from orchestration.resolution.compiled import CompiledTemplate, compile_template
from orchestration.resolution.differences import Change, difference
from orchestration.resolution.drafts import Draft, Written, check_draft
from orchestration.resolution.impact import Edit, Effect, impact, together
from orchestration.resolution.injections import Injected, inject
from orchestration.resolution.layers import Place
from orchestration.resolution.masking import MASK, Veil, veil
from orchestration.resolution.model import (
    Origin,
    PathNode,
    ResolutionProblem,
    Shadow,
    TemplateError,
)
from orchestration.resolution.overriding import overriding
from orchestration.resolution.provenance import origins, record_json
from orchestration.resolution.resolving import Resolution, Subject, resolve, resolve_many
from orchestration.resolution.solution import Dependency, Injection, SolutionDocument, read_solution
from orchestration.resolution.trials import Outcome, Trial, TrialPlace, try_out

__all__ = [
    "MASK",
    "Change",
    "CompiledTemplate",
    "Dependency",
    "Draft",
    "Edit",
    "Effect",
    "Finding",
    "Injected",
    "Injection",
    "Origin",
    "Outcome",
    "PathNode",
    "Place",
    "Resolution",
    "ResolutionProblem",
    "Shadow",
    "SolutionDocument",
    "Subject",
    "TemplateError",
    "Trial",
    "TrialPlace",
    "Veil",
    "Written",
    "check_draft",
    "check_template",
    "compile_template",
    "difference",
    "impact",
    "inject",
    "origins",
    "overriding",
    "read_solution",
    "record_json",
    "resolve",
    "resolve_many",
    "together",
    "try_out",
    "veil",
]
