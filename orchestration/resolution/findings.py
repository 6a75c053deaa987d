"""Remarks on what an author has written."""

from dataclasses import dataclass

from orchestration.expressions import KeyInfo, Kind, Problem, Value


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: `severity` is error or warning, `code` says what kind of remark it is."""

    severity: str
    code: str
    problem: Problem

    def to_json(self) -> dict[str, Value]:
        """Give the finding as plain data."""
        return {**self.problem.to_json(), "severity": self.severity, "code": self.code}

    def __str__(self) -> str:
        """Give the finding as one line."""
        return f"{self.severity}: {self.problem}"


def warning(code: str, info: KeyInfo, message: str, hint: str = "") -> Finding:
    """Warn of something at a key: it works, but is probably not meant."""
    return Finding("warning", code, _problem(info, message, hint))


def error(code: str, info: KeyInfo, message: str, hint: str = "") -> Finding:
    """Report something at a key that fails whenever it is evaluated."""
    return Finding("error", code, _problem(info, message, hint))


def _problem(info: KeyInfo, message: str, hint: str) -> Problem:
    place = info.place
    return Problem(Kind.SCHEMA, info.key, message, hint, place.line, place.column, place.source)
