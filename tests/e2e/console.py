"""What a page complains of in its console, without what is no fault of it."""

from playwright.sync_api import ConsoleMessage, Page, Request

GIVEN_UP = (
    "net::ERR_ABORTED"  # by the page itself; a server that cannot be reached is told otherwise
)
# What htmx writes of a request that ended without an answer, for whatever reason.
UNANSWERED = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")


class Console:
    """Errors and warnings of a page, from now on.

    htmx writes an error also for a request that was given up because a newer one took its place or
    somebody left the page while a live part was loading. So the network is asked instead of htmx
    which requests failed, and why.
    """

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(UNANSWERED):
            self.complaints.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.complaints.append(f"{request.failure}: {request.method} {request.url}")
