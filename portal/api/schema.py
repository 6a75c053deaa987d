"""How the interface describes itself: OpenAPI, with the right that each call needs."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from portal.api.rights import right_of, words_of


class Documented(AutoSchema):
    """Adds the declared right to each description."""

    def get_description(self) -> str:  # type: ignore[override]  # as the base class has it
        """Return the docstring of the action and the right it needs."""
        view: Any = self.view
        said = super().get_description() or ""
        return f"{said}\n\n{words_of(right_of(view, view.request))}".strip()

    def get_tags(self) -> list[str]:
        """Group calls by their noun: the first part of the address after the version."""
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]  # noqa: PLR2004  api, v1, noun
