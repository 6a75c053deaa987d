"""Calls made up from the API's own description, by schemathesis, against the running server.

Sensible calls and senseless ones, with a fixed seed. Whatever the server answers that its
description does not name fails, and so does any 500.
"""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx

from demo import seed
from orchestration.services import api_tokens
from rbac.models import User
from tests.integration.serving import serving

FIRST_PORT = 9100  # of programs that are never started here
ROOT = Path(__file__).resolve().parents[3]
HOOKS = "tests.integration.api.plain_calls"
SECONDS = 1500  # the most a run may take, however busy the machine
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "use_after_free",
    "ignored_auth",
)
ENDS_THE_RUN = "auth_tokens_destroy"  # it would revoke the very token that the calls are made with


def believe(person: str, scratch: Path, *options: str) -> int:
    """Believe the description as somebody of the demo's company; returns how many calls it took."""
    seed.seed(FIRST_PORT)
    user = User.objects.get(username=person)
    _, secret = api_tokens.create(user, valid_for=timedelta(hours=1))
    command = [sys.executable, "-m", "schemathesis.cli", "run"]
    command += ["--header", f"Authorization: Token {secret}", "--seed", "1"]
    command += ["--checks", ",".join(CHECKS), "--exclude-operation-id", ENDS_THE_RUN]
    command += ["--continue-on-failure", "--no-color", "--warnings", "off", *options]
    with serving() as server:
        address = f"{server}/api/v1/schema/"
        # Written once, which takes longer than schemathesis waits where the machine is busy.
        assert httpx.get(address, timeout=SECONDS).is_success
        command.append(address)
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=scratch,
            env={**os.environ, "SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(ROOT)},
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = re.search(r"([\d,]+) generated", done.stdout)
    assert counted is not None, done.stdout
    return int(counted[1].replace(",", ""))
