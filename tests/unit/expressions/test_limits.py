"""The limits of an installation: set by its environment, named by their errors."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.expressions.limits import DEFAULT_LIMITS, configure

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("variable", "most", "expression", "words"),
    [
        ("SITEWRIGHT_EXPRESSION_BYTES", "5", "1+1+1+1", "longer than 5 bytes"),
        ("SITEWRIGHT_EXPRESSION_NESTING", "2", "(((1)))", "deeper than 2 levels"),
    ],
)
def test_the_environment_sets_them(
    tmp_path: Path, variable: str, most: str, expression: str, words: str
) -> None:
    template = tmp_path / "app.yaml"
    template.write_text(f"configs: {{k: '${{{{{expression}}}}}'}}")
    command = [sys.executable, "manage.py", "check-template", str(template)]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, variable: most},
        capture_output=True,
        text=True,
        check=False,
    )
    assert words in ran.stdout
    assert ran.returncode == 1


@pytest.mark.parametrize("limits", [{"nesting": 0}, {"nestings": 5}])
def test_what_is_no_limit_is_refused(limits: dict[str, int]) -> None:
    before = DEFAULT_LIMITS.nesting
    with pytest.raises(ValueError, match="is not a limit"):
        configure(limits)
    assert DEFAULT_LIMITS.nesting == before


def test_a_limit_stays_as_it_is_when_it_is_set_to_that() -> None:
    configure({"nesting": DEFAULT_LIMITS.nesting})
    assert DEFAULT_LIMITS.nesting == 64
