"""Settings of the test suite: the demo's, with a key and a data directory of its own."""

import os
import tempfile

os.environ.setdefault("SITEWRIGHT_DEMO", "1")
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 50)
if "SITEWRIGHT_DATA_DIR" not in os.environ:
    SCRATCH = tempfile.TemporaryDirectory(prefix="sitewright-test-")  # gone when the process ends
    os.environ["SITEWRIGHT_DATA_DIR"] = SCRATCH.name

from portal.settings import *  # noqa: F403  the environment above must come first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
