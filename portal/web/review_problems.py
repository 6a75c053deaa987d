"""Why a line cannot be published: what, where it was set, and what would be accepted."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from orchestration.queries.resolving import LineReview
from orchestration.resolution import ResolutionProblem
from orchestration.rules import Rule, Schema
from portal.web.forms_errors import BY_IT, broken_sentence
from portal.web.place_names import named
from portal.web.shared_copies import dependency_sentence
from rbac.access import may
from rbac.models import User
from rbac.permissions import Perm
from rbac.roles import roles_with

IN_SHARED = _later("It is mended in the shared values, not here.")


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong with the configuration of a line.

    ``label`` is the setting, ``where`` the place its value was set at, ``who`` says whose it is
    where the person cannot mend it; ``details`` are for IT. ``fits`` is false where the line itself
    is not made for the solution.
    """

    label: str
    what: str
    where: str
    who: str = ""
    details: str = ""
    fits: bool = True

    @property
    def can_be_mended(self) -> bool:
        """Whether the person can do something about it in the form of the line's values."""
        return self.fits and not self.who


def troubles(by: User, review: LineReview, rules: Schema) -> list[Trouble]:
    """Return everything that is wrong, what the line lacks first; empty where it is fine."""
    found = [_trouble(by, review, rules, problem) for problem in review.resolution.problems]
    found += [_of_shared(problem) for problem in review.unmet]
    if not review.missing:
        return found
    what = _("The line lacks: %(names)s.") % {"names": ", ".join(review.missing)}
    return [Trouble(_("Does not fit"), what, "", fits=False), *found]


def _of_shared(problem: ResolutionProblem) -> Trouble:
    """What is wrong with a shared copy: nothing that the values of the line could mend."""
    what = dependency_sentence(problem)
    return Trouble(problem.key, what, "", details=_details(problem), fits=False)


def problem_words(rules: Schema, problem: ResolutionProblem) -> tuple[str, str]:
    """Return what a problem is about, as people call it, and what is wrong."""
    rule = _rule(rules, problem)
    kind = str(problem.kind_or_rule)
    if problem.line or (kind == "type" and problem.accepted is None):
        what = str(BY_IT)
    else:
        what = broken_sentence(rule, kind, problem.given, problem.message)
    label = (rule.label if rule else "") or problem.key or _("All values together")
    return f"{problem.template}: {label}" if problem.template else label, what


def _trouble(by: User, review: LineReview, rules: Schema, problem: ResolutionProblem) -> Trouble:
    rule = _rule(rules, problem)
    label, what = problem_words(rules, problem)
    return Trouble(
        label,
        what,
        "" if problem.template else _where(review, problem),
        str(IN_SHARED) if problem.template else _who(by, review, rule),
        _details(problem),
    )


def _rule(rules: Schema, problem: ResolutionProblem) -> Rule | None:
    """The rule of the solution that a problem is about; a config template has its own."""
    known = () if problem.template else rules.rules
    return next((one for one in known if one.key == problem.key), None)


def _where(review: LineReview, problem: ResolutionProblem) -> str:
    origin = review.resolution.provenance.get(problem.key)
    if origin is None or origin.source not in {"value", "linked"}:
        return ""
    return named(origin.level, origin.name)


def _who(by: User, review: LineReview, rule: Rule | None) -> str:
    if rule is None or "OT" in rule.editable_by:
        return ""
    if may(by, Perm.EDIT_IT_VALUES, review.target.node):
        return ""
    roles = ", ".join(role.label for role in roles_with(Perm.EDIT_IT_VALUES))
    return _("It is kept by IT: ask somebody with one of the roles %(roles)s.") % {"roles": roles}


def _details(problem: ResolutionProblem) -> str:
    place = f"{problem.source} {problem.line}:{problem.column}" if problem.line else ""
    parts = (problem.key, str(problem.kind_or_rule), place, problem.message, problem.hint)
    return "\n".join(part for part in parts if part)
