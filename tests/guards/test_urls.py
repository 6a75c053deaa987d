"""Every page of the portal says which right it needs, and is a plain function."""

import inspect
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

FOR_ANYBODY_SIGNED_IN = {
    "home",
    "account",
    "account-device",
    "account-end",
    "account-end-others",
    "account-here",
    "account-lock",
    "account-new-token",
    "account-password",
    "account-revoke",
    "account-switch",
    "account-unlock",
}
FOR_STRANGERS = {"login", "account-reset", "sign-on", "sign-on-callback"}


def pages(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns)
        elif pattern.callback.__module__.startswith("portal.pages"):
            yield pattern


def test_every_page_names_the_right_it_needs() -> None:
    found = list(pages(get_resolver().url_patterns))
    assert len(found) > 15
    wrong = [
        pattern.name
        for pattern in found
        if not getattr(pattern.callback, "required", None)
        and pattern.name not in FOR_STRANGERS
        and not (hasattr(pattern.callback, "required") and pattern.name in FOR_ANYBODY_SIGNED_IN)
        and pattern.callback.__module__ != "portal.pages.design"  # the demo's showcase
    ]
    assert wrong == []


def test_pages_are_functions() -> None:
    views = [pattern.callback for pattern in pages(get_resolver().url_patterns)]
    assert [view for view in views if not inspect.isfunction(inspect.unwrap(view))] == []
