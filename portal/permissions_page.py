"""docs/permissions.md: roles, rights, and what each right opens, from the code itself."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern
from django.utils.text import capfirst

from portal.admin.base import ServiceAdmin
from portal.admin.site import site
from portal.api.rights import Open, Right
from rbac.permissions import LABELS, Perm
from rbac.roles import SHIPPED

METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
HEAD = """# Who may do what

Written by `manage.py document-permissions` from the code. A **right** is held at a place or at a
solution and reaches everything below it. A **role** is a bundle of rights; it is given to a person
or to a group, at a place, and may end by itself. Nobody gives a role, or makes one, with rights
they lack, nor gives one for longer than they have its rights. Beside the roles below, more can be
made of the same rights: in the admin site under *Roles*, over REST at `/api/v1/roles/`.

A right that ends counts no more at the next request, and open pages stop hearing of what it showed
within seconds. Who has which right somewhere, and why, is in the admin site ("What may this person
do?", "Who can do what here") and at `/api/v1/nodes/{id}/access/` and `/api/v1/nodes/{id}/holders/`.
An administrator of the whole installation has every right everywhere.
"""
HELD, NOT_HELD = "●", ""


def permissions_page() -> str:
    """Return the page as Markdown."""
    opened = _opened()
    parts = [HEAD, "\n## Roles\n\n", *_roles(), "\n## What each right opens\n"]
    for perm in Perm:
        parts.append(f"\n### `{perm.value}`\n\n{LABELS[perm]}.\n\n")
        parts += [f"- {line}\n" for line in sorted(opened.get(perm, ()))]
    parts.append("\n## Without a right\n\n")
    for kind in Open:
        parts += [f"- {line}: {kind.value}\n" for line in sorted(opened.get(kind, ()))]
    return "".join(parts)


def _roles() -> Iterator[str]:
    yield f"| Right | {' | '.join(role.label for role in SHIPPED)} |\n"
    yield f"| --- |{' :-: |' * len(SHIPPED)}\n"
    for perm in Perm:
        dots = (HELD if perm in role.perms else NOT_HELD for role in SHIPPED)
        yield f"| {LABELS[perm]} (`{perm.value}`) | {' | '.join(dots)} |\n"


def _opened() -> dict[Perm | Open, set[str]]:
    """What each right opens: pages, calls of the REST interface, nouns of the admin site."""
    found: dict[Perm | Open, set[str]] = {}
    for right, line in (*_addresses(), *_nouns()):
        for one in (right,) if isinstance(right, Open) else right:
            found.setdefault(one, set()).add(line)
    return found


def _addresses() -> Iterator[tuple[Right, str]]:
    for address, view in _served(get_resolver().url_patterns, "/"):
        rights = getattr(getattr(view, "cls", None), "rights", None)
        if rights is not None:
            for method, action in _actions(view).items():
                yield rights.get(action, Open.SIGNED_IN), f"`{method.upper()} {address}`"
        elif hasattr(view, "required"):
            yield view.required or Open.SIGNED_IN, f"page `{address}`"


def _actions(view: Any) -> dict[str, str]:  # noqa: ANN401  plain views and viewsets
    """The action behind each method that a view of the REST interface serves."""
    named: dict[str, str] | None = getattr(view, "actions", None)
    plain = {method: method for method in METHODS if hasattr(view.cls, method)}
    return plain if named is None else {m: a for m, a in named.items() if m in METHODS}


def _nouns() -> Iterator[tuple[Right, str]]:
    for model, noun in site._registry.items():  # noqa: SLF001  Django has no other list of them
        assert isinstance(noun, ServiceAdmin)  # noqa: S101  a guard holds it to be so
        name = f"admin site, {capfirst(str(model._meta.verbose_name_plural))}"
        yield noun.view_perms, f"{name}: see"
        for verb, perm in (
            ("add", noun.add_perm),
            ("change", noun.change_perm),
            ("remove", noun.remove_perm),
        ):
            if perm is not None:
                yield (perm,), f"{name}: {verb}"


def _served(patterns: Iterable[URLPattern | URLResolver], above: str) -> Iterator[tuple[str, Any]]:
    """Each address that is served, with the view behind it."""
    for pattern in patterns:
        address = f"{above}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _served(pattern.url_patterns, address)
        elif not isinstance(pattern.pattern, RegexPattern):
            yield _PARAMETER.sub(r"{\1}", address), pattern.callback
