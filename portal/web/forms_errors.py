"""Why a value cannot be used: one sentence that says what would be accepted instead."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from orchestration.expressions import Kind
from orchestration.rules import Rule, Violation
from portal.web.forms_writing import say, say_limit, say_list

NEEDED = _("Enter a value.")
TYPES: Mapping[str, Promise] = {
    "string": _("Enter a text."),
    "boolean": _("Choose yes or no."),
    "int": _("Enter a whole number."),
    "float": _("Enter a number."),
    "object": _("Enter a document in JSON."),
    "array": _("Enter one value a line."),
}
FORMATS: Mapping[str, Promise] = {
    "ip": _("Enter an IP address such as 10.0.0.1."),
    "cidr": _("Enter a network such as 10.0.0.0/8."),
    "hostname": _("Enter the name of a machine, such as plc-1.hall.local."),
    "url": _("Enter an address such as http://localhost:8080/health."),
    "email": _("Enter a mail address such as ops@plant.example."),
    "port": _("Enter a port from 1 to 65535."),
    "mac": _("Enter a MAC address such as 00:1a:2b:3c:4d:5e."),
    "semver": _("Enter a version such as 1.2.3."),
}
LENGTHS: Mapping[tuple[str, bool], Promise] = {
    ("minLength", False): _("Enter at least %(limit)s characters."),
    ("maxLength", False): _("Enter at most %(limit)s characters."),
    ("minLength", True): _("Enter at least %(limit)s values, one a line."),
    ("maxLength", True): _("Enter at most %(limit)s values, one a line."),
}
# A broken type is a person's as well as an expression's; the caller knows which.
_OF_EXPRESSIONS = frozenset(Kind) - {Kind.TYPE}
_LONGEST_QUOTE = 60  # characters
BY_IT = _("The solution itself has an error here. Tell IT; the technical details are for them.")


def violation_sentence(rule: Rule, broken: Violation) -> str:
    """Return what is wrong with a value and what would be accepted."""
    inside = rule.items if rule.items and not isinstance(broken.given, list) else None
    return broken_sentence(inside or rule, broken.rule, broken.given, broken.message)


def broken_sentence(rule: Rule | None, code: str, given: object, message: str) -> str:
    """Return the same for any code of the engine; ``message`` is what a schema's author wrote."""
    if code == "required":
        return str(NEEDED)
    if code in {"expression", "validations"}:
        return _now("The values do not fit together: %(why)s") % {"why": message}
    if rule is None or code in _OF_EXPRESSIONS:
        return str(BY_IT)
    wrong = _wanted(rule, code)
    if given is None or rule.secret or code == "type":
        return wrong
    return f"{_now('%(given)s is not possible.') % {'given': _quoted(rule, given)}} {wrong}"


def _quoted(rule: Rule, given: object) -> str:
    """Return what was given; of a whole page pasted by mistake only the beginning."""
    said = say(rule, given)
    if len(said) > _LONGEST_QUOTE:
        said = said[:_LONGEST_QUOTE] + "…"
    return f"“{said}”" if isinstance(given, str) and given else said


def _wanted(rule: Rule, code: str) -> str:
    say_it = _WANTED.get(code)
    return say_it(rule) if say_it else str(TYPES.get(rule.type, NEEDED))


def limits_sentence(rule: Rule) -> str:
    """Return which numbers a rule accepts."""
    unit = f" {rule.unit}" if rule.unit else ""
    low, high = (
        None if limit is None else say_limit(limit) + unit
        for limit in (rule.min_value, rule.max_value)
    )
    if low is not None and high is not None and rule.min_value is not None:
        return _now("Enter a number from %(low)s to %(high)s.") % {
            "low": say_limit(rule.min_value),
            "high": high,
        }
    if low is not None:
        return _now("Enter a number of at least %(low)s.") % {"low": low}
    return _now("Enter a number of at most %(high)s.") % {"high": high}


def _length(rule: Rule, code: str) -> str:
    limit = rule.min_length if code == "minLength" else rule.max_length
    return str(LENGTHS[code, rule.type == "array"]) % {"limit": limit}


def _allowed(rule: Rule) -> str:
    return _now("Choose one of: %(values)s.") % {"values": say_list(rule.allowed_values or ())}


def _like_this(rule: Rule) -> str:
    if rule.message:
        return rule.message
    if rule.examples:
        return _now("Enter it like this: %(example)s.") % {"example": say(rule, rule.examples[0])}
    return _now("It does not have the form that is asked for.")


_WANTED: Mapping[str, Callable[[Rule], str]] = {
    "minValue": limits_sentence,
    "maxValue": limits_sentence,
    "minLength": lambda rule: _length(rule, "minLength"),
    "maxLength": lambda rule: _length(rule, "maxLength"),
    "allowedValues": _allowed,
    "disallowedValues": lambda _: _now("Choose another value."),
    "format": lambda rule: str(FORMATS.get(rule.format or "", NEEDED)),
    "pattern": _like_this,
}
