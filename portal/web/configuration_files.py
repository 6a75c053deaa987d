"""A configuration to take away."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from orchestration.expressions import write_yaml


def as_file(name: str, configuration: Mapping[str, Any]) -> HttpResponse:
    """Return a configuration, secrets already masked, as a file in YAML."""
    text = write_yaml(dict(configuration))
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.yaml"
    )
    return answer
