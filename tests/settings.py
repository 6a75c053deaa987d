"""Settings of the test suite: the demo's, with a key and a data directory of its own."""

import os
import tempfile
from typing import Any

os.environ.setdefault("SITEWRIGHT_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
if "SITEWRIGHT_DATA_DIR" not in os.environ:
    SCRATCH = tempfile.TemporaryDirectory(prefix="sitewright-test-")  # gone when the process ends
    os.environ["SITEWRIGHT_DATA_DIR"] = SCRATCH.name

# Two workers of one run share a Redis server: each gets a database of its own, and, because
# channels do not belong to databases, names of its own.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and os.environ.get("REDIS_URL"):
    server, _, _ = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{WORKER.removeprefix('gw')}"

from portal.settings import *  # noqa: E402, F403  the environment above must come first

if os.environ.get("REDIS_URL"):
    layer: dict[str, Any] = CHANNEL_LAYERS["default"]  # noqa: F405  of portal
    layer["CONFIG"]["prefix"] = f"tests-{WORKER}"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
