"""How a command ends that does not end well: one line on what to do next, and an exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """What a script can trust; documented in docs/cli.md."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    ABSENT = 3
    CONFLICT = 4
    PARTLY = 5
    UNREACHABLE = 6
    INTERRUPTED = 130


MEANINGS = {
    Exit.DONE: "Done, or there was nothing to do.",
    Exit.FAILED: "What was started has failed, on every line.",
    Exit.USAGE: "The command or its input cannot be used; nothing was changed.",
    Exit.ABSENT: "Nothing of this name that you may see, no right to do this, or not signed in.",
    Exit.CONFLICT: "Somebody was faster, or its state does not allow this now.",
    Exit.PARTLY: "Done for some, failed for others.",
    Exit.UNREACHABLE: "The server cannot be reached, or cannot answer now. Try again later.",
    Exit.INTERRUPTED: "Stopped by Ctrl-C, or by a no. What the server had begun goes on.",
}


class Failure(Exception):
    """Ends a command: the message for people, the code for scripts."""

    def __init__(
        self, message: str, code: Exit = Exit.FAILED, details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = details
