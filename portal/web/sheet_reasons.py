"""Why a row of a sheet cannot be imported, in words."""

from collections.abc import Iterator
from typing import Any

from orchestration.services.bulk_plan import BulkPlan, Result
from orchestration.services.errors import Invalid
from portal.web.sentences import refusal, sentence
from rbac.access import Denied


def problems_of(result: Result) -> Iterator[dict[str, Any]]:
    """Give why one row cannot be imported: with each reason where there are several."""
    error = result.error
    if error is None:
        return
    place = {"key": result.column, "row": result.number}
    if isinstance(error, Denied):
        yield place | {"code": error.verdict.code, "message": refusal(error.verdict)}
        return
    inner = error.problems if isinstance(error, Invalid) else []
    if not inner:
        yield place | {"code": error.code, "message": sentence(error.code, error.params)}
    for problem in inner:
        message = str(problem.get("message") or problem.get("code"))
        yield place | {"code": str(problem.get("code")), "message": message}


def reason(result: Result) -> str:
    """Say in one line why a row cannot be imported; nothing where it can."""
    said = " ".join(problem["message"] for problem in problems_of(result))
    return f"{result.column}: {said}" if said and result.column else said


def reasons(plan: BulkPlan) -> dict[int, str]:
    """Say it of every row that cannot be imported, by its number."""
    return {result.number: reason(result) for result in plan.results if result.error}
