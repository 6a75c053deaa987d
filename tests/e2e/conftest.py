"""A browser and the real server, on the test's own database."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Page

from rbac.models import User
from tests.e2e.console import Console

# Playwright keeps an event loop running in this thread; Django takes that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

STARTS_WITHIN = 30.0  # seconds
PASSWORD = "a password of the tests"


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object],
) -> dict[str, object]:
    """Debian's Chromium, without its calls home."""
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",  # CI runs as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture
def server(transactional_db: None) -> Iterator[str]:
    """The server with its embedded worker, in a thread; yields its address."""
    from portal.asgi import application  # noqa: PLC0415  it starts Django when it is imported

    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(
        uvicorn.Config(application, log_config=None, timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTS_WITHIN
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in time"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)
    assert not thread.is_alive(), "the server did not stop"


@pytest.fixture
def quiet(server: str, page: Page) -> Iterator[Page]:
    """A page whose console must stay clean: no error of a script, no breach of the policy.

    It is looked at before the server stops: what a page says of that is no error.
    """
    console = Console(page)
    yield page
    assert console.complaints == []


@pytest.fixture
def sign_in(server: str) -> Callable[[Page, User], None]:
    """Signs a person in by the form, as people do."""

    def by_form(page: Page, user: User) -> None:
        user.set_password(PASSWORD)
        user.save()
        page.goto(f"{server}/login/")
        page.locator("input[name=username]").fill(user.username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/login/" not in url)

    return by_form
