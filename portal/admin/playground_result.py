"""What the playground answers: every remark at its line, and the result with its origins."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from django.forms import BoundField
from django.utils.translation import gettext as _

from orchestration.models import ConfigurationRevision
from orchestration.queries.provenance import Saves
from orchestration.queries.setters import setters_of
from orchestration.resolution import Finding, Outcome, Trial, try_out, veil
from portal.web.excerpts import Excerpt, excerpt
from portal.web.origins import Storyteller
from portal.web.yaml_lines import YamlLine, yaml_lines

SHOWN_REMARKS = 100
SHOWN_LINES = 2000


@dataclass(frozen=True)
class Remark:
    """One finding; ``field`` is the id of the control that holds its text, if there is one."""

    finding: Finding
    excerpt: Excerpt | None
    field: str

    @property
    def where(self) -> str:
        """Return "template, Speed, line 3, column 9", as far as it is known."""
        problem = self.finding.problem
        parts = [problem.source, problem.at]
        if problem.line:
            place = {"line": problem.line, "column": problem.column}
            parts.append(_("line %(line)s, column %(column)s") % place)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Line:
    """A line of the resolved configuration, and where its value comes from."""

    text: str
    origin: str
    reasons: list[str]


@dataclass(frozen=True)
class Result:
    """All there is to show. Without ``lines`` nothing could be resolved."""

    remarks: list[Remark]
    errors: int
    warnings: int
    lines: list[Line]
    components: str
    digest: str

    @property
    def more(self) -> int:
        """How many remarks are not shown."""
        return self.errors + self.warnings - len(self.remarks)


def result_of(trial: Trial, fields: Mapping[str, BoundField]) -> Result:
    """Try a draft out, and say what came of it."""
    outcome = try_out(trial)
    errors = sum(finding.severity == "error" for finding in outcome.findings)
    return Result(
        remarks=[_remark(finding, fields) for finding in outcome.findings[:SHOWN_REMARKS]],
        errors=errors,
        warnings=len(outcome.findings) - errors,
        lines=_lines(trial, outcome),
        components=_components(outcome),
        digest=outcome.resolution.digest if outcome.resolution else "",
    )


def _remark(finding: Finding, fields: Mapping[str, BoundField]) -> Remark:
    problem = finding.problem
    # Rules in the template itself have a name of their own, but no text.
    field = fields.get(problem.source.removeprefix("schema of "))
    if field is None or not problem.line:
        return Remark(finding, None, field.auto_id if field else "")
    written = str(field.value() or "")
    return Remark(finding, excerpt(written, problem.line, problem.column), field.auto_id)


def _lines(trial: Trial, outcome: Outcome) -> list[Line]:
    resolution, compiled = outcome.resolution, outcome.compiled
    if resolution is None or compiled is None or resolution.configuration is None:
        return []
    origins = resolution.provenance
    # As if somebody had saved the values, so that what is hidden behind one can be told.
    saves = {
        number: ConfigurationRevision(values=place.values.data or {})
        for number, place in enumerate(trial.places)
    }
    teller = Storyteller.of(Saves(saves, setters_of(())), compiled.schema)
    hiding = veil(compiled.secret_settings, resolution.configuration)
    shown = yaml_lines(hiding.masked(resolution.configuration))

    def told(line: YamlLine) -> Line:
        origin = origins.get(line.key) if line.key else None
        if origin is None:
            return Line(line.text, "", [])
        reasons = teller.reasons(origin, line.key)
        if origin.source != "expression" and len(reasons) == 1:
            reasons = []  # the sentence has it
        return Line(line.text, teller.sentence(origin, line.key), reasons)

    return [told(line) for line in islice(shown, SHOWN_LINES)]


def _components(outcome: Outcome) -> str:
    resolution, compiled = outcome.resolution, outcome.compiled
    if resolution is None or compiled is None or not resolution.components:
        return ""
    blind = compiled.components_read_secrets
    hiding = veil(compiled.secret_settings, resolution.configuration, blind=blind)
    components = hiding.components(resolution.components)
    return "\n".join(line.text for line in yaml_lines({"components": components}))
