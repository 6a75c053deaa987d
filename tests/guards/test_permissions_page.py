"""The page about rights is fresh, and names every right and every role."""

from pathlib import Path

from portal.permissions_page import permissions_page
from rbac.permissions import LABELS, Perm
from rbac.roles import SHIPPED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == permissions_page(), (
        "run `manage.py document-permissions`"
    )


def test_every_right_opens_something() -> None:
    page = permissions_page()
    for perm in Perm:
        section = page.partition(f"### `{perm.value}`")[2].partition("\n#")[0]
        assert LABELS[perm] in section
        assert "\n- " in section, f"nothing needs {perm.value}"
    assert all(role.label in page for role in SHIPPED)
