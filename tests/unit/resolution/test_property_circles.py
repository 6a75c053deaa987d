"""Keys that need each other are told before anything is evaluated."""

from orchestration.expressions import load_yaml
from orchestration.resolution.authoring import check_template


def circles(text: str) -> list[str]:
    found = check_template(load_yaml(text, name="template"))
    return [one.problem.message for one in found if one.code == "circle"]


def test_a_circle_is_named_whole_and_once() -> None:
    text = """
configs:
  A: ${{$property(B)}}
  B: ${{$property(C)}}-x
  C: ${{$property(A)}}
  D: ${{$property(A)}}
"""
    assert circles(text) == ["these keys need each other: A → B → C → A"]


def test_a_key_that_reads_what_it_lies_in_needs_itself() -> None:
    text = "configs:\n  Report:\n    Port: 1\n    All: ${{$property(Report)}}\n"
    assert circles(text) == ["these keys need each other: Report.All → Report.All"]


def test_a_long_chain_is_no_circle() -> None:
    keys = "".join(f"  K{n}: ${{{{$property(K{n + 1})}}}}\n" for n in range(2000))
    assert circles(f"configs:\n{keys}  K2000: 1\n") == []
