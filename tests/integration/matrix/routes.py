"""Every address there is, from the URL resolver, with the methods it answers to."""

import re
from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

# Django names its apps there in the order of a set.
APPS = re.compile(r"\^\(\?P<app_label>[a-z|]+\)/\$")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each address as its pattern, with the methods that it says it takes.

    A function does not say; whether it takes one is seen when it is called.
    """
    yield from _walk(get_resolver().url_patterns, "")


def _walk(
    patterns: Sequence[URLPattern | URLResolver], above: str
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in patterns:
        route = f"{above}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield APPS.sub("<apps>", route), _methods(pattern)


def _methods(pattern: URLPattern) -> tuple[str, ...]:
    callback = pattern.callback
    actions: dict[str, str] | None = getattr(callback, "actions", None)
    if actions is not None:
        return tuple(method.upper() for method in actions)
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if view is not None:
        return tuple(method for method in METHODS if hasattr(view, method.lower()))
    return ("GET", "POST")
