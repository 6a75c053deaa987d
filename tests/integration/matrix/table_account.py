"""One's own account: whoever is signed in, and about nobody else."""

from dataclasses import replace

from tests.integration.matrix.rows import Row, get, post

DONE = (200, 302, 303, 422)


def _form(route: str, **more: object) -> Row:
    return replace(post(route, **more), form=True, brief=True)


def _page(route: str) -> Row:
    return replace(get(route, ok=(200, 302, 303)), brief=True)


ROWS: list[Row] = [
    _page("account/"),
    _form("account/", ok=DONE),
    _form("account/device/", ok=DONE),
    _form("account/sign-ins/<int:pk>/end/", args={"pk": "somebodys-sign-in"}, ok=404),
    _form("account/sign-ins/end-others/", ok=DONE),
    _page("account/tokens/new/"),
    _form("account/tokens/new/", ok=DONE),
    _form("account/tokens/<int:pk>/revoke/", args={"pk": "api-token-row"}, ok=404),
    _page("account/password/"),
    _form("account/password/", ok=DONE),
    *(
        replace(row, args={"uid": "nobodys", "token": "nobodys"}, public=True, ok=(200, 302, 410))
        for row in (
            _page("account/reset/<str:uid>/<str:token>/"),
            _form("account/reset/<str:uid>/<str:token>/"),
        )
    ),
    _form("account/lock/", ok=(*DONE, 423)),
    _form("account/here/", ok=(*DONE, 204)),
    _page("account/unlock/"),
    _form("account/unlock/", ok=DONE),
    _page("account/switch/"),
    _form("account/switch/", ok=DONE),
]
