"""A configuration to take away."""

from collections.abc import Mapping
from typing import Any

import yaml
from django.http import HttpResponse
from django.utils.http import content_disposition_header


def as_file(name: str, configuration: Mapping[str, Any]) -> HttpResponse:
    """Return a configuration, secrets already masked, as a file in YAML."""
    text = yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.yaml"
    )
    return answer
