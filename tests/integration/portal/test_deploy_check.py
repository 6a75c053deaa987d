"""A production set-up has nothing that Django's own look over it complains of."""

import os
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[3]


def check(scratch: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` as docs/settings.md says a production installation is set up."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "long-and-random-" + "0a1b2c3d4e5f6g7h" * 4,
        "SITEWRIGHT_SECRET_KEYS": Fernet.generate_key().decode(),
        "SITEWRIGHT_DATA_DIR": str(scratch),
        "ALLOWED_HOSTS": "sitewright.example",
        "CSRF_TRUSTED_ORIGINS": "https://sitewright.example",
        "TRUST_PROXY": "1",
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
        cwd=ROOT,
        env=environment | changes,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_production_set_up_is_clean(tmp_path: Path) -> None:
    found = check(tmp_path)
    assert found.returncode == 0, found.stderr
    assert "no issues" in found.stdout


def test_single_sign_on_keeps_it_clean(tmp_path: Path) -> None:
    found = check(
        tmp_path,
        OIDC_ISSUER="https://login.example",
        OIDC_CLIENT_ID="sitewright",
        OIDC_CLIENT_SECRET="of the provider",
        OIDC_GROUPS='{"plant-operators": "Operators"}',
        SITEWRIGHT_LOCAL_ACCOUNTS="0",
    )
    assert found.returncode == 0, found.stderr


def test_what_is_unsafe_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, SITEWRIGHT_HTTPS="0", DEBUG="1")
    assert found.returncode != 0
    assert {"security.W008", "security.W012", "security.W018"} <= {
        word.strip("?:()") for word in found.stderr.split()
    }
