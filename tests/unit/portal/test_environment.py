import os
import stat
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[3]
KEY = Fernet.generate_key().decode()


def run(code: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "SITEWRIGHT_DATA_DIR": str(folder), **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_does_not_start_without_a_secret_key(tmp_path: Path) -> None:
    refused = run("import portal.asgi", tmp_path)
    assert refused.returncode != 0
    assert "SECRET_KEY is not set" in refused.stderr
    halfway = run("import portal.asgi", tmp_path, SECRET_KEY="x" * 50)
    assert "SITEWRIGHT_SECRET_KEYS is not set" in halfway.stderr
    keys = {"SECRET_KEY": "x" * 50, "SITEWRIGHT_SECRET_KEYS": KEY}
    assert run("import portal.asgi", tmp_path, **keys).returncode == 0


def test_a_demo_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    show = "from portal import settings; print(settings.SECRET_KEY)"
    first, again = (run(show, tmp_path, SITEWRIGHT_DEMO="1").stdout for _ in range(2))
    assert len(first.strip()) >= 50
    assert first == again
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    run(show.replace("SECRET_KEY", "SITEWRIGHT_SECRET_KEYS"), tmp_path, SITEWRIGHT_DEMO="1")
    assert stat.S_IMODE((tmp_path / "secret_value_key").stat().st_mode) == 0o600


def test_production_keeps_cookies_to_encrypted_connections(tmp_path: Path) -> None:
    show = "from portal import settings as s; print(s.SESSION_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)"
    assert run(show, tmp_path, SECRET_KEY="x" * 50).stdout == "True True\n"
    assert run(show, tmp_path, SITEWRIGHT_DEMO="1").stdout == "False False\n"


def test_a_production_set_up_passes_the_deploy_check(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            "PATH": os.environ["PATH"],
            "SITEWRIGHT_DATA_DIR": str(tmp_path),
            "SECRET_KEY": "".join(chr(40 + n) for n in range(64)),
            "SITEWRIGHT_SECRET_KEYS": KEY,
            "ALLOWED_HOSTS": "sitewright.example",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
