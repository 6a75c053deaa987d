"""A configuration to take away, without the secrets in it."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

import yaml
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from orchestration.expressions import split_path
from portal.web.origins import Setting

MASK = "••••••"


def masked(configuration: Mapping[str, Any], rows: Iterable[Setting]) -> dict[str, Any]:
    """Return a configuration to be given away: what is secret is not in it."""
    copy = deepcopy(dict(configuration))
    for row in rows:
        if row.secret:
            *above, last = split_path(row.key)
            at = copy
            for part in above:
                at = at[part]
            at[last] = MASK
    return copy


def as_file(name: str, configuration: Mapping[str, Any]) -> HttpResponse:
    """Return a configuration as a file in YAML."""
    text = yaml.safe_dump(dict(configuration), sort_keys=False, allow_unicode=True)
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.yaml"
    )
    return answer
