"""The page of a demo line, and what the service refuses to serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.service import ConfigurationError, main, page, read_configuration


def test_the_page_shows_line_revision_and_every_value() -> None:
    labels = {"SITEWRIGHT_TARGET": "Line <1>", "SITEWRIGHT_REVISION": "1.0.0.3"}
    shown = page({"Port": 9001, "Belt": {"Speed": 85, "Text": "a & b"}, "None": None}, labels)
    assert "<h1>Line &lt;1&gt;</h1>" in shown
    assert "<strong>1.0.0.3</strong>" in shown
    assert '<th scope="row">Belt.Speed</th><td>85</td>' in shown
    assert "<td>a &amp; b</td>" in shown
    assert "<td>null</td>" in shown
    assert "http" not in shown


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"Port": "9001"}', '{"Port": true}', '{"Port": 70000}', '{"Port": -1}'],
)
def test_a_configuration_without_a_port_is_refused(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        read_configuration(path)
    assert main([str(path)]) == 1
    assert "cannot serve" in capsys.readouterr().err


def test_a_missing_argument_is_said() -> None:
    assert main([]) == 2
